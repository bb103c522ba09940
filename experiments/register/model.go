package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/history"
)

// call draws what a client asks next: a few keys and values, so that clients
// get in each other's way.
func call(rng *rand.Rand, _ string, _ []string) string {
	key := fmt.Sprintf("k%d", rng.IntN(4))
	switch n := rng.IntN(10); {
	case n < 4:
		return "get " + key
	case n < 7:
		return fmt.Sprintf("put %s %d", key, rng.IntN(8))
	}
	return fmt.Sprintf("cas %s %d %d", key, rng.IntN(8), rng.IntN(8))
}

// model is what a key-value store is when nobody else is there: its state a
// map, copied when it changes.
func model([]string) linearizability.Model {
	return linearizability.Model{
		Init:      func() any { return map[string]string{} },
		Step:      step,
		Equal:     func(a, b any) bool { return maps.Equal(a.(map[string]string), b.(map[string]string)) },
		Partition: byKey,
	}
}

func step(state any, input string) (any, string) {
	values := state.(map[string]string)
	words := strings.Fields(input)
	old, ok := values[words[1]]
	if !ok {
		old = "-"
	}
	set := func(v string) any {
		next := maps.Clone(values)
		next[words[1]] = v
		return next
	}
	switch {
	case words[0] == "get":
		return values, old
	case words[0] == "put":
		return set(words[2]), "done"
	case old != words[2]:
		return values, "was " + old
	}
	return set(words[3]), "done"
}

// byKey splits a history into those of its keys, which have nothing to do with
// each other.
func byKey(ops []history.Op) [][]history.Op {
	place := map[string]int{}
	var parts [][]history.Op
	for _, op := range ops {
		key := strings.Fields(op.Input)[1]
		k, ok := place[key]
		if !ok {
			k = len(parts)
			place[key] = k
			parts = append(parts, nil)
		}
		parts[k] = append(parts[k], op)
	}
	return parts
}
