// Package calls is what clients of the shop ask in a World, and what must come of it.
package calls

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"

	"raftian/linearizability"
)

// Call draws what a client asks next. It must draw from rng alone.
func Call(rng *rand.Rand, client string, machines []string) string {
	item := []string{"tea", "salt", "rice"}[rng.IntN(3)]
	switch n := rng.IntN(10); {
	case n < 2:
		return "count " + item
	case n < 6:
		return fmt.Sprintf("add %s %d", item, 1+rng.IntN(5))
	}
	return fmt.Sprintf("take %s %d", item, 1+rng.IntN(5))
}

// Model is a shop with one client at a time: a state is a map, copied when it changes.
func Model(machines []string) linearizability.Model {
	return linearizability.Model{
		Init:  func() any { return map[string]int{} },
		Step:  step,
		Equal: func(a, b any) bool { return maps.Equal(a.(map[string]int), b.(map[string]int)) },
	}
}

// step is the state after a call, and what the call answers.
func step(state any, call string) (any, string) {
	items := state.(map[string]int)
	words := strings.Fields(call)
	have, n := items[words[1]], 0
	if len(words) > 2 {
		n, _ = strconv.Atoi(words[2])
	}
	switch {
	case words[0] == "count":
		return items, strconv.Itoa(have)
	case words[0] == "take" && have < n:
		return items, fmt.Sprintf("only %d", have)
	case words[0] == "take":
		n = -n
	}
	next := maps.Clone(items)
	next[words[1]] = have + n
	return next, strconv.Itoa(have + n)
}
