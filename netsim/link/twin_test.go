package link

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// The dumb twin of a Stream is a counter at either end: byte number i has the
// value valueOf(i), so what must come out next is known by how much came out.
type twin struct {
	*rapid.T
	s             *Stream
	forward, back *Link
	now           env.Instant
	faulty        time.Duration // how long there have been faults
	blocks        int           // of the stream
	delay         time.Duration // the least there can be

	written, arrived, read int
	stamps                 []stamp // of what was written and has not arrived
	ended, endSeen         bool
}

// stamp is when the bytes before end, and after those of the stamp before it,
// were written.
type stamp struct {
	end int
	at  env.Instant
}

func valueOf(i int) byte { return byte(i*7 + i>>9) }

// faultyMax keeps the time of faults so short that no connection may be given
// up for it: a retry comes 25.4 s after the first at the latest.
const faultyMax = 20 * time.Second

func TestWhatIsWrittenIsReadWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTwin(t)
		t.Repeat(map[string]func(*rapid.T){
			"":      w.check,
			"write": w.write,
			"read":  w.takeSome,
			"wait":  w.wait,
			"wait ": w.wait, // as likely as all faults together
			"end":   w.end,
			"cut":   func(t *rapid.T) { w.side(t).Cut(1) },
			"lossy": func(t *rapid.T) {
				w.side(t).Worsen(1, Quality{Loss: rapid.Float64Range(0, 0.9).Draw(t, "loss")}, newRand())
			},
			"narrow": func(t *rapid.T) {
				w.side(t).Worsen(1, Quality{Rate: rapid.Uint64Range(10_000, 1_000_000).Draw(t, "rate")}, newRand())
			},
			"heavy": func(t *rapid.T) {
				w.side(t).Worsen(1, Quality{Heavy: time.Duration(rapid.IntRange(1, 20).Draw(t, "ms")) * ms}, newRand())
			},
			"block": func(*rapid.T) {
				w.blocks++
				w.s.Block()
			},
			"down":    func(t *rapid.T) { w.side(t).SetDown(true) },
			"recover": func(t *rapid.T) { w.recover() },
		})
		w.drain()
	})
}

func newTwin(t *rapid.T) *twin {
	q := Quality{
		Delay:  time.Duration(rapid.IntRange(0, 100).Draw(t, "delay")) * ms,
		Jitter: time.Duration(rapid.IntRange(0, 300).Draw(t, "jitter")) * ms,
	}
	w := &twin{T: t, forward: New(q, newRand()), back: New(q, newRand()), delay: q.Delay, now: env.Instant(time.Hour)}
	w.s = NewStream(w.forward, w.back)
	return w
}

func (w *twin) side(t *rapid.T) *Link {
	return rapid.SampledFrom([]*Link{w.forward, w.back}).Draw(t, "link")
}

func (w *twin) write(t *rapid.T) {
	space := w.s.Space(w.now)
	if w.ended || space == 0 {
		t.Skip("nothing can be written")
	}
	b := make([]byte, rapid.IntRange(1, space).Draw(t, "size"))
	for i := range b {
		b[i] = valueOf(w.written + i)
	}
	w.written += len(b)
	w.stamps = append(w.stamps, stamp{w.written, w.now})
	w.heed(w.s.Write(w.now, b))
}

func (w *twin) end(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really if 0") != 0 {
		t.Skip("not yet")
	}
	w.ended = true
	w.heed(w.s.End(w.now))
}

func (w *twin) takeSome(t *rapid.T) { w.take(rapid.IntRange(1, 2*Window).Draw(t, "size")) }

// take reads up to n bytes.
func (w *twin) take(n int) {
	b := make([]byte, n)
	got, end := w.s.Read(w.now, b)
	if want := min(n, w.arrived-w.read); got != want {
		w.Fatalf("read %d bytes; want %d", got, want)
	}
	for i, v := range b[:got] {
		if v != valueOf(w.read+i) {
			w.Fatalf("byte %d is wrong", w.read+i)
		}
	}
	w.read += got
	if want := w.endSeen && w.read == w.arrived; end != want {
		w.Fatalf("the end is reported as %v; want %v", end, want)
	}
}

// wait lets time go by, with whoever owns the stream attentive or late.
func (w *twin) wait(t *rapid.T) {
	d := time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * ms
	if w.faulty += d; w.faulty > faultyMax {
		w.recover()
	}
	end := w.now.Add(d)
	if !rapid.Bool().Draw(t, "attentive") {
		w.now = end
	}
	w.turnsUntil(end)
}

// turnsUntil does what is due by an instant, each at its time, and goes there.
func (w *twin) turnsUntil(end env.Instant) {
	for range 10_000 {
		at, ok := w.s.Next(true)
		if !ok || at > end {
			w.now = end
			return
		}
		w.now = max(w.now, at)
		w.turn()
	}
	w.Fatalf("at %v something is due for ever", w.now)
}

func (w *twin) turn() {
	got, arrived, outcome := w.s.Advance(w.now)
	w.heed(outcome)
	if !arrived {
		return
	}
	if w.endSeen {
		w.Fatalf("%d bytes arrive after the end", got.Size)
	}
	if got.End {
		w.endSeen = true
		if w.arrived != w.written {
			w.Fatalf("the end arrives after %d bytes of %d", w.arrived, w.written)
		}
		return
	}
	for w.stamps[0].end <= w.arrived {
		w.stamps = slices.Delete(w.stamps, 0, 1)
	}
	if want := w.now.Sub(w.stamps[0].at); got.Took != want || want < w.delay {
		w.Fatalf("a segment took %v; want %v, and at least %v", got.Took, want, w.delay)
	}
	w.arrived += got.Size
}

func (w *twin) heed(o Outcome) {
	if o == GaveUp || o == Refused {
		w.Fatalf("outcome %d, but nobody is gone", o)
	}
}

// check holds the bounds of buffers.
func (w *twin) check(*rapid.T) {
	if unread := w.s.Unread(); unread != w.arrived-w.read || unread > Window {
		w.Fatalf("%d bytes are unread; want %d, at most %d", unread, w.arrived-w.read, Window)
	}
	if space := w.s.Space(w.now); space < 0 || SendBuffer-space < w.written-w.arrived || SendBuffer-space > w.written {
		w.Fatalf("there is space for %d with %d bytes not arrived of %d", space, w.written-w.arrived, w.written)
	}
}

// recover ends all faults.
func (w *twin) recover() {
	for _, l := range []*Link{w.forward, w.back} {
		l.Mend(1)
		l.SetDown(false)
	}
	for ; w.blocks > 0; w.blocks-- {
		w.s.Unblock()
	}
	w.s.Hasten(w.now.Add(w.delay))
}

// drain ends all faults and expects that soon everything has come out, and the
// whole send buffer is free.
func (w *twin) drain() {
	w.recover()
	if !w.ended {
		w.ended = true
		w.heed(w.s.End(w.now))
	}
	for range 120 {
		w.turnsUntil(w.now.Add(time.Second))
		w.take(Window)
		w.check(w.T)
	}
	if w.read != w.written || !w.s.Ended() || !w.s.Idle() || w.s.Space(w.now) != SendBuffer {
		w.Fatalf("in the end %d bytes of %d are read, ended %v, idle %v, space %d",
			w.read, w.written, w.s.Ended(), w.s.Idle(), w.s.Space(w.now))
	}
	if at, ok := w.s.Next(true); ok {
		w.Fatalf("with everything done, something is due at %v", at)
	}
}
