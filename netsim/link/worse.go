package link

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"raftian/netsim/env"
)

const (
	// heavyExponent and heavyMost are of the heavy tail: such a delay is above x
	// times the least with probability x^-1.2, and at most a hundred times it. The
	// mean without a bound would be six times the least.
	heavyExponent = 1.2
	heavyMost     = 100
	// header is what a segment needs besides its bytes (IPv4 and TCP).
	header = 40
	// queueMax is how long a narrow link's queue may be: what would wait longer
	// before its first byte goes is dropped, as by a router with a second's worth
	// of memory.
	queueMax = time.Second
)

// fault is what one fault does to a link.
type fault struct {
	id   uint64
	cuts bool
	q    Quality
	rng  *rand.Rand
	free env.Instant // when a narrow link's queue is empty
	hit  bool        // a segment has met it
}

// Cut lets nothing pass until fault number id is mended.
func (l *Link) Cut(id uint64) { l.faults = append(l.faults, fault{id: id, cuts: true}) }

// Worsen adds q until fault number id is mended. What it leaves to chance is drawn
// from rng, so that the link's own draws are as without it.
func (l *Link) Worsen(id uint64, q Quality, rng *rand.Rand) {
	l.faults = append(l.faults, fault{id: id, q: q, rng: rng})
}

// Mend takes back what fault number id did, and reports whether any segment met
// it.
func (l *Link) Mend(id uint64) (hit bool) {
	if len(l.faults) == 0 {
		return false
	}
	l.faults = slices.DeleteFunc(l.faults, func(f fault) bool {
		hit = hit || f.id == id && f.hit
		return f.id == id
	})
	return hit
}

// isCut reports whether a segment cannot pass, and that it tried.
func (l *Link) isCut() (cut bool) {
	for i := range l.faults {
		if f := &l.faults[i]; f.cuts {
			f.hit, cut = true, true
		}
	}
	return cut
}

// worsened is what becomes of a segment that takes d by the link itself.
func (l *Link) worsened(d time.Duration, now env.Instant, size int) (time.Duration, Fate) {
	for i := range l.faults {
		f := &l.faults[i]
		if f.q.Loss > 0 && f.rng.Float64() < f.q.Loss {
			f.hit = true
			return 0, Lost
		}
		if f.q.Rate > 0 {
			wait, ok := f.queue(now, size)
			f.hit = true
			if !ok {
				return 0, Lost
			}
			d += wait
		}
		if f.q.Delay > 0 || f.q.Jitter > 0 || f.q.Heavy > 0 {
			f.hit = true
			d += f.delay()
		}
	}
	return d, Passes
}

// delay draws what is added to a segment's delay.
func (f *fault) delay() time.Duration {
	d := f.q.Delay
	if f.q.Jitter > 0 {
		d += time.Duration(f.rng.Int64N(int64(f.q.Jitter)))
	}
	if f.q.Heavy > 0 {
		d += time.Duration(float64(f.q.Heavy) * min(heavyMost, math.Pow(1-f.rng.Float64(), -1/heavyExponent)))
	}
	return d
}

// queue puts a segment behind those that a narrow link has not let through yet,
// and says how long it takes until its last byte is: not ok if there are too many.
func (f *fault) queue(now env.Instant, size int) (time.Duration, bool) {
	begin := max(now, f.free)
	if begin.Sub(now) > queueMax {
		return 0, false
	}
	f.free = begin.Add(time.Duration(float64(size+header) / float64(f.q.Rate) * float64(time.Second)))
	return f.free.Sub(now), true
}
