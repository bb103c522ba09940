package linearizability

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability/drawn"
	"raftian/linearizability/history"
)

// cellRegister is register with a cas and something to add to what is there, and
// says what they need.
var cellRegister = Model{
	Init:     register.Init,
	Describe: register.Describe,
	Step: func(state any, input string) (any, string) {
		words, value := strings.Fields(input), state.(string)
		switch {
		case words[0] == "set":
			return words[1], "done"
		case words[0] == "add":
			return (value + words[1])[max(0, len(value)-1):], "done"
		case words[0] == "cas" && words[1] == value:
			return words[2], "done"
		case words[0] == "cas":
			return state, "no"
		}
		return state, value
	},
	Reads: func(input, output string) bool {
		return input == "get" || output == "no"
	},
	Cell: &Cell{
		Value: func(state any) string { return state.(string) },
		Makes: func(input string) Need {
			switch words := strings.Fields(input); words[0] {
			case "set":
				return Need{Just, words[1]}
			case "cas":
				return Need{Just, words[2]}
			case "add":
				return Need{Kind: Some}
			}
			return Need{}
		},
		Needs: func(input, output string, answered bool) Need {
			words := strings.Fields(input)
			switch {
			case words[0] == "get" && answered:
				return Need{Just, output}
			case words[0] == "cas" && answered && output == "no":
				return Need{Not, words[1]}
			case words[0] == "cas":
				return Need{Just, words[1]}
			case words[0] == "add":
				return Need{Kind: Some}
			}
			return Need{}
		},
	},
}

func anyCellCall(rng *rand.Rand) string {
	value := func() string { return string("abc"[rng.IntN(3)]) }
	switch rng.IntN(8) {
	case 0, 1, 2:
		return "get"
	case 3, 4:
		return "set " + value()
	case 5, 6:
		return "cas " + value() + " " + value()
	}
	return "add " + value()
}

// purse is a Model whose calls change the state by what it was: money in and out
// of two purses. It is no Cell.
var purse = Model{
	Init: func() any { return [2]int{} },
	Step: func(state any, input string) (any, string) {
		s := state.([2]int)
		k := int(input[len(input)-1] - '0')
		switch {
		case strings.HasPrefix(input, "in"):
			s[k]++
			return s, "done"
		case strings.HasPrefix(input, "out") && s[k] == 0:
			return s, "empty"
		case strings.HasPrefix(input, "out"):
			s[k]--
			return s, "done"
		case strings.HasPrefix(input, "move") && s[k] > 0:
			s[k]--
			s[1-k]++
			return s, "done"
		case strings.HasPrefix(input, "move"):
			return s, "empty"
		}
		return s, fmt.Sprint(s[k])
	},
	Reads: func(input, output string) bool {
		return strings.HasPrefix(input, "look") || output == "empty"
	},
}

func anyPurseCall(rng *rand.Rand) string {
	return fmt.Sprintf("%s %d", []string{"in", "out", "move", "look", "look"}[rng.IntN(5)], rng.IntN(2))
}

// mixed is what a drawn History is made of, and may be spoilt by.
type mixed struct {
	drawn.Mix
	model  Model
	spoilt float64 // the share of answers that are another call's
}

func mixOf(m Model, call func(rng *rand.Rand) string) mixed {
	return mixed{Mix: drawn.Mix{Init: m.Init, Step: m.Step, Call: call}, model: m}
}

func (x mixed) history(rng *rand.Rand) []history.Op {
	ops := x.History(rng)
	drawn.Spoil(rng, ops, x.spoilt)
	return ops
}

// drawMixed draws the mix of a small History.
func drawMixed(t *rapid.T) mixed {
	x := mixOf(cellRegister, anyCellCall)
	switch rapid.IntRange(0, 2).Draw(t, "model") {
	case 1:
		x.model.Cell, x.model.Reads = nil, nil
	case 2:
		x = mixOf(purse, anyPurseCall)
	}
	x.Ops = rapid.IntRange(1, 7).Draw(t, "calls")
	x.Clients = rapid.IntRange(1, 4).Draw(t, "clients")
	share := rapid.SampledFrom([]float64{0, 0.3, 0.6})
	x.Unknown, x.spoilt = share.Draw(t, "unknown"), share.Draw(t, "spoilt")
	x.Indexed = rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "indexed")
	return x
}

func TestEverySearchAgreesWithTryingEveryOrder(t *testing.T) {
	const enough = 1 << 20
	count := make(map[found]int)
	rapid.Check(t, func(t *rapid.T) {
		x := drawMixed(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 60 {
			ops := x.history(rng)
			all := calls(ops)
			want := illegal
			if anyOrder(x.model, x.model.Init(), all) {
				want = legal
			}
			count[want]++
			if got := search(x.model, all, enough); got != want {
				t.Fatalf("the walk says %d, want %d: %+v", got, want, ops)
			}
			if got := porcupineSearch(x.model, all, enough); got != want {
				t.Fatalf("Porcupine says %d, want %d: %+v", got, want, ops)
			}
			if got, _ := searchGuided(x.model, narrow(all), enough); got == legal && want != legal {
				t.Fatalf("the log is followed to an order that does not exist: %+v", ops)
			}
			for _, s := range []Search{{}, {NoWitness: true}} {
				if v := Check(x.model, ops, s); (v.Outcome == Pass) != (want == legal) || v.Outcome == Inconclusive {
					t.Fatalf("Check with %+v says %v (%s), want %d: %+v", s, v.Outcome, v.Reason, want, ops)
				}
			}
			got, order := searchOrder(x.model, all, enough)
			if got != want || got == legal && len(order) != len(all) {
				t.Fatalf("with the order, the walk says %d of %d calls, want %d: %+v", got, len(order), want, ops)
			}
			if err := proves(x.model, order); err != nil {
				t.Fatalf("the order found is none: %v: %+v", err, ops)
			}
		}
	})
	if count[legal] < 500 || count[illegal] < 500 {
		t.Errorf("too few histories of one kind: %v", count)
	}
}

// Porcupine, which prunes next to nothing, is the twin where there are too many
// calls to try every order: above all open ones, which the walk treats as alike,
// as spent, as useless, or as one for another.
func TestTheWalkAgreesWithPorcupineOnManyOpenCalls(t *testing.T) {
	const enough = 1 << 16
	count := make(map[found]int)
	slower := 0
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 60 {
			x := mixOf(cellRegister, anyCellCall)
			if rng.IntN(4) == 0 {
				x.Call = func(rng *rand.Rand) string { // a few more that need something
					return []string{"get", "cas a b", "cas b a", "cas b c", "set a", "set b", "set c", "cas a a", "add a"}[rng.IntN(9)]
				}
			}
			switch rng.IntN(4) {
			case 0:
				x.model.Cell, x.model.Reads = nil, nil
			case 1:
				x = mixOf(purse, anyPurseCall)
			}
			x.Ops, x.Clients, x.Unknown = 6+rng.IntN(9), 1+rng.IntN(3), 0.5+0.3*rng.Float64()
			x.Indexed, x.spoilt = rng.Float64(), 0.3
			all := calls(x.history(rng))
			for _, h := range [][]call{all, narrow(all), tighten(all)} {
				want := porcupineSearch(x.model, h, enough)
				count[want]++
				switch got := search(x.model, h, enough); {
				case want == exhausted:
				case got == exhausted:
					slower++ // it goes another way, which is longer at times
				case got != want:
					t.Fatalf("the walk says %d, Porcupine %d: %+v", got, want, h)
				}
			}
		}
	})
	if count[legal] < 2000 || count[illegal] < 1000 || count[exhausted] > count[illegal] {
		t.Errorf("too few histories of one kind: %v", count)
	}
	if decided := count[legal] + count[illegal]; slower*1000 > decided {
		t.Errorf("of %d histories that Porcupine decides, the walk gives up on %d", decided, slower)
	}
}

// proves says what is wrong with an order.
func proves(m Model, order []call) error {
	if err := obeysTime(order); err != nil {
		return err
	}
	return explains(m, order)
}

// Where some calls have no index, the others' indexes still lead the way.
func TestALogWithGapsIsFollowed(t *testing.T) {
	x := mixOf(purse, anyPurseCall)
	x.Ops, x.Clients, x.Unknown, x.Indexed = 5000, 10, 0.1, 1
	ops := x.history(rand.New(rand.NewPCG(1, 0)))
	for i := range ops {
		if i%3 == 0 && purse.Reads(ops[i].Input, ops[i].Output) {
			ops[i].Index, ops[i].AppliedEvent = 0, 0
		}
	}
	if err := witness(x.model, tighten(calls(ops))); err == nil {
		t.Fatal("the log has no gaps")
	}
	if got, _ := searchGuided(x.model, narrow(calls(ops)), 10*x.Ops); got != legal {
		t.Errorf("it comes to %d", got)
	}
}

func TestALongHistoryWithoutALogIsDecided(t *testing.T) {
	for name, x := range map[string]mixed{
		"a register": mixOf(cellRegister, anyCellCall),
		"purses":     mixOf(purse, anyPurseCall),
	} {
		x.Ops, x.Clients, x.Unknown = 1000, 5, 0.33
		if name == "purses" {
			x.Ops = 100
		}
		ops := x.history(rand.New(rand.NewPCG(1, 0)))
		if v := Check(x.model, ops, Search{NoWitness: true}); v.Outcome != Pass {
			t.Errorf("%s: %v: %s", name, v.Outcome, v.Reason)
		}
	}
}
