package models

import (
	"maps"
	"slices"
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/history"
)

// KV is a register for each key, with texts that can be added to:
//
//	get K       => the value, or nil
//	put K V     => ok
//	append K V  => ok; the value is the old one, if any, and V behind it
//	cas K A B   => ok if the value was A and is now B; fail if it was another
//
// Its keys have nothing to do with each other, so each is judged alone.
func KV() linearizability.Model {
	return linearizability.Model{
		Init: func() any { return None },
		Step: func(state any, input string) (any, string) {
			c, _ := ParseKV(input)
			return c.step(state.(string))
		},
		Describe:  func(state any) string { return state.(string) },
		Reads:     reads(ParseKV),
		Cell:      cell(ParseKV),
		Partition: byKey,
	}
}

// ParseKV reads an input of a KV. It fails if it is none.
func ParseKV(input string) (Call, error) {
	words, err := Split(input)
	if err != nil {
		return Call{}, err
	}
	return parse(words, true, map[string]form{
		"get": {verbRead, 0}, "put": {verbWrite, 1}, "append": {verbAppend, 1}, "cas": {verbCAS, 2},
	})
}

// byKey splits a History into those of its keys, in the order of their names.
func byKey(ops []history.Op) [][]history.Op {
	parts := make(map[string][]history.Op)
	for _, op := range ops {
		c, _ := ParseKV(op.Input)
		parts[c.Key] = append(parts[c.Key], op)
	}
	all := make([][]history.Op, 0, len(parts))
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		all = append(all, parts[key])
	}
	return all
}

// join puts one text behind another; nil is none. The result is quoted if one of them is.
func join(a, b string) string {
	switch {
	case a == None:
		return b
	case b == None:
		return a
	}
	if strings.HasPrefix(a, `"`) && strings.HasPrefix(b, `"`) && !strings.Contains(a+b, `\x`) {
		return a[:len(a)-1] + b[1:] // no character is made of bytes of both
	}
	if strings.HasPrefix(a, `"`) || strings.HasPrefix(b, `"`) {
		return Quote(unquote(a) + unquote(b))
	}
	return a + b
}
