package models

import (
	"raftian/linearizability"
	"raftian/linearizability/distinct"
)

// quickRegister is the algorithm for values that are written once, of a register or
// of one key.
func quickRegister(parse func(input string) (Call, error)) func(initial any, spans []linearizability.Span) distinct.Ruling {
	verbs := map[string]distinct.Verb{verbRead: distinct.Read, verbWrite: distinct.Write, verbCAS: distinct.Swap}
	return func(initial any, spans []linearizability.Span) distinct.Ruling {
		calls, failed := make([]distinct.Call, 0, len(spans)), make(map[string]bool)
		for _, s := range spans {
			c, err := parse(s.Op.Input)
			d := distinct.Call{Verb: verbs[c.Verb], Answered: s.Answered, From: s.From, To: s.To, Value: c.A}
			is := err == nil && c.Verb != verbAppend
			switch {
			case c.Verb == verbRead:
				d.Value = s.Op.Output
			case c.Verb == verbCAS && s.Answered && s.Op.Output == No:
				failed[c.A] = true
				d = distinct.Call{Verb: distinct.Read, From: s.From, To: s.To} // without an answer it is none
			case c.Verb == verbCAS:
				d.Old, d.Value = c.A, c.B
				fallthrough
			default:
				is = is && (!s.Answered || s.Op.Output == Done)
			}
			if !is {
				return distinct.Ruling{}
			}
			calls = append(calls, d)
		}
		if failed[initial.(string)] {
			return distinct.Ruling{}
		}
		for _, c := range calls {
			// A cas that failed says that the value was another; nothing, if it never was that.
			if c.Verb != distinct.Read && failed[c.Value] {
				return distinct.Ruling{}
			}
		}
		return distinct.Register(initial.(string), calls)
	}
}
