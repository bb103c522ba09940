package linearizability

import (
	"cmp"
	"slices"

	"github.com/anishathalye/porcupine"
)

// space is what a search for an order goes through. Porcupine tries to put one
// call after another; the space says what becomes of the state, and closes the
// branches that cannot lead to an order that others do not lead to as well.
//
// Calls that may take effect at any later time or never, here open calls, are
// what makes a search long: any set of them may stand anywhere. Two rules hold
// them back, and neither loses the last order there is:
//
//   - An open call that would not change the state waits until every answered
//     call has its place. Taken out of an order it changes no answer, and at the
//     end it can always stand.
//   - Of open calls with the same input, the one called first goes first. In an
//     order where a later one stands before it they can change places: the first
//     was called even earlier, neither returned, and the state is the same.
type space struct {
	base     Model
	equal    func(a, b any) bool
	pieces   []piece
	answered int // how many of them are answered
	classes  int // how many different inputs open calls have
	budget   int
	tries    int
}

// piece is a call to find a place for.
type piece struct {
	*call
	open  bool
	class int // of an open call: which of the different inputs it has
	rank  int // how many open calls of this class were called before it
}

// position is how far an order has come. Which pieces have a place already is
// known to Porcupine, so only the states of two positions need comparing.
type position struct {
	state    any
	answered int   // answered calls that have a place
	opened   []int // by class, open calls that have a place; not changed once made
}

func newSpace(m Model, all []call, budget int) *space {
	s := &space{base: m, equal: m.Equal, pieces: make([]piece, len(all)), budget: budget}
	if s.equal == nil {
		s.equal = func(a, b any) bool { return a == b }
	}
	var open []*piece
	for i := range all {
		p := &s.pieces[i]
		p.call = &all[i]
		if p.answered {
			s.answered++
		} else if p.to == never {
			p.open = true
			open = append(open, p)
		}
	}
	slices.SortStableFunc(open, func(a, b *piece) int {
		return cmp.Or(cmp.Compare(a.op.Input, b.op.Input), a.from.compare(b.from))
	})
	for i, p := range open {
		if i > 0 && open[i-1].op.Input == p.op.Input {
			p.class, p.rank = open[i-1].class, open[i-1].rank+1
		} else {
			p.class = s.classes
			s.classes++
		}
	}
	return s
}

// model is the space as Porcupine sees it.
func (s *space) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any {
			return position{state: s.base.Init(), opened: make([]int, s.classes)}
		},
		Equal: func(a, b any) bool { return s.equal(a.(position).state, b.(position).state) },
		Step: func(at, input, _ any) (bool, any) {
			// Beyond the budget every branch is closed, which ends the search.
			if s.tries++; s.tries > s.budget {
				return false, at
			}
			next, is := s.put(at.(position), input.(*piece))
			return is, next
		},
	}
}

// put puts a call next, if it can stand there and no rule holds it back.
func (s *space) put(at position, p *piece) (position, bool) {
	if p.open && at.answered == s.answered {
		return at, true // nobody will notice what it does
	}
	if p.open && at.opened[p.class] != p.rank {
		return at, false
	}
	next, output := s.base.Step(at.state, p.op.Input)
	switch {
	case p.answered:
		at.answered++
		at.state = next
		return at, output == p.op.Output
	case p.open && s.equal(at.state, next):
		return at, false
	case p.open:
		at.opened = slices.Clone(at.opened)
		at.opened[p.class]++
	}
	at.state = next
	return at, true
}
