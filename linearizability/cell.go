package linearizability

import (
	"math/bits"
	"slices"
)

// In a Cell an open call is put only for the sake of the call after it, which
// must need its value and not be content with the one before.
//
// Of the orders there are, take one with as few open calls as possible that change
// something, and of those one where they stand as late as possible. Say the call
// after such an open call were content with the value before it, too. If it
// changes the value, it leaves the same without the open call, which can be left
// out: there would be fewer. If it does not, the two can change places: the open
// call would stand later. Reads that a walk puts early take nothing from this: an
// open call that nothing needs any more could be left out.
//
// Open calls that need something stand for several: where a call with the same
// input but no needs is left, it can take their place. So a position that used
// such a call where another one used the one without needs has used less.

// owe keeps account of what is put.
func (w *walk) owe(pos *position, p *piece) {
	switch {
	case w.model.Cell == nil:
	case p.open:
		pos.owes, pos.before = true, w.model.Cell.Value(pos.state)
	case pos.owes && p.needs.leavesOut(pos.before):
		pos.owes, pos.before = false, ""
	}
}

// pays says whether a call may be put next: any may if nothing is owed.
func (w *walk) pays(pos *position, p *piece) bool {
	if !pos.owes {
		return true
	}
	needs := p.needs
	if p.open {
		needs = w.classes[p.class].needs
	}
	return needs.leavesOut(pos.before)
}

// owesAtMost says whether what can follow b can follow a, as far as it depends on
// the open calls that were put last.
func (a *position) owesAtMost(b *position, equal func(a, b any) bool) bool {
	return (!a.owes || b.owes && a.before == b.before) && (len(a.trail.pieces) == 0 ||
		slices.Equal(a.trail.pieces, b.trail.pieces) && equal(a.trail.base, b.trail.base))
}

// useful are the classes of open calls of which one might be put next.
func (w *walk) useful(pos *position) []int {
	if w.model.Cell == nil {
		return w.all()
	}
	value := w.model.Cell.Value(pos.state)
	var wanted []Need
	whatever := false // any other value than this may do
	want := func(n Need) {
		switch {
		case !n.leavesOut(value):
		case n.Kind != Just:
			whatever = true
		case !slices.Contains(wanted, n):
			wanted = append(wanted, n)
		}
	}
	for _, i := range w.occupant {
		if i >= 0 && !pos.done.has(w.pieces[i].slot) {
			want(w.pieces[i].needs)
		}
	}
	for _, c := range w.needing {
		if w.live.has(c) && count(pos.used, c) < w.calledOf[c] {
			want(w.classes[c].needs)
		}
	}
	if whatever {
		return w.all()
	}
	var classes []int
	if len(wanted) > 0 {
		wanted = append(wanted, Need{Kind: Some})
	}
	for _, n := range wanted {
		for _, c := range w.making[n] {
			if w.live.has(c) {
				classes = append(classes, c)
			}
		}
	}
	return classes
}

// all are the classes of which there are calls that can matter.
func (w *walk) all() (classes []int) {
	for k, word := range w.live {
		for ; word != 0; word &= word - 1 {
			classes = append(classes, k*64+bits.TrailingZeros64(word))
		}
	}
	return classes
}
