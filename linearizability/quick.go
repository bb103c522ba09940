package linearizability

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"raftian/linearizability/distinct"
	"raftian/linearizability/history"
)

// quickShare is which part of its budget a search has that stands in where a quick
// algorithm does not apply to the beginning of a History to which it does apply.
const quickShare = 16

// quick asks the Model's own algorithm, if it has one.
//
// The algorithms know no order but that of calls and returns. Where a call of a
// client touches the next, the next comes after it, and no order of calls and returns
// says that and nothing else. So they are asked twice: with less order than there is,
// by which a History can be shown to be illegal, and with more, by which it can be
// shown to be legal.
func quick(m Model, all []call) distinct.Ruling {
	if m.Quick == nil {
		return distinct.Ruling{}
	}
	r := m.Quick(m.Init(), spans(all, ends(all)))
	if r.Finding == distinct.Legal {
		if strict := strictEnds(all); strict != nil && m.Quick(m.Init(), spans(all, strict)).Finding != distinct.Legal {
			return distinct.Ruling{}
		}
	}
	return r
}

// spans are calls with their places in an order of calls and returns.
func spans(all []call, ends []end) []Span {
	spans := make([]Span, len(all))
	for i := range all {
		spans[i] = Span{Op: all[i].op, Answered: all[i].answered, To: distinct.Never}
	}
	for rank, e := range ends {
		switch {
		case !e.isReturn:
			spans[e.call].From = rank
		case all[e.call].to != never:
			spans[e.call].To = rank
		}
	}
	return spans
}

// strictEnds are the ends of calls where each that touches the one before it of its
// client comes after that, and after other such calls of the instant; nil if there
// are none.
func strictEnds(all []call) []end {
	turn := make([]int, len(all)) // within the instant of the call
	touched := make([]bool, len(all))
	var at map[*history.Op]int
	for i := range all {
		if all[i].after == nil {
			continue
		}
		if at == nil {
			at = make(map[*history.Op]int)
			for k := range all {
				at[all[k].op] = k
			}
		}
		if before, is := at[all[i].after]; is {
			turn[i], touched[before] = 1, true
			if all[before].from == all[i].from {
				turn[i] = turn[before] + 1
			}
		}
	}
	if at == nil {
		return nil
	}
	place := func(e end) int {
		switch c := &all[e.call]; {
		case !e.isReturn:
			return 2 * turn[e.call]
		case !touched[e.call]:
			return math.MaxInt
		case c.from == c.to:
			return 2*turn[e.call] + 1
		}
		return 1
	}
	strict := ends(all)
	slices.SortStableFunc(strict, func(a, b end) int {
		return cmp.Or(a.compare(b.moment), cmp.Compare(place(a), place(b)))
	})
	return strict
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
// order, and what is wrong. A search and Porcupine have to agree on the few calls that
// it names, of the beginning of the History that ends with the first answer after which
// there is no order. False says that the search did not confirm it: then all of the
// History is to be searched.
func refutedQuickly(m Model, all []call, budget int) (v Verdict, why wrong, is bool) {
	h := until(all, unexplained(m, all, budget/quickShare).to)
	r := quick(m, h)
	if r.Finding != distinct.Illegal {
		return Verdict{}, wrong{}, false
	}
	core, whole := coreOf(m, h, r)
	if search(m, core, budget) != illegal {
		return Verdict{}, wrong{}, false
	}
	v, why = refuted(m, core, budget)
	if v.Outcome == Fail && r.About != nil {
		v.Reason += ", of the values " + strings.Join(r.About, ", ")
		v.Evidence = slices.Insert(v.Evidence, 0, Evidence{
			Text: fmt.Sprintf("what follows looks at the values %s alone", strings.Join(r.About, ", "))})
	}
	why.answer.op, why.overlooked.op = whole[why.answer.op], whole[why.overlooked.op]
	return v, why, true
}

// coreOf is the calls that a Ruling names, looked at as it says. They have no order by
// their times alone, so those that touch need not be told. The whole operation of each is
// returned, too.
func coreOf(m Model, all []call, r distinct.Ruling) (core []call, whole map[*history.Op]*history.Op) {
	whole = make(map[*history.Op]*history.Op)
	for _, i := range r.Core {
		c := all[i]
		c.after = nil
		if r.About != nil && m.Project != nil {
			op, is := m.Project(*c.op, r.About)
			if !is {
				continue
			}
			c.op = &op
		}
		whole[c.op] = all[i].op
		core = append(core, c)
	}
	return core, whole
}
