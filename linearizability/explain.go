package linearizability

import (
	"fmt"
	"slices"
	"sort"
	"unicode"
)

// wrong is where a History has no order any more.
type wrong struct {
	answer     call // the first whose answer no order explains
	overlooked call // the call that its answer overlooks, if that can be said
}

// explain says why a History has no order that explains every answer: the first
// answer after which there is none, and what it would have been in an order that
// explains all others so far.
func explain(m Model, all []call, budget int) (Verdict, wrong) {
	culprit := unexplained(m, all, budget)
	v := Verdict{
		Outcome:   Fail,
		Reason:    fmt.Sprintf("no order of the calls explains why %s was answered %q", name(culprit), culprit.op.Output),
		Signature: "not linearizable" + verb(culprit.op.Input),
		Evidence: []Evidence{{
			Event: culprit.op.ReturnEvent,
			Text: fmt.Sprintf("%s, called at %v, was answered %q at %v",
				name(culprit), culprit.op.Call, culprit.op.Output, culprit.op.Return),
		}},
	}
	if f, order := searchOrder(m, unanswered(all, culprit), budget); f == legal {
		v.Evidence = append(v.Evidence, place(m, order, culprit))
		why, overlooked := stale(m, order, culprit)
		v.Evidence = append(v.Evidence, why...)
		return v, wrong{culprit, overlooked}
	}
	return v, wrong{answer: culprit}
}

// stale says up to where in an order the culprit's answer would have been right,
// and which call it then overlooks: one that comes after that place and had
// returned when the culprit was made. It says nothing if there is no such call. The call
// is the one that changed the answer.
func stale(m Model, order []call, culprit call) ([]Evidence, call) {
	states := []any{m.Init()}
	for _, c := range order {
		if c.op == culprit.op {
			break
		}
		next, _ := m.Step(states[len(states)-1], c.op.Input)
		states = append(states, next)
	}
	for k := len(states) - 2; k >= 0; k-- {
		if _, output := m.Step(states[k], culprit.op.Input); output != culprit.op.Output {
			continue
		}
		for _, c := range order[k : len(states)-1] {
			if c.answered && (c.to.before(culprit.from) || c.op == culprit.after) {
				return []Evidence{{Event: c.op.ReturnEvent, Text: "it is the answer before " + overlooked(order[k], c)}}, order[k]
			}
		}
		return nil, call{}
	}
	return []Evidence{{Text: "no state that there had been until then gives that answer"}}, call{}
}

// overlooked names the call that changed the answer, and the one that had
// returned, be it the same or a later one.
func overlooked(changed, returned call) string {
	if changed.op == returned.op {
		return fmt.Sprintf("%s, which had returned at %v", name(changed), returned.op.Return)
	}
	return fmt.Sprintf("%s; and %s, which comes after that, had returned at %v", name(changed), name(returned), returned.op.Return)
}

// unexplained returns the call whose answer is the first after which a History
// has no order; the whole of it must have none.
//
// A History that is linearizable is so at every earlier time, too (Herlihy and
// Wing 1990, §2.2: linearizability is prefix-closed), so the answer is found by
// halving. Only a search that ends counts; if one is given up, a later answer,
// after which there is no order either, stands for the first.
func unexplained(m Model, all []call, budget int) call {
	answers := slices.DeleteFunc(slices.Clone(all), func(c call) bool { return !c.answered })
	slices.SortStableFunc(answers, func(a, b call) int { return a.to.compare(b.to) })
	first := sort.Search(len(answers)-1, func(i int) bool {
		return decide(m, until(all, answers[i].to), budget) == illegal
	})
	return answers[first]
}

// until is the History as it was at a moment: later calls are not made yet, and
// later answers not given.
func until(all []call, then moment) (cut []call) {
	for _, c := range all {
		if then.before(c.from) {
			continue
		}
		if then.before(c.to) {
			c.to, c.answered = never, false
		}
		cut = append(cut, c)
	}
	return cut
}

// unanswered is the History as it was when a call was answered, but for that
// answer.
func unanswered(all []call, c call) []call {
	without := until(all, c.to)
	for i := range without {
		if without[i].op == c.op {
			without[i].answered = false
		}
	}
	return without
}

// place says where a call stands in an order, and what it would answer there.
func place(m Model, order []call, culprit call) Evidence {
	state := m.Init()
	var before *call
	for i, c := range order {
		next, output := m.Step(state, c.op.Input)
		if c.op != culprit.op {
			state, before = next, &order[i]
			continue
		}
		e := Evidence{Text: fmt.Sprintf("an order that explains every answer until then begins with it, which gives %q", output)}
		if before != nil {
			e.Event = before.op.CallEvent
			e.Text = fmt.Sprintf("an order that explains every answer until then has it after %s, which gives %q", name(*before), output)
		}
		if m.Describe != nil {
			e.Text += " in the state " + m.Describe(state)
		}
		return e
	}
	return Evidence{}
}

// verb is the first word of an input, for the signature, if it is a word.
func verb(input string) string {
	end := 0
	for i, r := range input {
		if !unicode.IsLetter(r) {
			break
		}
		end = i + len(string(r))
	}
	if end == 0 {
		return ""
	}
	return ": " + input[:end]
}
