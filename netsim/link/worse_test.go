package link

import (
	"testing"
	"time"

	"raftian/netsim/env"
)

// A fault that no segment met had no effect; which do, each kind decides.
func TestMendSaysWhetherAnySegmentMetTheFault(t *testing.T) {
	for name, c := range map[string]struct {
		begin func(l *Link)
		want  bool
	}{
		"cut":    {func(l *Link) { l.Cut(1) }, true},
		"delay":  {func(l *Link) { l.Worsen(1, Quality{Delay: ms}, newRand()) }, true},
		"jitter": {func(l *Link) { l.Worsen(1, Quality{Jitter: ms}, newRand()) }, true},
		"heavy":  {func(l *Link) { l.Worsen(1, Quality{Heavy: ms}, newRand()) }, true},
		"narrow": {func(l *Link) { l.Worsen(1, Quality{Rate: 1000}, newRand()) }, true},
		"lossy":  {func(l *Link) { l.Worsen(1, Quality{Loss: 0.999999}, newRand()) }, true},
		"lucky":  {func(l *Link) { l.Worsen(1, Quality{Loss: 0.000001}, newRand()) }, false},
	} {
		l := New(Quality{}, newRand())
		l.Cut(2) // another, which segments did meet
		l.Pass(0, 10)
		c.begin(l)
		if l.Mend(1) {
			t.Errorf("%s: without a segment it is said to be met", name)
		}
		l.Mend(2)
		c.begin(l)
		l.Pass(0, 10)
		if got := l.Mend(1); got != c.want {
			t.Errorf("%s: met is %v; want %v", name, got, c.want)
		}
		if d, fate := l.Pass(0, 10); d != 0 || fate != Passes {
			t.Errorf("%s: after it a segment %v, in %v", name, fate, d)
		}
	}
}

// A narrow link takes segments one after the other, headers included, and drops
// those that would wait for more than a second.
func TestNarrowQueuesForASecond(t *testing.T) {
	l := New(Quality{Delay: ms}, newRand())
	l.Worsen(1, Quality{Rate: 1000}, newRand())
	for _, c := range []struct {
		at   time.Duration
		size int
		want time.Duration
		fate Fate
	}{
		{0, 60, 101 * ms, Passes},
		{0, 860, 1001 * ms, Passes},
		{0, 160, 1201 * ms, Passes}, // waits for just a second
		{0, 0, 0, Lost},
		{199 * ms, 0, 0, Lost},
		{200 * ms, 0, 1041 * ms, Passes},
		{5 * time.Second, 60, 101 * ms, Passes},
	} {
		d, fate := l.Pass(env.Instant(c.at), c.size)
		if d != c.want || fate != c.fate {
			t.Errorf("%d bytes at %v: %v in %v; want %v in %v", c.size, c.at, fate, d, c.fate, c.want)
		}
	}
}

// A block lets nothing pass in either direction, and is counted; what is under way
// arrives.
func TestBlockHoldsTheConnection(t *testing.T) {
	p := newPipe(Quality{Delay: 10 * ms})
	p.write(5)
	p.run(ms)
	p.Block()
	p.Block()
	p.write(7)
	p.run(99 * ms)
	p.Unblock()
	p.run(500 * ms) // blocked still
	p.Unblock()
	p.run(time.Second)
	p.want(t, "1ms stalls", "10ms 5 arrive after 10ms", "201ms stalls", "611ms 7 arrive after 610ms")
	// Those two, and the acknowledgement of the first bytes.
	if got := p.Blocked(); got != 3 {
		t.Errorf("%d segments were blocked; want 3", got)
	}
	if p.hold.Why.String() != "stall" {
		t.Errorf("they are held for %q", p.hold.Why)
	}
}

// What is hastened arrives then, in order, and later segments not before it.
func TestHastenBringsWhatIsUnderWay(t *testing.T) {
	p := newPipe(Quality{Delay: time.Minute})
	p.write(5)
	p.run(ms)
	p.write(6)
	p.Hasten(p.now.Add(30 * ms))
	p.forward.base.Delay = ms
	p.write(7)
	p.run(time.Second)
	p.want(t, "31ms 5 arrive after 31ms", "31ms 6 arrive after 30ms", "31ms 7 arrive after 30ms")
	p.Hasten(p.now.Add(time.Second)) // acknowledgements
	p.run(time.Second)
	if got := p.Space(p.now); got != SendBuffer {
		t.Errorf("there is space for %d bytes; want all", got)
	}
}
