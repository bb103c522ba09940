package models

import (
	"errors"
	"fmt"
	"strconv"

	"raftian/linearizability"
)

// countMax bounds what is added at once, so that no sum leaves an int64.
const countMax = 1_000_000_000_000

// Counter is a whole number, 0 in the beginning:
//
//	add N   => ok; N is from -10^12 to 10^12
//	inc     => ok; the same as add 1
//	dec     => ok; the same as add -1
//	read    => the number
//
// Other inputs are answered "no such call" and change nothing.
func Counter() linearizability.Model {
	return linearizability.Model{
		Init: func() any { return int64(0) },
		Step: func(state any, input string) (any, string) {
			c, n, err := parseCounter(input)
			switch {
			case err != nil:
				return state, noCall
			case c.Verb == verbAdd:
				return state.(int64) + n, Done
			}
			return state, fmt.Sprint(state)
		},
		Describe: func(state any) string { return fmt.Sprint(state) },
		Reads: func(input, _ string) bool {
			c, n, err := parseCounter(input)
			return err != nil || c.Verb == verbRead || n == 0
		},
		Hash: func(state any) uint64 { return uint64(state.(int64)) },
	}
}

// ParseCounter reads an input of a Counter. It fails if it is none, or its number
// out of range. An inc or dec is an add.
func ParseCounter(input string) (Call, error) {
	c, _, err := parseCounter(input)
	return c, err
}

func parseCounter(input string) (c Call, n int64, err error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, 0, err
	}
	c, err = parse(words, false, map[string]form{"add": {verbAdd, 1}, "inc": {verbAdd, 0}, "dec": {verbAdd, 0}, "read": {verbRead, 0}})
	switch {
	case err != nil || c.Verb == verbRead:
		return c, 0, err
	case words[0] == "inc":
		c.A = "1"
	case words[0] == "dec":
		c.A = "-1"
	}
	n, err = strconv.ParseInt(c.A, 10, 64)
	if err != nil || n < -countMax || n > countMax {
		return Call{}, 0, errors.New(strconv.Quote(c.A) + " is no whole number from -10^12 to 10^12")
	}
	return c, n, nil
}
