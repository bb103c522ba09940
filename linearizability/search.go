package linearizability

import (
	"slices"

	"github.com/anishathalye/porcupine"
)

// Search says how much effort an answer is worth.
type Search struct {
	// Budget is how many times one search may try to put a call next; 0 is
	// BudgetDefault. Beyond it the search is given up. It is a count and not a
	// time, so that a verdict depends on the History alone.
	Budget int
	// NoWitness searches at once, without trying the order of the log first.
	NoWitness bool
}

// BudgetDefault is the budget of a Search that names none: a second or so at
// worst. A try that succeeds keeps a bit for each call, so a search among n calls
// needs up to Budget·n/8 bytes: 240 MB for 3,600 calls.
const BudgetDefault = 1 << 19

// found is what a search came to.
type found int

const (
	exhausted found = iota // the budget was spent before there was an answer
	legal
	illegal
)

// search looks for any order of the calls that explains every answer, with
// Porcupine.
func search(m Model, all []call, budget int) found {
	s := newSpace(m, all, budget)
	return s.finding(porcupine.CheckOperations(s.model(), s.operations()))
}

// searchOrder is search, but returns the order, too, if there is one. It is
// slower: Porcupine writes down every order that it has to give up.
func searchOrder(m Model, all []call, budget int) (found, []call) {
	s := newSpace(m, all, budget)
	result, info := porcupine.CheckOperationsVerbose(s.model(), s.operations(), 0)
	f := s.finding(result == porcupine.Ok)
	if f != legal {
		return f, nil
	}
	// Of a linearizable history the one order reported is a whole one; its ids
	// are positions in the history that was given.
	var order []call
	for _, id := range slices.Concat(info.PartialLinearizations()[0]...) {
		order = append(order, all[id])
	}
	return f, order
}

// finding is what Porcupine's answer is worth. A whole order is a proof even if
// the budget was spent on the way to it.
func (s *space) finding(isLegal bool) found {
	switch {
	case isLegal:
		return legal
	case s.tries > s.budget:
		return exhausted
	}
	return illegal
}

// operations puts the calls into Porcupine's form. Moments become ranks, no two
// alike: where a call and a return share one the call is first, which makes them
// concurrent; for the rest the order of equals does not matter.
func (s *space) operations() []porcupine.Operation {
	type end struct {
		moment
		piece    int
		isReturn bool
	}
	ends := make([]end, 0, 2*len(s.pieces))
	for i, p := range s.pieces {
		ends = append(ends, end{p.from, i, false}, end{p.to, i, true})
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
	ops := make([]porcupine.Operation, len(s.pieces))
	for rank, e := range ends {
		op := &ops[e.piece]
		if e.isReturn {
			op.Return = int64(rank)
		} else {
			op.Input, op.Call = &s.pieces[e.piece], int64(rank)
		}
	}
	return ops
}
