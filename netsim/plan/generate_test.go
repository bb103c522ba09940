package plan

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// speak is a guest that draws its calls' texts.
func speak(rng *rand.Rand, client string, machines []string) string {
	return fmt.Sprintf("%s greets %s", client, machines[rng.IntN(len(machines))])
}

func mustGenerate(t interface{ Fatal(...any) }, seed uint64, o Options) Plan {
	p, err := Generate(seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGeneratedPlansAreValidAndFunctionsOfTheirSeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Guest:    "game",
			Machines: rapid.IntRange(1, 9).Draw(t, "machines"),
			Length:   lengthMin + time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "length")),
			Faults:   Kinds(rapid.IntRange(int(Calm), int(All)).Draw(t, "faults")),
			Rate:     rapid.Float64Range(0.1, 200).Draw(t, "rate"),
			Call:     speak,
		}
		seed := rapid.Uint64().Draw(t, "seed")
		p := mustGenerate(t, seed, o)
		if again := mustGenerate(t, seed, o); !reflect.DeepEqual(p, again) {
			t.Fatal("the same seed gave another plan")
		}
		if parsed, err := Parse(p.String()); err != nil || !reflect.DeepEqual(parsed, p) {
			t.Fatalf("does not print and parse back: %v", err)
		}
		checkFaults(t, p, o.Faults)
		for _, s := range p.Script {
			if s.At < env.Instant(callsAfter) || s.At >= env.Instant(o.Length-callsBefore) {
				t.Fatalf("a call at %s", s.At)
			}
		}
	})
}

// checkFaults holds faults to the classes asked for and to their times, and no
// machine to two crashes at once.
func checkFaults(t *rapid.T, p Plan, asked Kinds) {
	down := make(map[string]env.Instant)
	for _, f := range p.Faults {
		if !slices.Contains(asked.faults(), f.Kind) {
			t.Fatalf("%s, but %s was asked for", f, asked)
		}
		if f.At < env.Instant(faultsAfter) || f.At.Add(f.For) > p.Heal {
			t.Fatalf("from %s: %s, but the heal is at %s", f.At, f, p.Heal)
		}
		if f.Kind != Power && f.Kind != Kill {
			continue
		}
		for _, name := range f.Groups[0] {
			if name != Leader && down[name] >= f.At {
				t.Fatalf("%s is down until %s, and again at %s", name, down[name], f.At)
			}
			down[name] = f.At.Add(f.For)
		}
	}
}

func TestEachFaultDrawsOnlyFromItsOwnStream(t *testing.T) {
	for seed := range uint64(100) {
		p := mustGenerate(t, seed, Options{Guest: "game", Faults: All})
		st := stage{p.Machines, env.Instant(faultsAfter), p.Heal, recovery(p.Length)}
		list := swarm(Stream(seed, "plan swarm"), All.faults())
		var alone []Fault
		for i := range 3 + 8 {
			alone = append(alone, drawFault(Stream(seed, fmt.Sprintf("plan fault %d", i+1)), list, st))
		}
		for _, f := range p.Faults {
			found := slices.ContainsFunc(alone, func(g Fault) bool {
				if f.Kind == Power || f.Kind == Kill { // may have lost machines to an earlier crash
					return f.At == g.At && f.Kind == g.Kind && f.For == g.For
				}
				return reflect.DeepEqual(f, g)
			})
			if !found {
				t.Fatalf("seed %d: at %s: %s is not what its stream draws alone", seed, f.At, f)
			}
		}
	}
}

func TestOneClientsTextsShiftNothingElse(t *testing.T) {
	greedy := func(rng *rand.Rand, client string, machines []string) string {
		if client == "p2" {
			for range rng.IntN(10) {
				rng.Uint64()
			}
		}
		return speak(rng, client, machines)
	}
	a := mustGenerate(t, 3, Options{Guest: "game", Faults: All, Call: speak})
	b := mustGenerate(t, 3, Options{Guest: "game", Faults: All, Call: greedy})
	if !reflect.DeepEqual(a.Faults, b.Faults) {
		t.Error("the faults moved")
	}
	differ := 0
	for i, s := range a.Script {
		other := b.Script[i]
		if s != other && s.Client == "p2" {
			differ++
			s.Text, other.Text = "", ""
		}
		if s != other {
			t.Fatalf("call %d: %+v became %+v", i, s, other)
		}
	}
	if differ == 0 {
		t.Error("the test changed nothing")
	}
}

func TestSeedsDifferInTheKindsOfFaultsTheyHave(t *testing.T) {
	with := make(map[FaultKind]int)
	shapes := make(map[string]bool)
	const seeds = 200
	for seed := range uint64(seeds) {
		p := mustGenerate(t, seed, Options{Guest: "game", Faults: All})
		if n := len(p.Faults); n < 1 || n > 10 {
			t.Errorf("seed %d has %d faults in 30 s", seed, n)
		}
		has := make(map[FaultKind]bool)
		for _, f := range p.Faults {
			has[f.Kind] = true
			shapes[fmt.Sprintf("%s into %d", f.Kind, len(f.Groups))] = true
			shapes[fmt.Sprintf("%s of %d", f.Kind, len(f.Groups[0]))] = true
			shapes[fmt.Sprintf("%s of %s", f.Kind, f.Groups[0][0])] = true
		}
		for kind := range has {
			with[kind]++
		}
	}
	for _, kind := range kinds() {
		if n := with[kind]; n < seeds/10 || n > seeds*9/10 {
			t.Errorf("%d of %d seeds have %s", n, seeds, kind)
		}
	}
	for _, want := range []string{"partition of leader", "partition into 3", "oneway of leader", "oneway of others", "kill of leader", "power of 5", "kill of 2"} {
		if !shapes[want] {
			t.Errorf("no seed drew %s", want)
		}
	}
}

func TestClientsCallAtTheRate(t *testing.T) {
	p := mustGenerate(t, 1, Options{Guest: "game", Length: 103 * time.Second, Rate: 60, Call: speak})
	if n := len(p.Script); n < 5500 || n > 6500 {
		t.Errorf("%d calls in 100 s at 60 per second", n)
	}
	if len(p.Faults) != 0 {
		t.Error("a calm plan has faults")
	}
}

func TestGenerateRefusesWhatItCannotDraw(t *testing.T) {
	for want, o := range map[string]Options{
		"65 machines; ask for 1 to 64":                                                                  {Guest: "g", Machines: 65},
		"a run of 4s; ask for 5s to 3600s":                                                              {Guest: "g", Length: 4 * time.Second},
		"-1 calls per second for 30s; ask for more than none and at most 131072 in all":                 {Guest: "g", Rate: -1},
		"1e+09 calls per second for 30s; ask for more than none and at most 131072 in all":              {Guest: "g", Rate: 1e9},
		"the plan drawn for seed 1: plan: guest: a name is missing; use letters and digits, such as n1": {},
	} {
		if _, err := Generate(1, o); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	mute := func(*rand.Rand, string, []string) string { return "\n" }
	if _, err := Generate(1, Options{Guest: "g", Call: mute}); err == nil || !strings.Contains(err.Error(), "call 1") {
		t.Errorf("a guest's unprintable call: %v", err)
	}
}

// A seed in a bug report must give the same plan tomorrow.
func TestGeneratedPlansStayWhatTheyAre(t *testing.T) {
	p := mustGenerate(t, 1, Options{Guest: "game", Faults: All, Rate: 1, Call: speak, Settings: []Setting{{"heartbeat", "200ms"}}})
	golden(t, "seed-1.plan", p.String())
}
