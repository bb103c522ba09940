package distinct

import (
	"cmp"
	"slices"
)

// misplaced looks for a read that has what it cannot have, or has not what it must.
// What stands side by side with the add or the remove of a value is not misplaced.
func (s *set) misplaced() Ruling {
	if s.nowhere >= 0 {
		for k, n := range s.found[s.nowhere] {
			if s.element[n] < 0 {
				return Ruling{Finding: Illegal, Core: []int{s.nowhere}, About: []string{s.calls[s.nowhere].Values[k]}}
			}
		}
	}
	var added, removed []int // moments
	for _, e := range s.elements {
		if e.addTo < e.removeFrom { // or else it need not be there at any time
			added = append(added, e.addTo)
			removed = append(removed, e.removeFrom)
		}
	}
	slices.Sort(added)
	slices.Sort(removed)
	for _, i := range s.reads {
		c := &s.calls[i]
		// Those added before the read, but for those whose remove was made by its end.
		// A remove is made after the add; one added later was removed later as well.
		must, _ := slices.BinarySearch(added, c.From)
		gone, _ := slices.BinarySearch(removed, c.To)
		must -= gone
		for k, _ := slices.BinarySearch(removed, c.From); k < gone; k++ {
			if e := &s.elements[s.removedAt(removed[k])]; e.addTo > c.From {
				must++
			}
		}
		has := 0
		for _, n := range s.found[i] {
			k := s.element[n]
			e := &s.elements[k]
			if c.To < e.addFrom || e.removed < c.From {
				return s.core([]int{i}, k)
			}
			if e.addTo < c.From && c.To < e.removeFrom {
				has++
			}
		}
		if has < must {
			return s.core([]int{i}, s.missing(c))
		}
	}
	return Ruling{}
}

// removedAt is the element whose remove was made at a moment.
func (s *set) removedAt(moment int) int {
	if s.removals == nil {
		s.removals = make(map[int]int)
		for k, e := range s.elements {
			if e.remove >= 0 {
				s.removals[e.removeFrom] = k
			}
		}
	}
	return s.removals[moment]
}

// missing is an element that a read has not, and must have.
func (s *set) missing(c *Call) int {
	has := make(map[string]bool)
	for _, v := range c.Values {
		has[v] = true
	}
	return slices.IndexFunc(s.elements, func(e element) bool {
		return !has[e.value] && e.addTo < c.From && c.To < e.removeFrom
	})
}

// change is an add or a remove that may stand beside reads.
type change struct {
	from, to int
	element  int
	remove   bool
}

// join finds the edges between reads and the changes that were under way beside
// them.
func (s *set) join() {
	var changes []change
	for k, e := range s.elements {
		changes = append(changes, change{e.addFrom, e.addTo, k, false})
		if e.remove >= 0 {
			changes = append(changes, change{e.removeFrom, e.removed, k, true})
			s.edges = append(s.edges, edge{e.add, e.remove, k})
		}
		if e.before {
			s.edges = append(s.edges, edge{e.dropped, e.add, k})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.from, b.from) })
	reads := slices.Clone(s.reads)
	slices.SortFunc(reads, func(i, j int) int { return cmp.Compare(s.calls[i].From, s.calls[j].From) })
	var under []change // made by then, and perhaps under way
	k := 0
	for _, i := range reads {
		c := &s.calls[i]
		under = slices.DeleteFunc(under, func(x change) bool { return x.to < c.From })
		for ; k < len(changes) && changes[k].from < c.From; k++ {
			if changes[k].to > c.From {
				under = append(under, changes[k])
			}
		}
		beside := slices.Clone(under)
		for n := k; n < len(changes) && changes[n].from < c.To; n++ {
			beside = append(beside, changes[n])
		}
		s.joinRead(i, beside)
	}
}

// joinRead is the edges of one read.
func (s *set) joinRead(i int, beside []change) {
	if len(beside) == 0 {
		return
	}
	c := &s.calls[i]
	has := make(map[int]bool, len(beside)) // of the elements beside it
	for _, x := range beside {
		has[x.element] = false
	}
	for _, n := range s.found[i] {
		if _, is := has[s.element[n]]; is {
			has[s.element[n]] = true
		}
	}
	for _, x := range beside {
		e := &s.elements[x.element]
		switch there := has[x.element]; {
		case there && x.remove:
			s.edges = append(s.edges, edge{i, e.remove, x.element})
		case there:
			s.edges = append(s.edges, edge{e.add, i, x.element})
		case x.remove && e.addTo < c.From:
			s.edges = append(s.edges, edge{e.remove, i, x.element})
		case !x.remove && c.To < e.removeFrom:
			s.edges = append(s.edges, edge{i, e.add, x.element})
		case !x.remove:
			s.either = append(s.either, choice{read: i, element: x.element})
		}
	}
}
