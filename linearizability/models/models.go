// Package models holds sequential specifications of systems whose histories come
// from elsewhere. Their inputs and outputs are words, which words.go takes apart.
//
//	models.go   Register
//	kv.go       KV
//	set.go      Set
//	queue.go    Queue
//	counter.go  Counter
//	mutex.go    Mutex
//	list.go     ListAppend
//	quick.go    registers with values that are written once (see package distinct)
//	words.go    words in texts, quoted where they must be
package models

import (
	"raftian/linearizability"
)

// What calls answer that have no value to tell.
const (
	Done = "ok"   // it had its effect
	No   = "fail" // a cas found another value than it expected
	None = "nil"  // a read found nothing

	noCall = "no such call"
)

// Register is one value:
//
//	read        => the value, or nil before the first write
//	write V     => ok
//	cas A B     => ok if the value was A and is now B; fail if it was another
//
// Other inputs are answered "no such call" and change nothing.
func Register() linearizability.Model {
	parse := remembering(ParseRegister)
	return linearizability.Model{
		Init: func() any { return None },
		Step: func(state any, input string) (any, string) {
			c, _ := parse(input)
			return c.step(state.(string))
		},
		Describe: func(state any) string { return state.(string) },
		Reads:    reads(parse),
		Cell:     cell(parse),
		Quick:    quickRegister(parse),
	}
}

// Call is a call in words.
type Call struct {
	Verb string // such as read; "" is no call
	Key  string // of a KV or a ListAppend
	A, B string // the value; of a cas, what it expects and writes
}

// ParseRegister reads an input of a Register. It fails if it is none.
func ParseRegister(input string) (Call, error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, err
	}
	return parse(words, false, map[string]form{"read": {verbRead, 0}, "write": {verbWrite, 1}, "cas": {verbCAS, 2}})
}

const (
	verbRead   = "read"
	verbWrite  = "write"
	verbCAS    = "cas"
	verbAppend = "append"

	verbAdd    = "add"
	verbRemove = "remove"

	verbEnqueue = "enqueue"
	verbDequeue = "dequeue"

	verbAcquire = "acquire"
	verbRelease = "release"
)

// step is what the call does to a value.
func (c Call) step(value string) (next, output string) {
	switch c.Verb {
	case verbRead:
		return value, value
	case verbWrite:
		return c.A, Done
	case verbAppend:
		return join(value, c.A), Done
	case verbCAS:
		if value != c.A {
			return value, No
		}
		return c.B, Done
	}
	return value, noCall
}

// reads says which calls cannot have changed anything.
func reads(parse func(input string) (Call, error)) func(input, output string) bool {
	return func(input, output string) bool {
		c, err := parse(input)
		return err != nil || c.Verb == verbRead || c.Verb == verbCAS && output == No
	}
}

// cell says what calls need and leave.
func cell(parse func(input string) (Call, error)) *linearizability.Cell {
	return &linearizability.Cell{
		Value: func(state any) string { return state.(string) },
		Makes: makes(parse),
		Needs: needs(parse),
	}
}

func just(value string) linearizability.Need {
	return linearizability.Need{Kind: linearizability.Just, Value: value}
}

func makes(parse func(input string) (Call, error)) func(input string) linearizability.Need {
	return func(input string) linearizability.Need {
		switch c, _ := parse(input); c.Verb {
		case verbWrite:
			return just(c.A)
		case verbCAS:
			return just(c.B)
		case verbAppend:
			return linearizability.Need{Kind: linearizability.Some}
		}
		return linearizability.Need{}
	}
}

func needs(parse func(input string) (Call, error)) func(input, output string, answered bool) linearizability.Need {
	return func(input, output string, answered bool) linearizability.Need {
		switch c, _ := parse(input); {
		case c.Verb == verbRead && answered:
			return just(output)
		case c.Verb == verbCAS && answered && output == No:
			return linearizability.Need{Kind: linearizability.Not, Value: c.A}
		case c.Verb == verbCAS:
			return just(c.A)
		case c.Verb == verbAppend:
			return linearizability.Need{Kind: linearizability.Some}
		}
		return linearizability.Need{}
	}
}

// grows says which calls only add to the value.
func grows(parse func(input string) (Call, error)) func(input string) bool {
	return func(input string) bool {
		c, _ := parse(input)
		return c.Verb == verbAppend
	}
}
