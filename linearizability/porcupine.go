package linearizability

import (
	"slices"

	"github.com/anishathalye/porcupine"

	"raftian/linearizability/history"
)

// trialMemory bounds what Porcupine may keep, in bits: it remembers which of n
// calls have a place at each step.
const trialMemory = 1 << 31

// porcupineSearch asks Porcupine, which goes another way, for a second opinion.
// It spends less than the budget where the History is long.
func porcupineSearch(m Model, all []call, budget int) found {
	t := newTrial(m, all, min(budget, trialMemory/(1+len(all))))
	switch is := porcupine.CheckOperations(t.porcupine(), t.operations()); {
	case is: // a whole order is a proof even if the budget was spent on the way
		return legal
	case t.tries > t.budget:
		return exhausted
	}
	return illegal
}

// trial is a History before Porcupine. It knows no rules but three. An open call
// waits where it would change nothing, until every other call has its place: taken
// out of an order it changes no answer, and at the end it can always stand. A call
// waits for the one of its client that it comes after: Porcupine takes calls that
// touch as concurrent, whoever made them. And a value that can only grow must lead to
// the longest that was read, until every read has its place.
type trial struct {
	model  Model
	equal  func(a, b any) bool
	all    []call
	closed int // how many calls return
	reads  int // and how many of them are answered reads
	aim    string
	tries  int
	budget int
	bits   map[*history.Op]int // calls that others come after
}

// progress is how far an order has come. Which calls have a place already is known
// to Porcupine, so only the states need comparing.
type progress struct {
	state  any
	closed int    // calls that return and have a place
	reads  int    // answered reads of them
	first  bitset // of the calls that others come after, those that have a place
}

func newTrial(m Model, all []call, budget int) *trial {
	t := &trial{model: m, equal: m.same(), all: all, budget: budget, bits: make(map[*history.Op]int)}
	for i := range all {
		if before := all[i].after; before != nil {
			if _, known := t.bits[before]; !known {
				t.bits[before] = len(t.bits)
			}
		}
	}
	for i := range all {
		if !all[i].isOpen() {
			t.closed++
		}
	}
	t.grow()
	return t
}

// grow finds the longest value that was read, if all calls that are no reads add to
// the value.
func (t *trial) grow() {
	if t.model.Cell == nil || t.model.Cell.Grows == nil || t.model.Cell.Leads == nil {
		return
	}
	for i := range t.all {
		c := &t.all[i]
		switch {
		case t.tells(c):
			t.reads++
			if value := t.model.Cell.Needs(c.op.Input, c.op.Output, true).Value; len(value) > len(t.aim) {
				t.aim = value
			}
		case !t.model.Cell.Grows(c.op.Input) && !(t.model.Reads != nil && t.model.Reads(c.op.Input, outputOf(c))):
			t.reads, t.aim = 0, ""
			return
		}
	}
}

// outputOf is the output of a call, or "" if it is not known.
func outputOf(c *call) string {
	if !c.answered {
		return ""
	}
	return c.op.Output
}

// tells says whether a call is a read that says what the value was.
func (t *trial) tells(c *call) bool {
	return c.answered && t.model.Reads != nil && t.model.Reads(c.op.Input, c.op.Output) &&
		t.model.Cell.Needs(c.op.Input, c.op.Output, true).Kind == Just
}

func (t *trial) porcupine() porcupine.Model {
	return porcupine.Model{
		Init:  func() any { return progress{state: t.model.Init(), first: newBitset(len(t.bits))} },
		Equal: func(a, b any) bool { return t.equal(a.(progress).state, b.(progress).state) },
		Hash:  func(at any) uint64 { return t.model.hash(at.(progress).state) },
		Step: func(at, input, _ any) (bool, any) {
			// Beyond the budget every branch is closed, which ends the search.
			if t.tries++; t.tries > t.budget {
				return false, at
			}
			next, is := t.put(at.(progress), input.(*call))
			return is, next
		},
	}
}

// put puts a call next, if it can stand there.
func (t *trial) put(at progress, c *call) (progress, bool) {
	if c.after != nil && !at.first.has(t.bits[c.after]) {
		return at, false
	}
	if c.isOpen() && at.closed == t.closed {
		return at, true // nobody will notice what it does
	}
	next, output := t.model.Step(at.state, c.op.Input)
	if c.answered && output != c.op.Output || c.isOpen() && t.equal(at.state, next) {
		return at, false
	}
	if !c.isOpen() {
		at.closed++
	}
	if t.aim != "" {
		if t.tells(c) {
			at.reads++
		} else if at.reads < t.reads && !t.model.Cell.Leads(t.model.Cell.Value(next), t.aim) {
			return at, false
		}
	}
	if bit, is := t.bits[c.op]; is {
		at.first = slices.Clone(at.first)
		at.first.set(bit)
	}
	at.state = next
	return at, true
}

// operations puts the calls into Porcupine's form. Moments become ranks, no two
// alike.
func (t *trial) operations() []porcupine.Operation {
	ops := make([]porcupine.Operation, len(t.all))
	for rank, e := range ends(t.all) {
		op := &ops[e.call]
		if e.isReturn {
			op.Return = int64(rank)
		} else {
			op.Input, op.Call = &t.all[e.call], int64(rank)
		}
	}
	return ops
}
