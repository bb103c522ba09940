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
	parse := remembering(ParseKV)
	return linearizability.Model{
		Init: func() any { return None },
		Step: func(state any, input string) (any, string) {
			c, _ := parse(input)
			return c.step(state.(string))
		},
		Describe:  func(state any) string { return state.(string) },
		Reads:     reads(parse),
		Cell:      growing(parse),
		Partition: partition(parse),
		Quick:     quickRegister(parse),
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

// growing is a cell, and what is so of texts to which others are appended.
func growing(parse func(input string) (Call, error)) *linearizability.Cell {
	c := cell(parse)
	c.Grows = grows(parse)
	c.Leads = func(from, to string) bool {
		if from == None {
			return true
		}
		return strings.HasPrefix(to, from) || strings.HasPrefix(unquote(to), unquote(from))
	}
	return c
}

// partition splits a History into those of its keys.
func partition(parse func(input string) (Call, error)) func(ops []history.Op) [][]history.Op {
	return func(ops []history.Op) [][]history.Op { return byKey(parse, ops) }
}

// byKey splits a History into those of its keys, in the order of their names. The
// parts share one array: a History may fill half of the memory there is.
func byKey(parse func(input string) (Call, error), ops []history.Op) [][]history.Op {
	place := make(map[string]int)
	var sizes []int
	of := make([]int32, len(ops))
	for i := range ops {
		c, _ := parse(ops[i].Input)
		k, known := place[c.Key]
		if !known {
			k = len(sizes)
			place[c.Key] = k
			sizes = append(sizes, 0)
		}
		of[i] = int32(k)
		sizes[k]++
	}
	rest, parts := make([]history.Op, len(ops)), make([][]history.Op, len(sizes))
	for k, n := range sizes {
		parts[k], rest = rest[:0:n], rest[n:]
	}
	for i := range ops {
		parts[of[i]] = append(parts[of[i]], ops[i])
	}
	sorted := make([][]history.Op, 0, len(parts))
	for _, key := range slices.Sorted(maps.Keys(place)) {
		sorted = append(sorted, parts[place[key]])
	}
	return sorted
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
