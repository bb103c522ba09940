package link

import (
	"math/rand/v2"
	"testing"
	"time"
)

const ms = time.Millisecond

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// fates counts what becomes of a thousand segments, and finds the least and the
// greatest delay of those that pass.
func fates(l *Link) (count map[Fate]int, least, most time.Duration) {
	count, least = map[Fate]int{}, time.Hour
	for range 1000 {
		d, fate := l.Pass(0, 0)
		count[fate]++
		if fate == Passes {
			least, most = min(least, d), max(most, d)
		}
	}
	return count, least, most
}

func TestDelayIsBaseAndJitter(t *testing.T) {
	count, least, most := fates(New(Quality{Delay: 5 * ms, Jitter: 10 * ms}, newRand()))
	if count[Passes] != 1000 {
		t.Errorf("%v; want all to pass", count)
	}
	if least < 5*ms || least > 6*ms || most < 14*ms || most >= 15*ms {
		t.Errorf("delays go from %v to %v; want 5ms to below 15ms", least, most)
	}
}

func TestFaultsAddUpAndAreMended(t *testing.T) {
	l := New(Quality{Delay: ms, Loss: 0.5}, newRand())
	for _, c := range []struct {
		do        func()
		delay     time.Duration
		low, high int // how many of a thousand are lost
	}{
		{func() {}, ms, 450, 550},
		{func() { l.Worsen(1, Quality{Delay: 10 * ms}, newRand()) }, 11 * ms, 450, 550},
		{func() { l.Worsen(2, Quality{Delay: 5 * ms, Loss: 0.5}, newRand()) }, 16 * ms, 700, 800},
		{func() { l.Mend(1) }, 6 * ms, 700, 800},
		{func() { l.Mend(2) }, ms, 450, 550},
		{func() { l.Mend(3) }, ms, 450, 550},
	} {
		c.do()
		count, least, most := fates(l)
		if least != c.delay || most != c.delay {
			t.Errorf("delays go from %v to %v; want %v", least, most, c.delay)
		}
		if lost := count[Lost]; lost < c.low || lost > c.high {
			t.Errorf("%d of 1000 are lost; want %d to %d", lost, c.low, c.high)
		}
	}
}

// A cut beats a machine without power, which beats bad luck; each is named.
func TestFateSaysWhy(t *testing.T) {
	l := New(Quality{Loss: 0.999999}, newRand())
	for _, c := range []struct {
		do   func()
		want Fate
		text string
	}{
		{func() {}, Lost, "loss"},
		{func() { l.SetDown(true) }, Down, "down"},
		{func() { l.Cut(1) }, Cut, "cut"},
		{func() { l.Cut(2) }, Cut, "cut"},
		{func() { l.Mend(1) }, Cut, "cut"},
		{func() { l.Mend(2) }, Down, "down"},
		{func() { l.SetDown(false) }, Lost, "loss"},
	} {
		c.do()
		if _, got := l.Pass(0, 0); got != c.want || got.String() != c.text {
			t.Errorf("a segment's fate is %q; want %q", got, c.text)
		}
	}
}

// Faults that make no difference to a segment make none to what is drawn, so
// that a Plan's runs with and without them stay comparable.
func TestCutsDrawNothing(t *testing.T) {
	a, b := New(Quality{Jitter: time.Second}, newRand()), New(Quality{Jitter: time.Second}, newRand())
	b.Cut(1)
	for range 10 {
		b.Pass(0, 0)
	}
	b.Mend(1)
	da, _ := a.Pass(0, 0)
	db, _ := b.Pass(0, 0)
	if da != db {
		t.Errorf("after a cut the delay is %v; want %v as without", db, da)
	}
}
