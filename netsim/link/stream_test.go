package link

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"raftian/netsim/env"
)

// pipe is a Stream over a link each way, and the clock that it lacks.
type pipe struct {
	*Stream
	forward, back *Link
	now           env.Instant
	saw           []string // what Advance said, with its instant
}

// newPipe starts late, for an instant of zero means "never" in places.
func newPipe(q Quality) *pipe {
	p := &pipe{forward: New(q, newRand()), back: New(q, newRand()), now: env.Instant(100 * time.Second)}
	p.Stream = NewStream(p.forward, p.back)
	return p
}

// note keeps an outcome in words.
func (p *pipe) note(o Outcome) {
	if words := [...]string{"", "stalls", "refused", "gave up"}[o]; words != "" {
		p.say(words)
	}
}

func (p *pipe) say(words string) {
	p.saw = append(p.saw, fmt.Sprintf("%v %s", p.now.Sub(env.Instant(100*time.Second)), words))
}

func (p *pipe) write(n int) { p.note(p.Write(p.now, make([]byte, n))) }

// run does whatever is due in the next d.
func (p *pipe) run(d time.Duration) {
	end := p.now.Add(d)
	for {
		t, ok := p.Next(true)
		if !ok || t > end {
			break
		}
		p.now = max(p.now, t)
		got, arrived, outcome := p.Advance(p.now)
		if arrived && got.End {
			p.say("end")
		} else if arrived {
			p.say(fmt.Sprintf("%d arrive after %v", got.Size, got.Took))
		}
		p.note(outcome)
	}
	p.now = end
}

func (p *pipe) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(p.saw, want) {
		t.Errorf("saw %q; want %q", p.saw, want)
	}
	p.saw = nil
}

func TestRetriesDoubleUntilSilenceIsTooLong(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.forward.Cut(1)
	p.write(10)
	p.run(5 * time.Minute)
	p.want(t, "0s stalls", "200ms stalls", "600ms stalls", "1.4s stalls", "3s stalls", "6.2s stalls",
		"12.6s stalls", "25.4s stalls", "51s stalls", "1m0s gave up")
	if _, ok := p.Next(true); ok {
		t.Error("after giving up something is still due")
	}
}

func TestHoldSaysWhatWhyAndHowLong(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.forward.Cut(1)
	p.write(10)
	p.write(5)
	p.run(200 * ms)
	if got, want := p.Hold(), (Hold{Size: 15, Why: Cut, Again: 400 * ms}); got != want {
		t.Errorf("held %+v; want %+v", got, want)
	}
}

// The silence of earlier bytes is forgotten with the first acknowledgement, and
// so is the timeout.
func TestAcknowledgementEndsTheSilence(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	for range 3 {
		p.forward.Cut(1)
		p.write(10)
		p.run(30 * time.Second)
		p.forward.Mend(1)
		p.run(30 * time.Second)
	}
	p.want(t,
		"0s stalls", "200ms stalls", "600ms stalls", "1.4s stalls", "3s stalls", "6.2s stalls", "12.6s stalls", "25.4s stalls", "51.001s 10 arrive after 51.001s",
		"1m0s stalls", "1m0.2s stalls", "1m0.6s stalls", "1m1.4s stalls", "1m3s stalls", "1m6.2s stalls", "1m12.6s stalls", "1m25.4s stalls", "1m51.001s 10 arrive after 51.001s",
		"2m0s stalls", "2m0.2s stalls", "2m0.6s stalls", "2m1.4s stalls", "2m3s stalls", "2m6.2s stalls", "2m12.6s stalls", "2m25.4s stalls", "2m51.001s 10 arrive after 51.001s")
}

// A segment that stalls while an earlier one is under way is retried, though the
// earlier one's acknowledgement comes in between.
func TestAcknowledgementOfEarlierBytesDoesNotGiveUpLaterOnes(t *testing.T) {
	p := newPipe(Quality{Delay: 50 * ms})
	p.write(10)
	p.forward.Cut(1)
	p.write(20)
	p.forward.Mend(1)
	p.run(time.Second)
	p.want(t, "0s stalls", "50ms 10 arrive after 50ms", "250ms 20 arrive after 250ms")
}

// Without acknowledgements one segment gets through and keeps its place in the
// send buffer.
func TestCutOfTheWayBackKeepsTheBufferFull(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.back.Cut(1)
	p.write(100)
	p.run(100 * ms)
	p.write(50)
	p.run(100 * ms)
	p.want(t, "1ms 100 arrive after 1ms", "1ms stalls")
	if space := p.Space(p.now); space != SendBuffer-150 {
		t.Errorf("there is space for %d; want %d", space, SendBuffer-150)
	}
	p.back.Mend(1)
	p.run(time.Second)
	p.want(t, "202ms 50 arrive after 102ms")
	if space := p.Space(p.now); space != SendBuffer {
		t.Errorf("there is space for %d; want %d", space, SendBuffer)
	}
}

// Jitter never changes the order within a stream.
func TestSegmentsKeepTheirOrder(t *testing.T) {
	p := newPipe(Quality{Jitter: time.Second})
	for size := 1; size <= 50; size++ {
		p.write(size)
	}
	last, before := p.Arrival(), p.now
	for size := 1; size <= 50; size++ {
		at, ok := p.Next(false)
		if !ok {
			t.Fatalf("%d segments arrive; want 50", size-1)
		}
		if got, _, _ := p.Advance(at); got.Size != size {
			t.Fatalf("a segment of %d arrives; want %d", got.Size, size)
		}
		if at < before {
			t.Fatalf("a segment arrives at %v, after one at %v", at, before)
		}
		before = at
		if size == 50 && at != last {
			t.Errorf("the last segment arrives at %v; want %v", at, last)
		}
	}
}

func TestEndArrivesLast(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.write(10)
	p.note(p.End(p.now))
	p.note(p.End(p.now))
	p.run(time.Second)
	p.want(t, "1ms 10 arrive after 1ms", "1ms end")
	if p.Ended() {
		t.Error("it has ended before all was read")
	}
	if n, end := p.Read(p.now, make([]byte, 100)); n != 10 || !end || !p.Ended() || !p.Idle() {
		t.Errorf("Read: %d, %v; ended %v, idle %v; want everything to be over", n, end, p.Ended(), p.Idle())
	}
}

// The sender's machine is gone: what is under way arrives, nothing else, and
// nobody tries again.
func TestForgottenBytesAreNotSentAgain(t *testing.T) {
	for name, disturb := range map[string]func(p *pipe){
		"nothing":           func(*pipe) {},
		"no way back":       func(p *pipe) { p.back.Cut(2) },
		"the far end down":  func(p *pipe) { p.forward.SetDown(true) },
		"the far end reset": func(p *pipe) { p.Orphan() },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipe(Quality{Delay: ms})
			p.write(10)
			p.forward.Cut(1)
			p.write(20)
			p.saw = nil
			p.Forget()
			p.forward.Mend(1)
			disturb(p)
			p.run(5 * time.Minute)
			if name == "nothing" || name == "no way back" {
				p.want(t, "1ms 10 arrive after 1ms")
			} else {
				p.want(t)
			}
			if !p.Idle() {
				t.Error("something is left")
			}
		})
	}
}

// A machine that lost its power while a segment was under way does not get it;
// it is tried again.
func TestPowerLossAtTheFarEndHoldsSegments(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.write(10)
	p.forward.SetDown(true)
	p.run(10 * ms)
	p.forward.SetDown(false)
	p.run(time.Second)
	p.want(t, "1ms stalls", "202ms 10 arrive after 202ms")
}

// Whoever rebooted answers with a reset; if that is lost, the next try draws
// another.
func TestOrphanAnswersWithAReset(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.Orphan()
	p.write(10)
	p.run(100 * ms)
	p.want(t, "1ms refused")
	if got, want := p.ResetAt(), env.Instant(100*time.Second+2*ms); got != want {
		t.Errorf("the reset arrives at %v; want %v", got, want)
	}

	p = newPipe(Quality{Delay: ms})
	p.Orphan()
	p.back.Cut(1)
	p.write(10)
	p.run(100 * ms)
	p.back.Mend(1)
	p.run(200 * ms)
	p.want(t, "1ms stalls", "202ms refused")
}

// The window closes when nobody reads, and the word that it opened may get lost:
// then the sender asks again by its timer.
func TestLostWindowUpdateIsMadeUpFor(t *testing.T) {
	p := newPipe(Quality{Delay: ms})
	p.write(Window)
	p.run(10 * ms)
	p.write(100)
	p.run(10 * ms)
	if p.Unread() != Window {
		t.Fatalf("%d bytes wait to be read; want a full window", p.Unread())
	}
	p.saw = nil
	p.back.Cut(1)
	p.Read(p.now, make([]byte, Window))
	p.back.Mend(1)
	p.run(time.Second)
	p.want(t, "221ms 100 arrive after 211ms")
}

// However often the reader reads, the sender hears of the first time a delay
// later, and not of the last.
func TestWindowOpensADelayAfterTheFirstRead(t *testing.T) {
	p := newPipe(Quality{Delay: 10 * ms})
	p.write(Window)
	p.write(100)
	p.run(100 * ms)
	p.saw = nil
	for range 50 {
		p.Read(p.now, make([]byte, 100))
		p.run(ms)
	}
	p.want(t, "120ms 100 arrive after 120ms")
}
