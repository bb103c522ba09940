package models

import (
	"cmp"
	"slices"
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/distinct"
	"raftian/linearizability/history"
)

// Set is values, each of which is in it or not; it is empty in the beginning:
//
//	add V     => ok
//	remove V  => ok, whether it was there or not
//	read      => what is in it: {}, or {1 2 10}, shorter words first, then by their bytes
//
// Answers that tell the same in another order, or as #{2 1} or [2 1], are as good.
// Other inputs are answered "no such call" and change nothing.
func Set() linearizability.Model {
	return linearizability.Model{
		Init: func() any { return SetOf(nil) },
		Step: func(state any, input string) (any, string) {
			c, err := ParseSet(input)
			if err != nil {
				return state, noCall
			}
			return c.stepSet(state.(string))
		},
		Describe: func(state any) string { return state.(string) },
		Reads: func(input, _ string) bool {
			c, err := ParseSet(input)
			return err != nil || c.Verb == verbRead
		},
		Partition: tidySets,
		Quick:     quickSet,
		Project:   projectSet,
	}
}

// ParseSet reads an input of a Set. It fails if it is none.
func ParseSet(input string) (Call, error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, err
	}
	return parse(words, false, map[string]form{"add": {verbAdd, 1}, "remove": {verbRemove, 1}, "read": {verbRead, 0}})
}

// SetOf is values as a read of a Set answers them. Values that stand there twice are
// in it once.
func SetOf(values []string) string {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, compareWords)
	return "{" + strings.Join(slices.Compact(sorted), " ") + "}"
}

// setWords splits a set in any of its forms.
func setWords(text string) ([]string, bool) {
	text = strings.TrimPrefix(text, "#")
	for _, brackets := range []string{"{}", "[]", "()"} {
		if values, is := within(text, brackets[:1], brackets[1:]); is {
			return values, true
		}
	}
	return nil, false
}

// tidySets is one part, in which answers of reads are as Step gives them.
func tidySets(ops []history.Op) [][]history.Op {
	var own []history.Op
	for i, op := range ops {
		if c, _ := ParseSet(op.Input); c.Verb != verbRead || op.Outcome != history.OK {
			continue
		}
		values, is := setWords(op.Output)
		if !is || isTidy(values) && op.Output[0] == '{' {
			continue
		}
		if own == nil {
			own = slices.Clone(ops)
		}
		own[i].Output = SetOf(values)
	}
	if own == nil {
		own = ops
	}
	return [][]history.Op{own}
}

// isTidy says whether values are in the order of SetOf, each once.
func isTidy(values []string) bool {
	for k := 1; k < len(values); k++ {
		if compareWords(values[k-1], values[k]) >= 0 {
			return false
		}
	}
	return true
}

func compareWords(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// members is what is in a set, or false if the text is none.
func members(text string) ([]string, bool) { return within(text, "{", "}") }

// within splits what stands between brackets into words.
func within(text, begin, end string) ([]string, bool) {
	inner, begins := strings.CutPrefix(text, begin)
	inner, ends := strings.CutSuffix(inner, end)
	words, err := Split(inner)
	return words, begins && ends && err == nil
}

// stepSet is what the call does to a set.
func (c Call) stepSet(set string) (next, output string) {
	if c.Verb == verbRead {
		return set, set
	}
	values, _ := members(set)
	k, is := slices.BinarySearchFunc(values, c.A, compareWords)
	switch {
	case c.Verb == verbAdd && !is:
		values = slices.Insert(values, k, c.A)
	case c.Verb == verbRemove && is:
		values = slices.Delete(values, k, k+1)
	default:
		return set, Done
	}
	return "{" + strings.Join(values, " ") + "}", Done
}

// quickSet is the algorithm for values that are added once.
func quickSet(initial any, spans []linearizability.Span) distinct.Ruling {
	if initial != SetOf(nil) {
		return distinct.Ruling{}
	}
	verbs := map[string]distinct.Verb{verbAdd: distinct.Add, verbRemove: distinct.Remove, verbRead: distinct.Read}
	calls := make([]distinct.Call, len(spans))
	for i, s := range spans {
		c, err := ParseSet(s.Op.Input)
		d := distinct.Call{Verb: verbs[c.Verb], Answered: s.Answered, From: s.From, To: s.To, Value: c.A}
		is := err == nil
		switch {
		case !s.Answered || !is:
		case c.Verb != verbRead:
			is = s.Op.Output == Done
		default:
			d.Values, is = members(s.Op.Output)
			is = is && isTidy(d.Values)
		}
		if !is {
			return distinct.Ruling{} // an answer that no call gives
		}
		calls[i] = d
	}
	return distinct.Set(calls)
}

// projectSet is a call as it is if only some values matter.
func projectSet(op history.Op, about []string) (history.Op, bool) {
	c, _ := ParseSet(op.Input)
	if c.Verb != verbRead {
		return op, slices.Contains(about, c.A)
	}
	if op.Outcome == history.OK {
		values, _ := members(op.Output)
		op.Output = SetOf(slices.DeleteFunc(values, func(v string) bool { return !slices.Contains(about, v) }))
	}
	return op, true
}
