package foreign

import (
	"cmp"
	"slices"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// placed is an operation and the line where it stands.
type placed struct {
	history.Op
	line  int
	isNil bool // a read that was answered nil
}

// inOrder puts operations in the order of their calls. Those that a client makes at one
// instant are in the order of their numbers, if they have some; one that takes no time
// goes before one that does.
func inOrder(ops []placed) {
	slices.SortStableFunc(ops, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.CallEvent, b.CallEvent),
			cmp.Compare(a.Client, b.Client), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Return, b.Return))
	})
}

// oneAtATime fails if a client makes a call while it is in another one. It may go on
// after a call whose outcome is unknown, of which it does not know that it is over;
// but not before it was told so. Operations are in the order of their calls.
func oneAtATime(ops []placed) error {
	type moment struct {
		at    env.Instant
		event uint64
	}
	last := make(map[string]*placed) // by client, the call that returns last
	until := func(p *placed) moment { return moment{p.Return, p.ReturnEvent} }
	after := func(a, b moment) bool {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event)) > 0
	}
	for i := range ops {
		op := &ops[i]
		before := last[op.Client]
		if before != nil && after(until(before), moment{op.Call, op.CallEvent}) {
			return wrong(op.line, "client %s makes a call at %v while it is in that of line %d, until %v",
				op.Client, op.Call, before.line, before.Return)
		}
		returned := op.Outcome == history.OK || op.Return != 0 || op.ReturnEvent != 0
		if returned && (before == nil || after(until(op), until(before))) {
			last[op.Client] = op
		}
	}
	return nil
}
