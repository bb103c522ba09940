package distinct

import "slices"

// Set decides a history of a set, empty in the beginning, to which no value is added
// twice and from which none is removed twice, and whose reads tell all of it.
//
// A read that has a value comes after the add of it, and before the remove; one that
// has it not comes before the add or after the remove. An order that keeps to this
// and to the times of the calls is one that explains every answer. Where the times
// of the calls tell which of the two it is, or nothing is removed, the history is a
// graph, and there is an order if and only if that has no cycle.
//
// Only calls that stand side by side need an edge of their own; for the others it is
// enough to look whether they stand as they must (see pairs.go). A read that began
// before a value was certain to be there and ended when it could be gone already may
// be on either side: orders are tried, and if none is right, nothing is decided.
//
// An unanswered add of what nobody read is left out. An unanswered call that had its
// effect, as an answered read shows, had it when that returned. It takes
// O(m + n (c + log n)) time for n calls, c of which are under way at once, and m
// values in their answers.
func Set(calls []Call) Ruling {
	s := &set{calls: calls, of: make(map[string]int)}
	if !s.sort() {
		return Ruling{}
	}
	if r := s.misplaced(); r.Finding == Illegal {
		return r
	}
	s.join()
	return s.rule()
}

// set is the calls by value.
type set struct {
	calls    []Call
	of       map[string]int // the place in elements
	elements []element
	reads    []int
	nowhere  int  // a read of what nobody added; -1 if there is none
	optional bool // an unanswered remove was left out that may have had an effect

	removals map[int]int // elements by when their removes were made

	edges  []edge
	either []choice
}

// element is a value that was added. Its times are those at which the calls were
// made, and by which they had their effects.
type element struct {
	value               string
	add, remove         int // -1 if there is none
	addFrom, addTo      int
	removeFrom, removed int // Never if there is none
}

// edge says that a call comes before another because of an element.
type edge struct{ from, to, element int }

// choice is a read that comes before the add of an element or after its remove.
type choice struct{ read, element int }

// sort puts the calls to their values. False says that the algorithm does not apply.
func (s *set) sort() bool {
	s.nowhere = -1
	seen := make(map[string]int) // the first return of a read that has it
	for i := range s.calls {
		c := &s.calls[i]
		if c.Verb != Read || !c.Answered {
			continue
		}
		s.reads = append(s.reads, i)
		for _, v := range c.Values {
			if at, is := seen[v]; !is || c.To < at {
				seen[v] = c.To
			}
		}
	}
	for i := range s.calls {
		c := &s.calls[i]
		if at, is := seen[c.Value]; c.Verb == Add && (is || !c.open()) {
			if _, twice := s.of[c.Value]; twice {
				return false
			}
			if !is {
				at = Never
			}
			s.of[c.Value] = len(s.elements)
			s.elements = append(s.elements, element{c.Value, i, -1, c.From, min(c.To, at), Never, Never})
		}
	}
	for _, i := range s.reads {
		for _, v := range s.calls[i].Values {
			if _, is := s.of[v]; !is && s.nowhere < 0 {
				s.nowhere = i
			}
		}
	}
	return s.sortRemoves()
}

// sortRemoves leaves out removes of what was not there yet.
func (s *set) sortRemoves() bool {
	for i := range s.calls {
		c := &s.calls[i]
		k, is := s.of[c.Value]
		if c.Verb != Remove || !is || c.To < s.elements[k].addFrom {
			continue
		}
		e := &s.elements[k]
		if c.From < e.addTo || e.remove >= 0 {
			return false
		}
		e.remove, e.removeFrom, e.removed = i, c.From, c.To
	}
	return s.hasEffects()
}

// hasEffects finds out which unanswered removes had an effect: those of a value that
// a read has not which began when it had been added.
func (s *set) hasEffects() bool {
	var open []*element
	for k := range s.elements {
		if e := &s.elements[k]; e.remove >= 0 && e.removed == Never {
			open = append(open, e)
		}
	}
	for _, i := range s.reads {
		if len(open) == 0 {
			break
		}
		c := &s.calls[i]
		has := make(map[string]bool, len(c.Values))
		for _, v := range c.Values {
			has[v] = true
		}
		for _, e := range open {
			if e.addTo < c.From && !has[e.value] {
				e.removed = min(e.removed, c.To)
			}
		}
	}
	for k := range s.elements {
		if e := &s.elements[k]; e.remove >= 0 && e.removed == Never {
			e.remove, e.removeFrom, s.optional = -1, Never, true
		}
	}
	return true
}

// rule looks for an order of the graph.
func (s *set) rule() Ruling {
	g := newGraph(s.calls, s.times())
	for _, e := range s.edges {
		g.join(e.from, e.to)
	}
	for range 8 {
		place, cycle := g.order()
		if cycle != nil {
			return s.illegal(cycle)
		}
		wrong := false
		for _, c := range s.either {
			e, at := &s.elements[c.element], place[c.read]
			if after, before := at-place[e.remove], place[e.add]-at; after < 0 && before < 0 {
				wrong, s.optional = true, true
				if after > before {
					g.join(e.remove, c.read)
				} else {
					g.join(c.read, e.add)
				}
			}
		}
		if !wrong {
			return Ruling{Finding: Legal}
		}
	}
	return Ruling{}
}

// times are by when each call had its effect.
func (s *set) times() []int {
	to := make([]int, len(s.calls))
	for i := range s.calls {
		to[i] = s.calls[i].To
	}
	for _, e := range s.elements {
		to[e.add] = e.addTo
		if e.remove >= 0 {
			to[e.remove] = e.removed
		}
	}
	return to
}

// illegal is a cycle. It shows nothing if choices were made before.
func (s *set) illegal(cycle []int) Ruling {
	if s.optional {
		return Ruling{}
	}
	var about []int
	for k, from := range cycle {
		to := cycle[(k+1)%len(cycle)]
		for _, e := range s.edges {
			if e.from == from && e.to == to {
				about = append(about, e.element)
				break
			}
		}
	}
	return s.core(cycle, about...)
}

// core is some calls and those that add and remove the elements they are about, or
// show that these had an effect.
func (s *set) core(calls []int, about ...int) Ruling {
	r := Ruling{Finding: Illegal, Core: slices.Clone(calls)}
	slices.Sort(about)
	for _, k := range slices.Compact(about) {
		e := &s.elements[k]
		r.About = append(r.About, e.value)
		r.Core = append(r.Core, e.add)
		if to := s.calls[e.add].To; e.addTo < to {
			r.Core = append(r.Core, s.returning(e.addTo))
		}
		if e.remove >= 0 {
			r.Core = append(r.Core, e.remove)
			if to := s.calls[e.remove].To; e.removed < to {
				r.Core = append(r.Core, s.returning(e.removed))
			}
		}
	}
	slices.Sort(r.Core)
	r.Core = slices.Compact(r.Core)
	return r
}

// returning is the read that returned at a moment.
func (s *set) returning(at int) int {
	return s.reads[slices.IndexFunc(s.reads, func(i int) bool { return s.calls[i].To == at })]
}
