package plan

import (
	"slices"
	"testing"
	"time"

	"raftian/netsim/env"
)

// drilling is full, without calls.
func drilling() Options {
	o := full()
	o.Call, o.Read = nil, nil
	return o
}

// drilled lists the draws of a drill in the plans of some seeds.
func drilled(t *testing.T, name FaultKind, o Options) (draws []draw, plans []Plan) {
	for seed := range uint64(300) {
		p := mustGenerate(t, seed, o)
		st := newStage(seed, &p, o)
		for _, d := range drawEach(seed, st.possible(o.Faults), st) {
			if d.name == name {
				draws, plans = append(draws, d), append(plans, p)
			}
		}
	}
	return draws, plans
}

func fullWithRare() Options {
	o := drilling()
	o.Moments = append(o.Moments, Moment{What: "rpc", Text: "InstallSnapshot", Peer: true, Most: 2, Rare: true})
	return o
}

// Whoever is swarming, each drill comes now and then, whole and within its time.
func TestDrillsAreDrawnAndAreOverByTheHeal(t *testing.T) {
	for _, name := range drills() {
		draws, plans := drilled(t, name, fullWithRare())
		if len(draws) < 15 {
			t.Errorf("%s is drawn %d times in 300 seeds", name, len(draws))
		}
		whole := 0
		for i, d := range draws {
			for _, f := range d.faults {
				if f.At < env.Instant(faultsAfter) || f.At.Add(f.For) > plans[i].Heal {
					t.Fatalf("%s: from %s for %s; the heal is at %s", name, f.At, f.For, plans[i].Heal)
				}
			}
			// One that relapses does so up to three times.
			if len(d.faults) == len(draws[0].faults) || name == drillRelapsing && len(d.faults) >= 2 {
				whole++
			}
		}
		if whole < len(draws)*9/10 {
			t.Errorf("%s: %d of %d are whole", name, whole, len(draws))
		}
	}
}

// Without one of the classes that a drill is made of there is nothing to practise.
func TestADrillNeedsAllItsClasses(t *testing.T) {
	for _, name := range drills() {
		d, _ := drillOf(name)
		for _, class := range []Kinds{Network, Crash, Disks} {
			o := fullWithRare()
			o.Faults = All &^ class
			draws, _ := drilled(t, name, o)
			if has := len(draws) > 0; has == (d.classes&class != 0) {
				t.Errorf("%s without %s: drawn is %v", name, class, has)
			}
		}
	}
}

func TestTheForgetfulAreLeftAMajorityThatKnowsNothing(t *testing.T) {
	draws, plans := drilled(t, drillForgetting, drilling())
	for i, d := range draws {
		n := len(plans[i].Machines)
		if len(d.faults) < 3 {
			continue
		}
		behind, forgets, apart := d.faults[0].Groups[0], d.faults[1].Groups[0][0], d.faults[2].Groups[0]
		if slices.Contains(behind, forgets) || !slices.Contains(apart, forgets) || len(apart) != len(behind)+1 {
			t.Fatalf("%v are behind, %s forgets, and then %v are left alone", behind, forgets, apart)
		}
		if 2*len(apart) <= n || 2*len(behind) >= n || d.faults[1].At < d.faults[0].At.Add(500*time.Millisecond) {
			t.Fatalf("of %d machines %v are behind, and then %v are left alone", n, behind, apart)
		}
	}
}

func TestALeaderThatIsCutOffIsTheOneWhoseDiskStalls(t *testing.T) {
	draws, _ := drilled(t, drillUsurping, drilling())
	for _, d := range draws {
		stall, cut := d.faults[0], d.faults[1]
		if stall.Kind != StallDisk || cut.Kind != Partition || stall.Groups[0][0] != It || cut.Groups[0][0] != It {
			t.Fatalf("%s, then %s", stall, cut)
		}
		if stall.At != cut.At || stall.When != leads(0) || cut.When != leads(cut.When.Wait) {
			t.Fatalf("one waits for %s from %s on, the other for %s from %s on", stall.When, stall.At, cut.When, cut.At)
		}
		if gap := cut.When.Wait; gap <= 0 || gap > 100*time.Millisecond {
			t.Fatalf("it is cut off %s after its disk stalls", gap)
		}
	}
}
