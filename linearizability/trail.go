package linearizability

import "slices"

// Without a Cell, too, an open call is put only for the sake of what comes next.
// Here that is found out by carrying calls out in another order.
//
// Of the orders there are, take one with as few open calls as possible that change
// something; of those one where they stand as late as possible, behind as many
// other calls as can be; and of those one where open calls that stand side by side,
// and come to the same either way, are sorted by class. It exists if any does, and
// reads in it stand as early as they can, for moving one up past open calls makes
// these stand later. In it,
//
//   - what follows a trail of open calls needs each of them: without one of them its
//     answer would be another, or that one, left out or put behind, would lead to
//     another state;
//   - two open calls side by side are sorted or come to something else the other
//     way round.
//
// So a walk need not go where this is not so.

// trail is the open calls that were put last, and the state before them.
type trail struct {
	pieces []int // not changed once made
	base   any
}

// leads says whether a call may be put after the trail of a position, where it
// leads to the state next.
func (w *walk) leads(pos *position, p *piece, next any) bool {
	t := &pos.trail
	if w.model.Cell != nil || len(t.pieces) == 0 {
		return true
	}
	if last := len(t.pieces) - 1; p.open {
		if w.pieces[t.pieces[last]].class <= p.class {
			return true
		}
		state, _ := w.again(w.replay(t.base, t.pieces[:last], -1), p)
		state, _ = w.again(state, &w.pieces[t.pieces[last]])
		return !w.equal(state, next)
	}
	for k, i := range t.pieces {
		state, output := w.again(w.replay(t.base, t.pieces, k), p)
		if p.answered && output != p.op.Output {
			continue
		}
		if w.equal(state, next) {
			return false
		}
		if state, _ = w.again(state, &w.pieces[i]); w.equal(state, next) {
			return false
		}
	}
	return true
}

// replay carries out calls but one.
func (w *walk) replay(state any, pieces []int, but int) any {
	for k, i := range pieces {
		if k != but {
			state, _ = w.again(state, &w.pieces[i])
		}
	}
	return state
}

func (w *walk) again(state any, p *piece) (any, string) {
	w.tries++
	return w.model.Step(state, p.op.Input)
}

// follow keeps the trail when a call is put.
func (w *walk) follow(pos *position, i int) {
	switch {
	case w.model.Cell != nil:
	case !w.pieces[i].open:
		pos.trail = trail{}
	case len(pos.trail.pieces) == 0:
		pos.trail = trail{[]int{i}, pos.state}
	default:
		pos.trail.pieces = append(slices.Clone(pos.trail.pieces), i)
	}
}
