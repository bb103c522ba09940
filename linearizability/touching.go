package linearizability

import "raftian/linearizability/history"

// touching finds calls of one client that touch: one returns at the instant at which
// the next is made, and no event numbers tell which came first. A client makes one
// call after another, so the next takes effect after the one before, although to
// anybody else an instant is too short to order the two.
//
// That is an order beside the one of the intervals: with A before B and C before D,
// all of which touch in one instant, A may follow D and C may follow B, and no choice
// of moments within the instant expresses that. So the calls keep their intervals, and
// each names the one that it comes after.
//
// A call counts as the next if it comes later in the History.
type touching struct {
	last map[string]*history.Op // by client, its latest OK
}

func newTouching() touching { return touching{make(map[string]*history.Op)} }

// before returns the call that op touches and comes after, nil if there is none, and
// remembers op.
func (t *touching) before(op *history.Op) *history.Op {
	if op.CallEvent != 0 {
		return nil // no two events are at one place
	}
	last := t.last[op.Client]
	if op.Outcome == history.OK {
		t.last[op.Client] = op
	}
	if last != nil && (moment{last.Return, last.ReturnEvent}) == (moment{op.Call, op.CallEvent}) {
		return last
	}
	return nil
}
