package models

import (
	"strconv"
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/distinct"
)

// nothing is an empty queue.
const nothing = "[]"

// Queue gives values back in the order in which they were put into it. It is empty
// in the beginning:
//
//	enqueue V  => ok
//	dequeue    => the value that is there longest, which is taken out; nil if it is empty
//
// Other inputs are answered "no such call" and change nothing.
func Queue() linearizability.Model {
	return linearizability.Model{
		Init: func() any { return nothing },
		Step: func(state any, input string) (any, string) {
			c, err := ParseQueue(input)
			if err != nil {
				return state, noCall
			}
			return c.stepQueue(state.(string))
		},
		Describe: func(state any) string { return state.(string) },
		Reads: func(input, output string) bool {
			c, err := ParseQueue(input)
			return err != nil || c.Verb == verbDequeue && output == None
		},
		Quick: quickQueue,
	}
}

// ParseQueue reads an input of a Queue. It fails if it is none, or puts in nil, which
// says that a queue is empty.
func ParseQueue(input string) (Call, error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, err
	}
	c, err := parse(words, false, map[string]form{"enqueue": {verbEnqueue, 1}, "dequeue": {verbDequeue, 0}})
	if err == nil && c.A == None {
		return Call{}, errNone
	}
	return c, err
}

// stepQueue is what the call does to a queue.
func (c Call) stepQueue(queue string) (next, output string) {
	inner := queue[1 : len(queue)-1]
	switch {
	case c.Verb == verbEnqueue && inner == "":
		return "[" + c.A + "]", Done
	case c.Verb == verbEnqueue:
		return "[" + inner + " " + c.A + "]", Done
	case inner == "":
		return queue, None
	}
	first := inner
	if strings.HasPrefix(inner, `"`) {
		first, _ = strconv.QuotedPrefix(inner)
	} else {
		first, _, _ = strings.Cut(inner, " ")
	}
	return "[" + strings.TrimPrefix(inner[len(first):], " ") + "]", first
}

// quickQueue is the algorithm for values that are put in once.
func quickQueue(initial any, spans []linearizability.Span) distinct.Ruling {
	if initial != nothing {
		return distinct.Ruling{}
	}
	calls := make([]distinct.Call, len(spans))
	for i, s := range spans {
		c, err := ParseQueue(s.Op.Input)
		d := distinct.Call{Verb: distinct.Enqueue, Answered: s.Answered, From: s.From, To: s.To, Value: c.A}
		if c.Verb == verbDequeue {
			d.Verb, d.Value, d.Empty = distinct.Dequeue, s.Op.Output, s.Op.Output == None
		}
		if err != nil || s.Answered && c.Verb == verbEnqueue && s.Op.Output != Done {
			return distinct.Ruling{} // an answer that no call gives
		}
		calls[i] = d
	}
	return distinct.Queue(calls)
}
