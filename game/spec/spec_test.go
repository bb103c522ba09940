package spec_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"raftian/game/rules"
	"raftian/game/spec"
)

var machines = []string{"n1", "n2", "n3", "n4", "n5"}

// calls draws n calls, of the clients in turn.
func calls(seed uint64, n int) []string {
	rng := rand.New(rand.NewPCG(seed, 0))
	list := make([]string, n)
	for i := range list {
		list[i] = spec.Call(rng, []string{"p1", "p2", "p3", "p4", "p5"}[i%5], machines)
	}
	return list
}

func TestEveryCityPlaysAtFirst(t *testing.T) {
	const want = "n1 health 100 score 0, n2 health 100 score 0"
	if _, out := spec.Step(spec.Init([]string{"n2", "n1"}), "look"); out != want {
		t.Errorf("look => %s, want %s", out, want)
	}
}

func TestMachineWithoutCity(t *testing.T) {
	if got, want := spec.Init([]string{"n1", "N_2", "n1"}), spec.Init([]string{"n1"}); !got.Equal(want) {
		t.Errorf("the game begins with %s, want %s", got, want)
	}
}

func TestClientPlaysCityOfItsMachine(t *testing.T) {
	for client, want := range map[string]string{"p1": "n1", "p12": "n12", "p3-2": "n3", "berlin": "berlin", "new-york": "new-york"} {
		if city := spec.City(client); city != want {
			t.Errorf("%s plays %s, want %s", client, city, want)
		}
	}
}

func TestSeedDeterminesCalls(t *testing.T) {
	if !slices.Equal(calls(1, 1000), calls(1, 1000)) {
		t.Error("one seed drew two scripts")
	}
	if slices.Equal(calls(1, 1000), calls(2, 1000)) {
		t.Error("two seeds drew one script")
	}
}

func TestCallMix(t *testing.T) {
	const n = 20_000
	count := map[string]int{}
	for i, text := range calls(1, n) {
		words := strings.Fields(text)
		switch city := machines[i%5]; {
		case strings.Contains(text, "atlantis") || words[len(words)-1] == "attacks" || text == city+" attack "+city:
			count["nonsense"]++
		case len(words) == 3 && words[0] != city:
			t.Fatalf("the client of %s says %q", city, text)
		case len(words) == 3:
			count["attack"]++
		default:
			count[words[0]]++
		}
	}
	for kind, want := range map[string]int{"attack": 55, "nonsense": 5, "look": 25, "add": 11, "del": 4} {
		if share := count[kind] * 100 / n; share < want-1 || share > want {
			t.Errorf("%d of 100 calls are %s, want %d", share, kind, want)
		}
	}
}

func TestInvalidCommandsRejectedInEveryState(t *testing.T) {
	s := spec.Init(machines)
	for i, text := range calls(1, 20_000) {
		next, out := spec.Step(s, text)
		city := machines[i%5]
		nonsense := strings.Contains(text, "atlantis") || strings.HasSuffix(text, "attacks") || text == city+" attack "+city
		if rejected := strings.HasPrefix(out, "rejected: "); rejected && !next.Equal(s) || nonsense && !rejected {
			t.Fatalf("%s => %s, from %s to %s", text, out, s, next)
		}
		s = next
	}
}

// A game that ended, or in which no command was rejected, would be a weak test.
func TestGameDoesNotEnd(t *testing.T) {
	s := spec.Init(machines)
	playing, count := 0, map[string]int{}
	const n = 20_000
	for _, text := range calls(7, n) {
		var out string
		s, out = spec.Step(s, text)
		count[strings.Fields(out)[0]]++
		for _, c := range s.Cities() {
			if c.Status == rules.Playing {
				playing++
			}
		}
	}
	if mean := float64(playing) / n; mean < 2.5 || mean > 4 {
		t.Errorf("%.1f of 5 cities play on average", mean)
	}
	for _, what := range []string{"hit", "destroyed", "added", "departed", "rejected:"} {
		if share := float64(count[what]) / n; share < 0.005 || share > 0.6 {
			t.Errorf("%.3f of all answers are %q", share, what)
		}
	}
}

func TestSingleMachineHasCalls(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	s := spec.Init([]string{"n1"})
	for range 1000 {
		var out string
		if s, out = spec.Step(s, spec.Call(rng, "p1", []string{"n1"})); strings.HasPrefix(out, "hit") {
			t.Fatalf("alone, and => %s", out)
		}
	}
}

func TestVerifiedReadEqualsRead(t *testing.T) {
	state, _ := spec.Step(spec.Init(machines), "n1 attack n2")
	_, want := spec.Step(state, "look n2")
	next, got := spec.Step(state, "verified look n2")
	if got != want || !next.Equal(state) {
		t.Errorf("it gives %q; want %q", got, want)
	}
	next, got = spec.Step(state, "verified n1 attack n2")
	if !strings.HasPrefix(got, "rejected: ") || !next.Equal(state) {
		t.Errorf("a verified attack gives %q and %s", got, next)
	}
	if !spec.ReadOnly("verified look") || spec.ReadOnly("look") {
		t.Error("what reads without the log is not told from what does not")
	}
}

func TestReadsDoNotChangeState(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	seen := map[string]bool{}
	for range 1000 {
		text := spec.Read(rng, "p1", machines)
		if in, err := rules.ParseInput(text); err != nil || in.Verb != rules.Look {
			t.Fatalf("a read is %q", text)
		}
		seen[text] = true
	}
	if len(seen) != len(machines)+1 {
		t.Errorf("%d different reads of %d machines", len(seen), len(machines))
	}
}
