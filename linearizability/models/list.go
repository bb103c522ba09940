package models

import (
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/history"
)

// ListAppend is a list for each key, to which values can be added at the end:
//
//	append K V  => ok
//	read K      => the list: [1 2 3], or nil if nothing was added, for which [] is as good
//
// Its keys have nothing to do with each other, so each is judged alone. Other inputs
// are answered "no such call" and change nothing.
func ListAppend() linearizability.Model {
	return linearizability.Model{
		Init: func() any { return None },
		Step: func(state any, input string) (any, string) {
			c, err := ParseListAppend(input)
			switch list := state.(string); {
			case err != nil:
				return state, noCall
			case c.Verb == verbRead:
				return state, list
			case list == None:
				return "[" + c.A + "]", Done
			default:
				return list[:len(list)-1] + " " + c.A + "]", Done
			}
		},
		Describe: func(state any) string { return state.(string) },
		Reads:    reads(ParseListAppend),
		Cell: &linearizability.Cell{
			Value: func(state any) string { return state.(string) },
			Makes: makes(ParseListAppend),
			Needs: needs(ParseListAppend),
			Grows: grows(ParseListAppend),
			Leads: func(from, to string) bool {
				rest, is := strings.CutPrefix(to, strings.TrimSuffix(from, "]"))
				return from == None || is && (rest == "]" || strings.HasPrefix(rest, " "))
			},
		},
		Partition: func(ops []history.Op) [][]history.Op {
			parts := byKey(ParseListAppend, ops)
			for _, part := range parts {
				for i := range part { // they are copies
					if part[i].Outcome == history.OK && part[i].Output == "[]" {
						part[i].Output = None
					}
				}
			}
			return parts
		},
	}
}

// ParseListAppend reads an input of a ListAppend. It fails if it is none.
func ParseListAppend(input string) (Call, error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, err
	}
	return parse(words, true, map[string]form{"append": {verbAppend, 1}, "read": {verbRead, 0}})
}

// ListOf is values as a read of a ListAppend answers them.
func ListOf(values []string) string {
	if len(values) == 0 {
		return None
	}
	return "[" + strings.Join(values, " ") + "]"
}
