package plan

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"time"
)

// Moment is an event worth waiting for: something about to be lost if the right
// thing goes wrong now.
type Moment struct {
	What string // the kind of event
	Text string // what its text begins with; "" is anything
	Peer bool   // it names a peer
	Most int    // how many of them a Plan may count, at most; about what 10 s have
	// Often says that they are so many that one may wait for those of one
	// machine, in one role, or with one peer.
	Often bool
	// Rare says that few runs have one, and fewer a fault in its midst.
	Rare bool
	// Tickets is how often it is drawn, compared with the others; 0 is once.
	Tickets int
}

// drawTrigger gives one fault in three, and one crash in two, an event to begin
// with instead of an instant, and mostly has it be about the machine of that event.
func (f *Fault) drawTrigger(rng *rand.Rand, st stage) {
	if n := rng.IntN(6); n >= 3 || n == 2 && f.Kind != Power && f.Kind != Kill {
		return
	}
	m := drawMoment(rng, st.moments)
	t := Trigger{Who: Any, What: m.What, Text: m.Text, Nth: drawCount(rng, m.Most), Wait: drawWait(rng)}
	if m.Often {
		t.narrow(rng, m, st.machines)
	}
	f.When = t
	f.aim(rng, m.Peer)
	// It has to begin to look early, or else what it looks for may not come.
	f.At = st.from.Add((f.At.Sub(st.from) / 2).Truncate(time.Millisecond))
}

// drawMoment draws one of the moments, each with as many tickets as it has.
func drawMoment(rng *rand.Rand, moments []Moment) Moment {
	all := 0
	for _, m := range moments {
		all += max(1, m.Tickets)
	}
	n := rng.IntN(all)
	for _, m := range moments {
		if n -= max(1, m.Tickets); n < 0 {
			return m
		}
	}
	panic("plan: fewer tickets than were counted")
}

// narrow has the trigger wait for events of one machine, in one role, or with one
// peer, now and then.
func (t *Trigger) narrow(rng *rand.Rand, m Moment, machines []string) {
	switch one := some(rng, machines, 1)[0]; rng.IntN(6) {
	case 0:
		t.Who = Leader
	case 1:
		t.Who = one
	case 2:
		t.As = "leader"
	case 3:
		t.As = "follower"
	}
	peers := slices.DeleteFunc(slices.Clone(machines), func(name string) bool { return name == t.Who })
	if m.Peer && len(peers) > 0 && rng.IntN(3) == 0 {
		t.Peer = some(rng, peers, 1)[0]
	}
}

// aim has the fault be about the machines of its event, mostly.
func (f *Fault) aim(rng *rand.Rand, peer bool) {
	shape, _ := shapeOf(f.Kind)
	n := rng.IntN(8)
	switch {
	case n == 0: // as it was drawn
	case shape.groupsMin == 1 && peer && n%2 == 1: // as often as the machine itself
		f.Groups = [][]string{{Peer}}
	case shape.groupsMin == 1 && n == 2:
		f.Groups = [][]string{{Leader}}
	case shape.groupsMin == 1:
		f.Groups = [][]string{{It}}
	case peer && n < 3:
		f.Groups = [][]string{{It}, {Peer}}
	case n < 6:
		f.Groups = [][]string{{It}, {Others}}
	default:
		f.Groups = [][]string{{Others}, {It}}
	}
}

// drawCount draws a number from 1 to most, of each octave with the same
// probability.
func drawCount(rng *rand.Rand, most int) int {
	from := 1 << rng.IntN(bits.Len(uint(most)))
	return min(from+rng.IntN(from), most)
}

// drawWait draws how long after its event a fault begins: mostly at once, or so
// soon that what the event began is under way.
func drawWait(rng *rand.Rand) time.Duration {
	d := plain(octave(rng, 5*time.Microsecond, 14)) // up to some 80 ms
	if rng.IntN(2) == 0 {
		return 0
	}
	return d
}
