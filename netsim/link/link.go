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
//	worse.go   what faults add to that
//	stream.go  Stream: bytes in order over links that lose and hold them
package link

import (
	"math/rand/v2"
	"time"

	"raftian/netsim/env"
)

// Quality is how well a link works, or what a fault adds to that.
type Quality struct {
	Delay  time.Duration // the least one-way delay
	Jitter time.Duration // up to this much is added, uniformly
	Loss   float64       // probability that a segment is lost
	Heavy  time.Duration // of a fault: the least of a Pareto-distributed delay; 0 is none
	Rate   uint64        // of a fault: bytes per second that pass; 0 is any number
}

// Fate is what becomes of a segment.
type Fate int

const (
	Passes  Fate = iota // it arrives
	Cut                 // a partition is in the way
	Down                // the machine at the other end has no power
	Lost                // bad luck
	Stalled             // its connection is held up
)

func (f Fate) String() string {
	return [...]string{"passes", "cut", "down", "loss", "stall"}[f]
}

// Link is one direction between two machines.
type Link struct {
	base   Quality
	faults []fault // what makes it worse now, in order of their beginning
	down   bool
	rng    *rand.Rand
}

// New returns a link that draws from rng.
func New(base Quality, rng *rand.Rand) *Link { return &Link{base: base, rng: rng} }

// SetDown says whether the machine at the far end is without power.
func (l *Link) SetDown(down bool) { l.down = down }

// IsDown reports whether the machine at the far end is without power.
func (l *Link) IsDown() bool { return l.down }

// Pass draws what becomes of a segment of size bytes, headers apart, that is sent
// now, and how long it takes.
func (l *Link) Pass(now env.Instant, size int) (time.Duration, Fate) {
	switch {
	case len(l.faults) > 0 && l.isCut():
		return 0, Cut
	case l.down:
		return 0, Down
	case l.base.Loss > 0 && l.rng.Float64() < l.base.Loss:
		return 0, Lost
	}
	d := l.base.Delay
	if l.base.Jitter > 0 {
		d += time.Duration(l.rng.Int64N(int64(l.base.Jitter)))
	}
	if len(l.faults) > 0 {
		return l.worsened(d, now, size)
	}
	return d, Passes
}
