package linearizability

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// growing is cellRegister where "grow V" puts V behind what is there.
func growing() Model {
	m, cell := cellRegister, *cellRegister.Cell
	m.Step = func(state any, input string) (any, string) {
		if more, is := strings.CutPrefix(input, "grow "); is {
			return state.(string) + more, "done"
		}
		return cellRegister.Step(state, input)
	}
	cell.Grows = func(input string) bool { return strings.HasPrefix(input, "grow ") }
	cell.Leads = func(from, to string) bool { return strings.HasPrefix(to, from) }
	cell.Makes = func(input string) Need {
		if cell.Grows(input) {
			return Need{Kind: Some}
		}
		return cellRegister.Cell.Makes(input)
	}
	cell.Needs = func(input, output string, answered bool) Need {
		if cell.Grows(input) {
			return Need{Kind: Some}
		}
		return cellRegister.Cell.Needs(input, output, answered)
	}
	m.Cell = &cell
	return m
}

// Neither the search nor Porcupine loses an order where a value grows, now and then
// replaced by another.
func TestWhatGrowsIsJudgedAsByTryingEveryOrder(t *testing.T) {
	count := make(map[Outcome]int)
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		resets := rapid.IntRange(0, 2).Draw(t, "resets of eight calls")
		x := mixOf(growing(), func(rng *rand.Rand) string {
			switch n := rng.IntN(8); {
			case n < resets:
				return []string{"set a", "set b", "cas a b"}[rng.IntN(3)]
			case n < 5:
				return "get"
			}
			return "grow " + string("ab"[rng.IntN(2)])
		})
		for range 60 {
			x.Ops, x.Clients, x.Unknown, x.spoilt = 4+rng.IntN(4), 2+rng.IntN(3), 0.2, 0.1
			all := calls(x.history(rng))
			want, is := illegal, Fail
			if anyOrder(x.model, x.model.Init(), all) {
				want, is = legal, Pass
			}
			count[is]++
			if got := search(x.model, all, 1<<20); got != want {
				t.Fatalf("the search says %v, trying every order %v", got, want)
			}
			if got := porcupineSearch(x.model, all, 1<<20); got != want {
				t.Fatalf("Porcupine says %v, trying every order %v", got, want)
			}
		}
	})
	if count[Pass] < 300 || count[Fail] < 300 {
		t.Errorf("too few histories of one kind: %v", count)
	}
}
