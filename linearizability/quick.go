package linearizability

import (
	"fmt"
	"slices"
	"strings"

	"raftian/linearizability/distinct"
)

// quickShare is which part of its budget a search has that stands in where a quick
// algorithm does not apply to the beginning of a History to which it does apply.
const quickShare = 16

// quick asks the Model's own algorithm, if it has one.
func quick(m Model, all []call) distinct.Ruling {
	if m.Quick == nil {
		return distinct.Ruling{}
	}
	spans := make([]Span, len(all))
	for i := range all {
		spans[i] = Span{Op: all[i].op, Answered: all[i].answered, To: distinct.Never}
	}
	for rank, e := range ends(all) {
		switch {
		case !e.isReturn:
			spans[e.call].From = rank
		case all[e.call].to != never:
			spans[e.call].To = rank
		}
	}
	return m.Quick(spans)
}

// decide is quick, and a search if that decides nothing.
func decide(m Model, all []call, budget int) found {
	if m.Quick == nil {
		return search(m, all, budget)
	}
	switch quick(m, all).Finding {
	case distinct.Legal:
		return legal
	case distinct.Illegal:
		return illegal
	}
	return search(m, all, budget)
}

// refutedQuickly is the Verdict on a History that a quick algorithm found to have no
// order. A search and Porcupine have to agree on the few calls that it names, of the
// beginning of the History that ends with the first answer after which there is no
// order. False says that the search did not confirm it: then all of the History is
// to be searched.
func refutedQuickly(m Model, all []call, budget int) (Verdict, bool) {
	h := until(all, unexplained(m, all, budget/quickShare).to)
	r := quick(m, h)
	if r.Finding != distinct.Illegal {
		return Verdict{}, false
	}
	core := coreOf(m, h, r)
	if search(m, core, budget) != illegal {
		return Verdict{}, false
	}
	v := refuted(m, core, budget)
	if v.Outcome == Fail && r.About != nil {
		v.Reason += ", of the values " + strings.Join(r.About, ", ")
		v.Evidence = slices.Insert(v.Evidence, 0, Evidence{
			Text: fmt.Sprintf("what follows looks at the values %s alone", strings.Join(r.About, ", "))})
	}
	return v, true
}

// coreOf is the calls that a Ruling names, looked at as it says.
func coreOf(m Model, all []call, r distinct.Ruling) []call {
	var core []call
	for _, i := range r.Core {
		c := all[i]
		if r.About != nil && m.Project != nil {
			op, is := m.Project(*c.op, r.About)
			if !is {
				continue
			}
			c.op = &op
		}
		core = append(core, c)
	}
	return core
}
