package linearizability

import (
	"cmp"
	"math"
	"slices"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// call is an operation as the checkers see it: it takes effect at some moment
// from its call to its return.
type call struct {
	op       *history.Op
	from, to moment
	answered bool // its output is known; otherwise any will do
	// after is its client's call that returned at the moment at which this one was
	// made, and takes effect before it; nil if there is none. See touching.go.
	after *history.Op
}

// isOpen says whether it may take effect at any time after its call, or never.
func (c *call) isOpen() bool { return !c.answered && c.to == never }

// moment is a point in the order of a run. Events of one instant are ordered by
// their numbers, which is the order in which they really happened. An imported
// History may have no numbers: there, equal instants are concurrent, since clocks
// that tick together prove no order, but for calls of one client (see touching.go).
type moment struct {
	at    env.Instant
	event uint64
}

// never is after every moment of a run.
var never = moment{at: math.MaxInt64, event: math.MaxUint64}

func (a moment) compare(b moment) int {
	if c := cmp.Compare(a.at, b.at); c != 0 {
		return c
	}
	return cmp.Compare(a.event, b.event)
}

func (a moment) before(b moment) bool { return a.compare(b) < 0 }

// calls returns the History as clients saw it. A Fail had no effect and is left
// out. An Unknown one may take effect at any time after its call; that it may
// never do so needs no case of its own, for it may do so after all others, where
// nobody notices: Step is total and its output is not compared.
func calls(ops []history.Op) []call {
	all := make([]call, 0, len(ops))
	touching := newTouching()
	for i := range ops {
		op := &ops[i]
		c := call{op: op, from: moment{op.Call, op.CallEvent}, to: never, after: touching.before(op)}
		switch op.Outcome {
		case history.Fail:
			continue
		case history.OK:
			c.to, c.answered = moment{op.Return, op.ReturnEvent}, !op.OutputUnknown
		}
		all = append(all, c)
	}
	return all
}

// tighten returns a History that is easier to decide: Unknown operations that no
// machine ever applied are left out, and those that one did apply have taken
// effect by the first time that one did.
//
// An order of this History that explains every answer is also one of the History
// that clients saw. The ones left out are added at the end of it, which real time
// allows, since they never returned, and which changes no answer. The others may
// stay where they are: their time in the true History, from the call on, includes
// the time they have here. So if this History is linearizable, the true one is.
// The converse needs what machines reported to be right, so it is not relied on.
func tighten(all []call) []call {
	return slices.DeleteFunc(narrow(all), func(c call) bool { return c.isOpen() && c.op.AppliedEvent == 0 })
}

// narrow is the second half of that: calls that no machine is known to have applied
// stay.
func narrow(all []call) []call {
	narrow := slices.Clone(all)
	for i := range narrow {
		c := &narrow[i]
		if !c.isOpen() || c.op.AppliedEvent == 0 {
			continue
		}
		if applied := (moment{c.op.Applied, c.op.AppliedEvent}); c.from.before(applied) {
			c.to = applied
		}
	}
	return narrow
}

// end is a call's call or its return.
type end struct {
	moment
	call     int
	isReturn bool
}

// ends are all of them in order. Where a call and a return share a moment the
// call is first, which makes them concurrent; for the rest the order of equals
// does not matter.
func ends(all []call) []end {
	ends := make([]end, 0, 2*len(all))
	for i := range all {
		ends = append(ends, end{all[i].from, i, false}, end{all[i].to, i, true})
	}
	slices.SortStableFunc(ends, func(a, b end) int {
		if c := a.compare(b.moment); c != 0 || a.isReturn == b.isReturn {
			return c
		}
		if b.isReturn {
			return -1
		}
		return 1
	})
	return ends
}
