package linearizability

// Search says how much effort an answer is worth.
type Search struct {
	// Budget is how many times one search may try to put a call next; 0 is
	// BudgetDefault and another 64 for each call. Beyond it the search is given
	// up. It is a count and not a time, so that a verdict depends on the History
	// alone.
	Budget int
	// NoWitness searches at once, without trying the order of the log first.
	NoWitness bool
	// Violations is how many are looked for in each part of a History that has no
	// order; 0 is the first alone. Each costs some searches. If there are as many, more
	// than one, another says that further ones were not looked for.
	Violations int
}

// BudgetDefault is the budget of a Search that names none, of a small History: a
// second or so at worst. A try that succeeds may keep its position, of some 150
// bytes: 150 MB.
const BudgetDefault = 1 << 20

// budget is what a search among n calls may spend.
func (s Search) budget(n int) int {
	if s.Budget > 0 {
		return s.Budget
	}
	return BudgetDefault + 64*n
}

// found is what a search came to.
type found int

const (
	exhausted found = iota // the budget was spent before there was an answer
	legal
	illegal
)

// search looks for any order of the calls that explains every answer.
func search(m Model, all []call, budget int) found {
	f, _ := walkOften(newSpace(m, all), budget)
	return f
}

// searchGuided looks only for orders that keep to the log where the index of a
// call is known, and returns one if there is one. Only legal says anything.
func searchGuided(m Model, all []call, budget int) (found, []call) {
	s := newSpace(m, all)
	s.guide()
	w := newWalk(s, budget)
	f := w.run()
	if f != legal {
		return f, nil
	}
	order := make([]call, len(w.order))
	for k, i := range w.order {
		order[k] = all[i]
	}
	return f, order
}

// walkOften walks until one walk decides; together they spend the budget. The first
// ones allow only a few open calls side by side, where most orders have none or one,
// and a walk that may put any number goes astray among them; then which calls to try
// first is a matter of luck.
func walkOften(s *space, budget int) (found, []int) {
	for _, short := range []int{1, 2, 4} {
		if s.model.Cell != nil || len(s.classes) == 0 {
			break // there are no trails in a Cell
		}
		w := newWalk(s, budget/4)
		w.longest = short
		f := w.run()
		budget -= w.tries
		if f == legal || f == illegal && !w.cut {
			return f, w.order
		}
	}
	w := newWalk(s, budget/2)
	f := w.run()
	if f == exhausted {
		w = newWalk(s, budget-w.tries)
		w.byCall = true
		f = w.run()
	}
	return f, w.order
}

// searchOrder is search, but returns the order, too, if there is one. Open calls
// that nobody needs are at its end.
func searchOrder(m Model, all []call, budget int) (found, []call) {
	f, pieces := walkOften(newSpace(m, all), budget)
	if f != legal {
		return f, nil
	}
	order := make([]call, 0, len(all))
	placed := make([]bool, len(all))
	for _, i := range pieces {
		order = append(order, all[i])
		placed[i] = true
	}
	for i := range all {
		if !placed[i] {
			order = append(order, all[i])
		}
	}
	return f, order
}
