package drawn

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Appends is a store of texts by key, to which clients append:
//
//	get K       => the text, or nil
//	append K V  => ok
//
// What is appended is a number between two points, such as ".17."; no two are the
// same, but for Repeat.
type Appends struct {
	Keys   int
	Reads  float64 // the share of gets
	Repeat int     // if not 0, how many different texts are appended
}

// Mix is such a store as the system of a Mix. Its states change in place.
func (a Appends) Mix() Mix {
	appended := 0
	return Mix{
		Init: func() any { return make(map[string]string) },
		Step: func(state any, input string) (any, string) {
			texts, words := state.(map[string]string), strings.Fields(input)
			if words[0] == "append" {
				texts[words[1]] += words[2]
				return state, "ok"
			}
			if text, is := texts[words[1]]; is {
				return state, text
			}
			return state, "nil"
		},
		Call: func(rng *rand.Rand) string {
			key := rng.IntN(a.Keys)
			if rng.Float64() < a.Reads {
				return fmt.Sprintf("get k%d", key)
			}
			if appended++; a.Repeat > 0 {
				return fmt.Sprintf("append k%d .%d.", key, rng.IntN(a.Repeat))
			}
			return fmt.Sprintf("append k%d .%d.", key, appended)
		},
	}
}
