package linearizability

import (
	"cmp"
	"slices"
)

// walk looks for an order depth first, along time. It puts calls into the order
// only when it has to: when one returns that has no place yet, calls that are
// under way take effect one after another until this one has. That loses nothing
// (Lowe, "Testing for linearizability", 2017, §4: just-in-time linearization),
// and it keeps a position small: what is decided and over is not in it.
//
// Rules cut the walk short. None loses the last order there is:
//
//   - A read under way takes its place as soon as it gives its answer. Taken out
//     of wherever an order has it, no other answer changes. (Model.Reads tells
//     what is a read. A write of the value that is there is none: elsewhere it
//     would not be in vain.)
//   - An open call is not put where it would change nothing. Taken out of there, no
//     answer changes, and it can stand at the end.
//   - A position is given up if an earlier one covers it: one at the same moment,
//     with the same state and calls that have their place, which used no more of
//     any class of open calls. Whatever can follow can follow there, too, since
//     an open call that is left need not be used. (See visited.go.)
//   - An open call is put only where the next call needs it. (See cell.go, and for
//     Models without a Cell trail.go.)
//   - A value that can only grow is not made to be another than the beginning of what
//     is still to be read. (See grow.go.)
type walk struct {
	*space
	budget int
	tries  int
	byCall bool // of calls under way, to try those first that were called first

	longest int  // how long a trail of open calls may be; 0 is as long as may be
	cut     bool // one would have been longer

	passed   int // ticks
	occupant []int
	live     bitset // classes with open calls that can matter
	calledOf []int  // by class

	heard []heard // since the state last changed
	seen  visited
	path  []branch
	order []int // pieces
}

// position is how far an order has come. Its slices are not changed once made.
type position struct {
	at    int // the tick that is next
	state any
	done  bitset // slots whose calls have their place
	used  []use
	group int // in a guided walk, the group whose turn it is
	left  int // and how many of it have no place yet

	// In a Cell, an open call was put last, for the sake of what comes next; and
	// the value that was there before it.
	owes   bool
	before string

	trail trail
	dead  bool // it came to something that no order need come to
}

// use is how many calls of a class have a place.
type use struct{ class, count int }

// branch is a position and the calls that have not been tried there yet.
type branch struct {
	position
	choices []int
	placed  int // how many calls stood in the order there
}

func newWalk(s *space, budget int) *walk {
	w := &walk{space: s, budget: budget, occupant: make([]int, s.slots),
		live: newBitset(len(s.classes)), calledOf: make([]int, len(s.classes))}
	for k := range w.occupant {
		w.occupant[k] = -1
	}
	w.seen.model, w.seen.classes = s.model, s.classes
	return w
}

// run walks until there is an order, there is none, or the budget is spent.
func (w *walk) run() found {
	pos := position{state: w.model.Init(), done: newBitset(w.slots)}
	pos.turn(w.groups)
	for w.advance(&pos) {
		settled := w.settle(&pos)
		if w.tries > w.budget {
			return exhausted
		}
		if settled {
			continue
		}
		if !pos.dead && !w.covered(&pos) {
			w.path = append(w.path, branch{pos, w.choices(&pos), len(w.order)})
		}
		if !w.step(&pos) {
			if w.tries > w.budget {
				return exhausted
			}
			return illegal
		}
	}
	return legal
}

func (w *walk) covered(pos *position) bool {
	covered, compared := w.seen.covers(pos, w.equal)
	w.tries += compared / 16 // or else a budget would not bound the time
	return covered
}

// step takes the next choice there is, going back as far as needed.
func (w *walk) step(pos *position) bool {
	for len(w.path) > 0 && w.tries <= w.budget {
		b := &w.path[len(w.path)-1]
		if len(b.choices) == 0 {
			w.path = w.path[:len(w.path)-1]
			continue
		}
		i := b.choices[0]
		b.choices = b.choices[1:]
		p := &w.pieces[i]
		if !w.pays(&b.position, p) {
			w.tries++
			continue
		}
		next, right := w.try(b.state, p)
		if !right || p.open && w.equal(next, b.state) || !w.leads(&b.position, p, next) {
			continue
		}
		w.rewind(b.at)
		if !w.leadsOn(&b.position, next) {
			continue
		}
		w.order = w.order[:b.placed]
		*pos = b.position
		w.put(pos, i, next)
		return true
	}
	return false
}

// advance passes ticks until a call returns that has no place yet; false says
// that there is none any more.
func (w *walk) advance(pos *position) bool {
	own := false // whether pos.done may be changed
	for ; pos.at < len(w.ticks); pos.at++ {
		t := w.ticks[pos.at]
		switch t.kind {
		case returned:
			slot := w.pieces[t.of].slot
			if !pos.done.has(slot) {
				return true
			}
			if !own {
				pos.done, own = slices.Clone(pos.done), true
			}
			pos.done.clear(slot)
		case expired:
			pos.used = slices.DeleteFunc(slices.Clone(pos.used), func(u use) bool { return u.class == t.of })
		}
		w.pass(t)
	}
	return false
}

func (w *walk) pass(t tick) {
	w.passed++
	switch t.kind {
	case called:
		w.occupant[w.pieces[t.of].slot] = t.of
	case returned:
		w.occupant[w.pieces[t.of].slot] = -1
	case opened:
		c := w.pieces[t.of].class
		w.calledOf[c]++
		w.live.set(c)
	case expired:
		w.live.clear(t.of)
	}
}

// rewind takes back ticks that were passed.
func (w *walk) rewind(to int) {
	for w.passed > to {
		w.passed--
		switch t := w.ticks[w.passed]; t.kind {
		case called:
			w.occupant[w.pieces[t.of].slot] = -1
		case returned:
			w.occupant[w.pieces[t.of].slot] = t.of
		case opened:
			c := w.pieces[t.of].class
			if w.calledOf[c]--; w.calledOf[c] == 0 {
				w.live.clear(c)
			}
		case expired:
			w.live.set(t.of)
		}
	}
}

// try carries a call out.
func (w *walk) try(state any, p *piece) (next any, right bool) {
	// Beyond the budget nothing can be put anywhere, and the walk ends.
	if w.tries++; w.tries > w.budget {
		return state, false
	}
	next, output := w.model.Step(state, p.op.Input)
	return next, !p.answered || output == p.op.Output
}

// settle puts the reads that give their answers. It says whether the call that is
// due has its place with that; then the others wait.
func (w *walk) settle(pos *position) bool {
	w.heard = w.heard[:0]
	due := w.ticks[pos.at].of
	if w.settles(pos, due) {
		return true
	}
	for again := true; again; {
		again = false
		for _, i := range w.occupant {
			// In a guided walk the turn may come to one that was passed over, as it
			// may to one that comes after another.
			if i >= 0 && i != due && w.settles(pos, i) {
				again = w.groups != nil || w.touches
			}
		}
	}
	return (w.groups != nil || w.touches) && !pos.dead && w.settles(pos, due)
}

func (w *walk) settles(pos *position, i int) bool {
	p := &w.pieces[i]
	if !p.reads || pos.done.has(p.slot) || !pos.isTurn(p) || !w.isNext(pos, p) {
		return false
	}
	if !w.hears(pos.state, p) {
		return false
	}
	if !w.leads(pos, p, pos.state) {
		pos.dead = true
		return false
	}
	w.put(pos, i, pos.state)
	return true
}

// hears says whether a read gives its answer. Reads that ask the same in one state
// are carried out once.
func (w *walk) hears(state any, p *piece) bool {
	if !p.answered {
		return true
	}
	for _, h := range w.heard {
		if h.input == p.op.Input {
			return h.output == p.op.Output
		}
	}
	if w.tries++; w.tries > w.budget {
		return false
	}
	_, output := w.model.Step(state, p.op.Input)
	w.heard = append(w.heard, heard{p.op.Input, output})
	return output == p.op.Output
}

// heard is what a read answers in the present state.
type heard struct{ input, output string }

// choices are the calls that might be put next: the one that is due, then those
// under way that return first, or were called first, then open ones.
func (w *walk) choices(pos *position) []int {
	all := make([]int, 0, len(w.occupant))
	for _, i := range w.occupant {
		if i >= 0 && !pos.done.has(w.pieces[i].slot) && pos.isTurn(&w.pieces[i]) && w.isNext(pos, &w.pieces[i]) {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(i, j int) int {
		a, b := &w.pieces[i], &w.pieces[j]
		if w.byCall {
			return cmp.Or(a.from.compare(b.from), cmp.Compare(i, j))
		}
		return cmp.Compare(a.until, b.until)
	})
	useful := w.useful(pos)
	if w.longest > 0 && len(pos.trail.pieces) >= w.longest {
		w.cut = w.cut || len(useful) > 0
		return all
	}
	for _, c := range useful {
		if n := count(pos.used, c); n < w.calledOf[c] && w.isNext(pos, &w.pieces[w.classes[c].members[n]]) {
			all = append(all, w.classes[c].members[n])
		}
	}
	return all
}

// put gives a call its place.
func (w *walk) put(pos *position, i int, next any) {
	p := &w.pieces[i]
	w.order = append(w.order, i)
	w.owe(pos, p)
	w.follow(pos, i)
	pos.state = next
	if p.open {
		pos.use(p.class)
		return
	}
	pos.done = slices.Clone(pos.done)
	pos.done.set(p.slot)
	if p.group != 0 {
		pos.left--
		pos.turn(w.groups)
	}
}

// isTurn says whether a guided walk may put a call next; any other may.
func (pos *position) isTurn(p *piece) bool { return p.group == 0 || p.group == pos.group }

// isNext says whether the call that a piece comes after has its place.
func (w *walk) isNext(pos *position, p *piece) bool {
	if p.after < 0 {
		return true
	}
	before := &w.pieces[p.after]
	return before.until < pos.at || pos.done.has(before.slot)
}

// turn goes on to the next group if this one is done.
func (pos *position) turn(groups []int) {
	for pos.left == 0 && pos.group+1 < len(groups) {
		pos.group++
		pos.left = groups[pos.group]
	}
}

func find(used []use, class int) (int, bool) {
	return slices.BinarySearchFunc(used, class, func(u use, c int) int { return cmp.Compare(u.class, c) })
}

// count is how many calls of a class have a place.
func count(used []use, class int) int {
	if k, is := find(used, class); is {
		return used[k].count
	}
	return 0
}

func (pos *position) use(class int) {
	k, is := find(pos.used, class)
	pos.used = slices.Clone(pos.used)
	if is {
		pos.used[k].count++
		return
	}
	pos.used = slices.Insert(pos.used, k, use{class, 1})
}
