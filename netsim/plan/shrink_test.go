package plan

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawn is the plan of a seed with everything in it.
func drawn(t testing.TB, seed uint64) Plan {
	t.Helper()
	p, err := Generate(seed, Options{Guest: "any", Faults: All, Rate: 20,
		Call: func(rng *rand.Rand, _ string, _ []string) string { return "say " + string('a'+rune(rng.IntN(26))) }})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// keepIf keeps the first candidate for which it holds.
func keepIf(holds func(Plan) bool) Keep {
	return func(candidates []Plan) (int, Plan) {
		for k, c := range candidates {
			if holds(c) {
				return k, c
			}
		}
		return -1, Plan{}
	}
}

func TestShrinkLeavesWhatMatters(t *testing.T) {
	p := drawn(t, 3)
	fault, call := p.Faults[len(p.Faults)/2], p.Script[len(p.Script)/2]
	small, _ := Shrink(p, 0, keepIf(func(c Plan) bool {
		return slices.ContainsFunc(c.Faults, func(f Fault) bool { return f.Kind == fault.Kind }) &&
			slices.ContainsFunc(c.Script, func(s Step) bool { return s.Text == call.Text })
	}))
	if len(small.Faults) != 1 || len(small.Script) != 1 || len(small.Machines) > 2 || len(small.Settings) != 0 {
		t.Errorf("left are %d faults, %d calls, %d machines, %d settings:\n%s",
			len(small.Faults), len(small.Script), len(small.Machines), len(small.Settings), small)
	}
	if small.Length >= p.Length/2 {
		t.Errorf("it still takes %v", small.Length)
	}
}

func TestShrinkBeginsWithWhatCameTooLate(t *testing.T) {
	p := drawn(t, 5)
	asked := 0
	Shrink(p, 7e9, func(candidates []Plan) (int, Plan) {
		if asked++; asked == 1 {
			for _, c := range candidates {
				if c.Length > 7200*time.Millisecond {
					t.Errorf("the first candidates take %v, though it was seen at 7 s", c.Length)
				}
			}
		}
		return -1, Plan{}
	})
	if asked == 0 {
		t.Error("nothing was tried")
	}
}

// What is kept always holds, is a valid plan, and is never larger.
func TestShrinkKeepsWhatItIsAskedToKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := Generate(rapid.Uint64Range(1, 1000).Draw(t, "seed"), Options{Guest: "any", Faults: All, Rate: 4,
			Call: func(rng *rand.Rand, _ string, _ []string) string { return "x" }})
		if err != nil {
			t.Fatal(err)
		}
		faults := rapid.IntRange(0, len(p.Faults)).Draw(t, "faults")
		calls := rapid.IntRange(0, 5).Draw(t, "calls")
		machines := rapid.IntRange(1, len(p.Machines)).Draw(t, "machines")
		holds := func(c Plan) bool {
			return len(c.Faults) >= faults && len(c.Script) >= calls && len(c.Machines) >= machines
		}
		if !holds(p) {
			t.Skip("does not hold to begin with")
		}
		small, _ := Shrink(p, 0, func(candidates []Plan) (int, Plan) {
			for k, c := range candidates {
				if err := c.Validate(); err != nil {
					t.Fatalf("a candidate is no plan: %v", err)
				}
				if holds(c) {
					return k, c
				}
			}
			return -1, Plan{}
		})
		if !holds(small) {
			t.Fatal("what is left does not hold")
		}
		for i := range small.Faults {
			if holds(dropFault(small, i)) {
				t.Fatalf("fault %d could go, too", i+1)
			}
		}
		for i := range small.Script {
			if holds(dropCall(small, i)) {
				t.Fatalf("call %d could go, too", i+1)
			}
		}
		for _, name := range small.Machines {
			if len(small.Machines) > 1 && holds(small.without(name)) {
				t.Fatalf("%s could go, too", name)
			}
		}
	})
}

func dropFault(p Plan, i int) Plan {
	p.Faults = slices.Delete(slices.Clone(p.Faults), i, i+1)
	return p
}

func dropCall(p Plan, i int) Plan {
	p.Script = slices.Delete(slices.Clone(p.Script), i, i+1)
	return p
}

// A run whose seed another replaced is kept as it was run.
func TestShrinkTakesThePlanThatWasKept(t *testing.T) {
	p := drawn(t, 8)
	small, _ := Shrink(p, 0, func(candidates []Plan) (int, Plan) {
		c := candidates[0]
		if len(c.Faults) == len(p.Faults) {
			return -1, Plan{}
		}
		c.Seed = 99
		return 0, c
	})
	if small.Seed != 99 {
		t.Errorf("the seed is %d, not that of the run that was kept", small.Seed)
	}
}

// Who stops a Shrink is told what was left to try.
func TestAShrinkThatIsStoppedSaysWhatWasNotTried(t *testing.T) {
	p, err := Parse(small + "disk sync 200us jitter 300us\nset a 1\nset b 2\nfault 3s kill n1 for 1s\nfault 4s kill n2 for 1s\n" +
		"call 1s n1 p1 1 x\ncall 2s n1 p1 2 y\n")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	_, untried := Shrink(p, 0, func([]Plan) (int, Plan) {
		if asked++; asked > 3 {
			return Stop, Plan{}
		}
		return -1, Plan{}
	})
	if len(untried) != 9 || untried[0] != "fewer calls" || untried[8] != "rounder numbers" || asked != 4 {
		t.Errorf("after %d questions untried: %q", asked, untried)
	}
	if _, untried = Shrink(p, 0, func([]Plan) (int, Plan) { return -1, Plan{} }); untried != nil {
		t.Errorf("all was tried, and untried are %q", untried)
	}
}
