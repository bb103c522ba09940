package linearizability

// Cell is what a Model can say whose state is one value that calls replace, such
// as a register. It lets a search leave out open calls that cannot matter.
type Cell struct {
	// Makes returns the value that an input leaves if it has an effect: Just that
	// one, or Some; Anything is that it never has one.
	Makes func(input string) Need
	// Needs returns what the value before it must have been for an input to give
	// this output; of a call that is not answered, to have an effect. Anything
	// promises that the value it leaves does not depend on the one before, or is
	// the one before whatever that was.
	Needs func(input, output string, answered bool) Need
}

// Need says which values will do, or are there.
type Need struct {
	Kind  NeedKind
	Value string
}

// NeedKind is one of four.
type NeedKind uint8

const (
	Anything NeedKind = iota // any value
	Just                     // Value alone
	Not                      // any but Value
	Some                     // some values, not said which
)

// findExpiry says for each class until when it can matter.
//
// In a Cell, take an order without open calls that change nothing where they
// stand, and in it the last open call that stands after its class has expired,
// and leaves the value v. Calls with a return that stand after it and need v there
// would return after it: there are none left. Open calls that need v have
// expired, too, and would stand even later. So until something else replaces v
// every call is content with any value, and leaves the same without it: it can be
// left out, and no answer changes.
func (s *space) findExpiry() {
	if s.model.Cell == nil {
		for c := range s.classes {
			s.classes[c].expires = len(s.ticks)
		}
		return
	}
	latest := s.latestNeeds()
	makes, needs := make([]Need, len(s.classes)), make([]Need, len(s.classes))
	for c := range s.classes {
		s.classes[c].expires = -1
		makes[c] = s.model.Cell.Makes(s.classes[c].input)
		needs[c] = s.model.Cell.Needs(s.classes[c].input, "", false)
	}
	// What an open call of use needs is of use as well, and what that needs.
	for again := true; again; {
		again = false
		for c := range s.classes {
			if at := latest.of(makes[c]); at > s.classes[c].expires {
				s.classes[c].expires, again = at, true
				latest.raise(needs[c], at)
			}
		}
	}
}

// needed is when the last call returns that needs something, by what it needs.
type needed struct {
	just, not map[string]int
	some      int
	any       int // whatever it needs
}

// latestNeeds are the needs of the calls that return. One without an answer must
// have its place by then, and may have an effect without what it needs gone: it
// may need any value.
func (s *space) latestNeeds() *needed {
	latest := &needed{just: make(map[string]int), not: make(map[string]int), some: -1, any: -1}
	for at, t := range s.ticks {
		if t.kind != returned {
			continue
		}
		p := &s.pieces[t.of]
		need := s.model.Cell.Needs(p.op.Input, p.op.Output, p.answered)
		if !p.answered && need.Kind != Anything {
			need = Need{Kind: Some}
		}
		latest.raise(need, at)
	}
	return latest
}

func (n *needed) raise(need Need, at int) {
	higher := func(m map[string]int) {
		if old, is := m[need.Value]; !is || old < at {
			m[need.Value] = at
		}
	}
	if need.Kind != Anything {
		n.any = max(n.any, at)
	}
	switch need.Kind {
	case Just:
		higher(n.just)
	case Not:
		higher(n.not)
	case Some:
		n.some = max(n.some, at)
	}
}

// of is when the last call returns that may need what a call makes; -1 if none
// does.
func (n *needed) of(makes Need) int {
	switch makes.Kind {
	case Anything:
		return -1
	case Just:
	default:
		return n.any
	}
	at := n.some
	if just, is := n.just[makes.Value]; is {
		at = max(at, just)
	}
	for other, not := range n.not {
		if other != makes.Value {
			at = max(at, not)
		}
	}
	return at
}
