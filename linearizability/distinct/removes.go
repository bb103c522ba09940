package distinct

import (
	"cmp"
	"slices"
)

// sortRemoves puts removes to their elements. It leaves out those that had returned
// when the value was added, for they did nothing. False says that a value has two.
//
// Others are a question: those without an answer, which may have had no effect, and
// those that were under way beside the add, which may have come before it and done
// nothing. A read that began when the value had been added, and has it not, shows
// that the remove took it away. A read that began when the remove had returned, and
// has it, shows that it came before. Without either one is chosen.
func (s *set) sortRemoves() bool {
	var questions []int
	for i := range s.calls {
		c := &s.calls[i]
		if c.Verb != Remove {
			continue
		}
		n, is := s.of[c.Value]
		if !is || s.element[n] < 0 || c.To < s.elements[s.element[n]].addFrom {
			continue
		}
		k := s.element[n]
		e := &s.elements[k]
		if e.remove >= 0 {
			return false
		}
		e.remove, e.removeFrom, e.removed = i, c.From, c.To
		if c.open() || c.From < e.addTo {
			questions = append(questions, k)
		}
	}
	if len(questions) == 0 {
		return true
	}
	byReturn := slices.Clone(s.reads)
	slices.SortFunc(byReturn, func(i, j int) int { return cmp.Compare(s.calls[i].To, s.calls[j].To) })
	holders := s.holders(questions, byReturn)
	for _, k := range questions {
		s.answer(&s.elements[k], holders[k], byReturn)
	}
	return true
}

// holders are the reads that have each of some elements, in the order of their
// returns.
func (s *set) holders(elements, byReturn []int) map[int][]int {
	holders, asked := make(map[int][]int, len(elements)), make([]bool, len(s.elements))
	for _, k := range elements {
		asked[k] = true
	}
	for _, i := range byReturn {
		for _, n := range s.found[i] {
			if k := s.element[n]; k >= 0 && asked[k] {
				holders[k] = append(holders[k], i)
			}
		}
	}
	return holders
}

// answer finds out what a remove did.
func (s *set) answer(e *element, holders, byReturn []int) {
	remove := &s.calls[e.remove]
	if lacking := s.lacking(e, holders, byReturn); lacking >= 0 {
		e.witness = lacking
		e.removed = min(e.removed, s.calls[lacking].To)
		s.addFirst(e)
		return
	}
	late := slices.IndexFunc(holders, func(i int) bool { return remove.before(&s.calls[i]) })
	if late < 0 {
		s.optional = true
		if len(holders) == 0 && !remove.open() {
			s.addFirst(e)
			return
		}
	} else {
		e.witness = holders[late]
	}
	e.before = !remove.open()
	e.dropped, e.remove, e.removeFrom, e.removed = e.remove, -1, Never, Never
}

// addFirst has the remove come after the add.
func (s *set) addFirst(e *element) {
	e.removeFrom = max(e.removeFrom, e.addFrom)
	e.addTo = min(e.addTo, e.removed)
}

// lacking is the first read to return of those that began when an element had been
// added, and have it not; -1 if there is none.
func (s *set) lacking(e *element, holders, byReturn []int) int {
	first, _ := slices.BinarySearchFunc(byReturn, e.addTo, func(i, at int) int { return cmp.Compare(s.calls[i].To, at) })
	k, _ := slices.BinarySearchFunc(holders, e.addTo, func(i, at int) int { return cmp.Compare(s.calls[i].To, at) })
	for _, i := range byReturn[first:] {
		switch {
		case k < len(holders) && holders[k] == i:
			k++
		case s.calls[i].From > e.addTo:
			return i
		}
	}
	return -1
}
