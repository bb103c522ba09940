// Package link is the network as programs see it, without a clock of its own:
// Link is one direction between two machines, Stream one direction of a TCP
// connection over it. Whoever owns them (package netsim) says what time it is
// and asks when something is next due.
//
// What is modelled: order and completeness per connection; delay and jitter;
// loss as the delay of a retransmission; partitions, during which segments are
// held and retried with a doubling timeout; a bounded send buffer and receive
// window; acknowledgements, so that a one-way cut stalls a sender whose bytes
// arrive; giving up after a long silence. What is not: congestion control,
// checksums, reordering across connections of one link (each draws its own
// delays, so that does happen), segments smaller than a write.
//
//	link.go    Link: what becomes of one segment
//	stream.go  Stream: bytes in order over links that lose and hold them
package link

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Quality is how well a link works.
type Quality struct {
	Delay  time.Duration // the least one-way delay
	Jitter time.Duration // up to this much is added, uniformly
	Loss   float64       // probability that a segment is lost
}

// Fate is what becomes of a segment.
type Fate int

const (
	Passes Fate = iota // it arrives
	Cut                // a partition is in the way
	Down               // the machine at the other end has no power
	Lost               // bad luck
)

func (f Fate) String() string {
	return [...]string{"passes", "cut", "down", "loss"}[f]
}

// Link is one direction between two machines.
type Link struct {
	base   Quality
	faults []fault         // what makes it worse now, in order of their beginning
	now    Quality         // base and faults together
	cuts   map[uint64]bool // the faults that cut it
	down   bool
	rng    *rand.Rand
}

type fault struct {
	id uint64
	q  Quality
}

// New returns a link that draws from rng.
func New(base Quality, rng *rand.Rand) *Link {
	return &Link{base: base, now: base, rng: rng, cuts: map[uint64]bool{}}
}

// Cut lets nothing pass until fault number id is mended.
func (l *Link) Cut(id uint64) { l.cuts[id] = true }

// Worsen adds q until fault number id is mended.
func (l *Link) Worsen(id uint64, q Quality) {
	l.faults = append(l.faults, fault{id, q})
	l.sum()
}

// Mend takes back what fault number id did.
func (l *Link) Mend(id uint64) {
	delete(l.cuts, id)
	l.faults = slices.DeleteFunc(l.faults, func(f fault) bool { return f.id == id })
	l.sum()
}

func (l *Link) sum() {
	l.now = l.base
	through := 1 - l.base.Loss
	for _, f := range l.faults {
		l.now.Delay += f.q.Delay
		l.now.Jitter += f.q.Jitter
		through *= 1 - f.q.Loss
	}
	l.now.Loss = 1 - through
}

// SetDown says whether the machine at the far end is without power.
func (l *Link) SetDown(down bool) { l.down = down }

// IsDown reports whether the machine at the far end is without power.
func (l *Link) IsDown() bool { return l.down }

// Pass draws what becomes of one segment sent now, and how long it takes.
func (l *Link) Pass() (time.Duration, Fate) {
	if fate := l.fate(); fate != Passes {
		return 0, fate
	}
	d := l.now.Delay
	if l.now.Jitter > 0 {
		d += time.Duration(l.rng.Int64N(int64(l.now.Jitter)))
	}
	return d, Passes
}

func (l *Link) fate() Fate {
	switch {
	case len(l.cuts) > 0:
		return Cut
	case l.down:
		return Down
	case l.now.Loss > 0 && l.rng.Float64() < l.now.Loss:
		return Lost
	}
	return Passes
}
