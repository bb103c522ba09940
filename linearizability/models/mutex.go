package models

import "raftian/linearizability"

// The states of a Mutex.
const (
	free = "free"
	held = "held"
)

// Mutex is held or free; it is free in the beginning. It does not know by whom it is
// held:
//
//	acquire  => ok if it was free and is now held; fail if it was held
//	release  => ok if it was held and is now free; fail if it was free
//
// Other inputs are answered "no such call" and change nothing.
func Mutex() linearizability.Model {
	return linearizability.Model{
		Init: func() any { return free },
		Step: func(state any, input string) (any, string) {
			c, err := ParseMutex(input)
			if err != nil {
				return state, noCall
			}
			from, to := c.turn()
			if state != from {
				return state, No
			}
			return to, Done
		},
		Describe: func(state any) string { return state.(string) },
		Reads: func(input, output string) bool {
			_, err := ParseMutex(input)
			return err != nil || output == No
		},
		Cell: &linearizability.Cell{
			Value: func(state any) string { return state.(string) },
			Makes: func(input string) linearizability.Need {
				c, err := ParseMutex(input)
				if err != nil {
					return linearizability.Need{}
				}
				_, to := c.turn()
				return just(to)
			},
			Needs: func(input, output string, answered bool) linearizability.Need {
				c, err := ParseMutex(input)
				from, to := c.turn()
				switch {
				case err != nil:
					return linearizability.Need{}
				case answered && output == No:
					return just(to)
				}
				return just(from)
			},
		},
	}
}

// ParseMutex reads an input of a Mutex. It fails if it is none.
func ParseMutex(input string) (Call, error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, err
	}
	return parse(words, false, map[string]form{"acquire": {verbAcquire, 0}, "release": {verbRelease, 0}})
}

// turn is the state that the call needs for an effect, and the one it leaves.
func (c Call) turn() (from, to string) {
	if c.Verb == verbAcquire {
		return free, held
	}
	return held, free
}
