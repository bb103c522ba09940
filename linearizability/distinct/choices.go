package distinct

import (
	"cmp"
	"slices"
)

// choice is a read that comes before the add of an element or after its remove.
type choice struct {
	read, element int
	made          bool
}

// nearby is how many choices before and after one that was made are looked at again.
const nearby = 6

// choose makes the choices. Where the graph has a way from the add of an element to
// the read, the read comes after the remove, and where it has one from the read to
// the remove, it comes before the add. Where it has both there is no order; then
// they are returned. Where it has none one is taken, and if there is no order with
// that, nothing is decided.
func (s *set) choose() (ways []int) {
	s.forced = make(map[edge][]int)
	slices.SortStableFunc(s.either, func(a, b choice) int { return cmp.Compare(s.calls[a.read].From, s.calls[b.read].From) })
	if ways := s.force(s.either); ways != nil {
		return ways
	}
	for k := range s.either {
		c := &s.either[k]
		if c.made {
			continue
		}
		c.made, s.optional = true, true
		e := &s.elements[c.element]
		if s.calls[c.read].To < s.calls[e.remove].To {
			s.graph.join(c.read, e.add)
		} else {
			s.graph.join(e.remove, c.read)
		}
		if ways := s.force(s.either[max(0, k-nearby):min(len(s.either), k+nearby)]); ways != nil {
			return ways
		}
	}
	return nil
}

// force makes the choices that can be made in one way only.
func (s *set) force(either []choice) (ways []int) {
	for again := true; again; {
		again = false
		for k := range either {
			c := &either[k]
			if c.made {
				continue
			}
			e := &s.elements[c.element]
			after := s.graph.way(e.add, c.read, s.calls[c.read].To)
			before := s.graph.way(c.read, e.remove, e.removed)
			switch {
			case after != nil && before != nil:
				return append(after, before...)
			case after != nil:
				s.mustBe(edge{e.remove, c.read, c.element}, after)
			case before != nil:
				s.mustBe(edge{c.read, e.add, c.element}, before)
			default:
				continue
			}
			c.made, again = true, true
		}
	}
	return nil
}

func (s *set) mustBe(e edge, because []int) {
	s.graph.join(e.from, e.to)
	s.edges = append(s.edges, e)
	s.forced[e] = because
}

// illegal is calls along ways that contradict each other. They show nothing if what
// could be otherwise was chosen before.
func (s *set) illegal(ways []int) Ruling {
	if s.optional {
		return Ruling{}
	}
	var about []int
	calls, seen := slices.Clone(ways), make(map[edge]bool)
	for k := 0; k < len(calls); k++ { // grows by the reasons of what was forced
		for _, e := range s.edges {
			if e.from != calls[k] || !slices.Contains(calls, e.to) || seen[e] {
				continue
			}
			seen[e] = true
			about = append(about, e.element)
			calls = append(calls, s.forced[e]...)
		}
	}
	return s.core(calls, about...)
}
