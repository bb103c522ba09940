package linearizability

import "slices"

// Cell is what a Model can say whose state is one value that calls replace, such
// as a register. It lets a search leave out open calls that cannot matter.
type Cell struct {
	// Value returns the value that a state is.
	Value func(state any) string
	// Makes returns the value that an input leaves if it has an effect: Just that
	// one, or Some; Anything is that it never has one.
	Makes func(input string) Need
	// Needs returns what the value before it must have been for an input to give
	// this output; of a call that is not answered, to have an effect. Anything
	// promises that the value it leaves does not depend on the one before, or is
	// the one before whatever that was.
	Needs func(input, output string, answered bool) Need
	// Grows says of an input that it does nothing but add to the value before it, and
	// Leads whether such calls can lead from one value to another; both may be nil.
	Grows func(input string) bool
	Leads func(from, to string) bool
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

// leavesOut says whether a value will not do.
func (n Need) leavesOut(value string) bool {
	switch n.Kind {
	case Just:
		return value != n.Value
	case Not:
		return value == n.Value
	}
	return n.Kind == Some // it may be one of the others
}

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
			s.classes[c].expires, s.classes[c].instead = len(s.ticks), -1
		}
		return
	}
	latest := s.latestNeeds()
	s.sortClasses()
	// What an open call of use needs is of use as well, and what that needs.
	for again := true; again; {
		again = false
		for k := range s.classes {
			c := &s.classes[k]
			if at := latest.of(c.makes); at > c.expires {
				c.expires, again = at, true
				latest.raise(c.needs, at)
			}
		}
	}
}

// sortClasses says of the classes in a Cell what they make and need.
func (s *space) sortClasses() {
	s.making = make(map[Need][]int)
	for k := range s.classes {
		c := &s.classes[k]
		c.expires, c.instead = -1, -1
		c.makes, c.needs = s.model.Cell.Makes(c.input), s.model.Cell.Needs(c.input, "", false)
		s.making[c.makes] = append(s.making[c.makes], k)
		if c.needs.Kind != Anything {
			s.needing = append(s.needing, k)
		}
	}
	for k := range s.classes {
		c := &s.classes[k]
		if c.needs.Kind == Anything || c.makes.Kind != Just {
			continue
		}
		same := s.making[c.makes]
		if i := slices.IndexFunc(same, func(d int) bool { return s.classes[d].needs.Kind == Anything }); i >= 0 {
			c.instead = same[i]
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
		p.needs = s.model.Cell.Needs(p.op.Input, p.op.Output, p.answered)
		if !p.answered && p.needs.Kind != Anything {
			p.needs = Need{Kind: Some}
		}
		latest.raise(p.needs, at)
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
