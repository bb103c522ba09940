package distinct

import (
	"cmp"
	"slices"
)

// Set decides a history of a set, empty in the beginning, to which no value is added
// twice and from which none is removed twice, and whose reads tell all of it.
//
// A read that has a value comes after the add of it, and before the remove; one that
// has it not comes before the add or after the remove. An order that keeps to this
// and to the times of the calls is one that explains every answer. Where the times
// of the calls tell which of the two it is, or nothing is removed, the history is a
// graph, and there is an order if and only if that has no cycle.
//
// Of a remove that was under way beside the add, or had no answer, reads tell whether
// it took the value away (see removes.go).
//
// Only calls that stand side by side need an edge of their own; for the others it is
// enough to look whether they stand as they must (see pairs.go). A read that began
// before a value was certain to be there and ended when it could be gone already may
// be on either side (see choices.go).
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
	of       map[string]int // numbers of values
	element  []int          // by such a number, the place in elements; -1 if there is none
	found    [][]int        // by call, the numbers of its Values
	elements []element
	reads    []int
	byReturn []int // the same, in the order of their returns, once returning was asked
	nowhere  int   // a read of what nobody added; -1 if there is none
	optional bool  // something was chosen that could be otherwise

	removals map[int]int // elements by when their removes were made

	edges  []edge
	either []choice
	graph  *graph
	forced map[edge][]int // edges that had to be chosen, and the way that forbids the other
}

// element is a value that was added. Its times are those at which the calls were
// made, and by which they had their effects.
type element struct {
	value               string
	add, remove         int // -1 if there is none
	addFrom, addTo      int
	removeFrom, removed int // Never if there is none

	dropped int // a remove that came before the add or had no effect; -1 if there is none
	before  bool
	witness int // a read that shows which; -1 if there is none
	shown   int // a read by whose return it had been added; -1 if the add returned before
}

// edge says that a call comes before another because of an element.
type edge struct{ from, to, element int }

// sort puts the calls to their values. False says that the algorithm does not apply.
func (s *set) sort() bool {
	s.nowhere, s.found = -1, make([][]int, len(s.calls))
	var seen []int // the first return of a read that has it, or Never
	number := func(value string) int {
		n, is := s.of[value]
		if !is {
			n = len(s.element)
			s.of[value] = n
			s.element, seen = append(s.element, -1), append(seen, Never)
		}
		return n
	}
	for i := range s.calls {
		c := &s.calls[i]
		if c.Verb != Read || !c.Answered {
			continue
		}
		s.reads = append(s.reads, i)
		s.found[i] = make([]int, len(c.Values))
		for k, v := range c.Values {
			n := number(v)
			s.found[i][k], seen[n] = n, min(seen[n], c.To)
		}
	}
	for i := range s.calls {
		c := &s.calls[i]
		if c.Verb != Add {
			continue
		}
		n := number(c.Value)
		if seen[n] == Never && c.open() {
			continue
		}
		if s.element[n] >= 0 {
			return false
		}
		s.element[n] = len(s.elements)
		e := element{value: c.Value, add: i, remove: -1, addFrom: c.From, addTo: c.To,
			removeFrom: Never, removed: Never, dropped: -1, witness: -1, shown: -1}
		if seen[n] < c.To {
			e.addTo, e.shown = seen[n], s.returning(seen[n])
		}
		s.elements = append(s.elements, e)
	}
	for _, i := range s.reads {
		for _, n := range s.found[i] {
			if s.element[n] < 0 && s.nowhere < 0 {
				s.nowhere = i
			}
		}
	}
	return s.sortRemoves()
}

// rule looks for an order of the graph.
func (s *set) rule() Ruling {
	s.graph = newGraph(s.calls, s.times())
	for _, e := range s.edges {
		s.graph.join(e.from, e.to)
	}
	if cycle := s.graph.order(); cycle != nil {
		return s.illegal(cycle)
	}
	if len(s.either) == 0 {
		return Ruling{Finding: Legal}
	}
	if ways := s.choose(); ways != nil {
		return s.illegal(ways)
	}
	if cycle := s.graph.order(); cycle != nil {
		return s.illegal(cycle)
	}
	return Ruling{Finding: Legal}
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

// core is some calls and those that add and remove the elements they are about, or
// show that these had an effect.
func (s *set) core(calls []int, about ...int) Ruling {
	r := Ruling{Finding: Illegal, Core: slices.Clone(calls)}
	slices.Sort(about)
	for _, k := range slices.Compact(about) {
		e := &s.elements[k]
		r.About = append(r.About, e.value)
		for _, i := range []int{e.add, e.remove, e.dropped, e.witness, e.shown} {
			if i >= 0 {
				r.Core = append(r.Core, i)
			}
		}
	}
	slices.Sort(r.Core)
	r.Core = slices.Compact(r.Core)
	return r
}

// returning is the read that returned at a moment.
func (s *set) returning(at int) int {
	if s.byReturn == nil {
		s.byReturn = slices.Clone(s.reads)
		slices.SortFunc(s.byReturn, func(i, j int) int { return cmp.Compare(s.calls[i].To, s.calls[j].To) })
	}
	k, _ := slices.BinarySearchFunc(s.byReturn, at, func(i, at int) int { return cmp.Compare(s.calls[i].To, at) })
	return s.byReturn[k]
}
