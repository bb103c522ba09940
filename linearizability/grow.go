package linearizability

import "math"

// In a Cell whose calls only add to the value, what later reads found tells in which
// order they did. Until a call that does something else may take effect, a reset,
// each value must lead to those that are still to be read: a position from which one
// cannot be reached any more leads nowhere, and is not gone to.

// aims is what is still to be read, by tick: of the reads that are made at that tick
// or later, and return before the next reset is made, the longest answer.
type aims struct {
	longest []string
	reset   []int // the tick at which the next reset is made
	resets  []int // classes of open calls that are resets
	none    bool  // there are no resets at all
}

// aim finds out what is still to be read, if the Cell says which calls add.
func (s *space) aim() {
	if s.model.Cell == nil || s.model.Cell.Grows == nil || s.model.Cell.Leads == nil {
		return
	}
	isReset := func(p *piece) bool { return !p.reads && !s.model.Cell.Grows(p.op.Input) }
	a := &aims{make([]string, len(s.ticks)), make([]int, len(s.ticks)), nil, true}
	longest, reset := "", math.MaxInt
	for at := len(s.ticks) - 1; at >= 0; at-- {
		t := s.ticks[at]
		if t.kind == called || t.kind == opened {
			p := &s.pieces[t.of]
			switch {
			case isReset(p):
				longest, reset, a.none = "", at, false
			case p.tells() && p.until < reset && len(p.needs.Value) > len(longest):
				longest = p.needs.Value
			}
		}
		a.longest[at], a.reset[at] = longest, reset
	}
	for c := range s.classes {
		if p := &s.pieces[s.classes[c].members[0]]; isReset(p) {
			a.resets = append(a.resets, c)
		}
	}
	s.aims = a
}

// tells says whether a call is a read that says what the value was.
func (p *piece) tells() bool { return !p.open && p.reads && p.needs.Kind == Just }

// leadsOn says whether the state after a call at a position can lead to what is
// still to be read.
func (w *walk) leadsOn(pos *position, next any) bool {
	if w.aims == nil || w.mayReset(pos) {
		return true
	}
	cell, value := w.model.Cell, w.model.Cell.Value(next)
	if aim := w.aims.longest[pos.at]; aim != "" && !cell.Leads(value, aim) {
		return false
	}
	for _, i := range w.occupant {
		if i < 0 {
			continue
		}
		p := &w.pieces[i]
		if p.tells() && !pos.done.has(p.slot) && p.until < w.aims.reset[pos.at] && !cell.Leads(value, p.needs.Value) {
			return false
		}
	}
	return true
}

// mayReset says whether a reset is under way that has no place yet.
func (w *walk) mayReset(pos *position) bool {
	if w.aims.none {
		return false
	}
	for _, i := range w.occupant {
		if i < 0 {
			continue
		}
		if p := &w.pieces[i]; !pos.done.has(p.slot) && !p.reads && !w.model.Cell.Grows(p.op.Input) {
			return true
		}
	}
	for _, c := range w.aims.resets {
		if w.live.has(c) && count(pos.used, c) < w.calledOf[c] {
			return true
		}
	}
	return false
}
