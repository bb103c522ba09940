package framerate

import (
	"slices"
	"strings"
	"testing"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
)

// Every frame rate is combined with every size, amount of work and load. No condition
// is listed twice or invalid.
func TestEveryCombinationMeasured(t *testing.T) {
	list := conditions(lab.Setup{})
	for _, fps := range []string{"off", "30", "60", "120", "240", "0"} {
		sizes, works, loads := map[int]bool{}, map[string]bool{}, map[float64]bool{}
		for _, c := range list {
			if c.World == real && c.FPS == fps && c.Commit == defaultCommit {
				sizes[c.Nodes], works[c.Work.String()], loads[c.Rate] = true, true, true
			}
		}
		want := 3
		if fps == "off" {
			want = 1 // without frames there is no work
		}
		if len(sizes) != 3 || len(works) != want || len(loads) != 3 {
			t.Errorf("%s frames per second: sizes %v, work %v, loads %v", fps, sizes, works, loads)
		}
	}
	whole := conditions(lab.Setup{Whole: true})
	if len(whole) < 2*len(list) {
		t.Errorf("%d conditions, all in all %d", len(list), len(whole))
	}
	names := map[string]bool{}
	for _, c := range whole {
		if names[c.Name()] || !c.valid() {
			t.Errorf("%s is there twice, or cannot be", c.Name())
		}
		names[c.Name()] = true
	}
}

// In the simulator frames of the machines are out of phase, and calls start after all
// are up.
func TestSimulatedNodesOutOfPhase(t *testing.T) {
	pl, err := Condition{World: virtual, Nodes: 5, FPS: "60", Rate: 20, Commit: defaultCommit}.plan(3)
	if err != nil {
		t.Fatal(err)
	}
	back := map[int64]bool{}
	for _, f := range pl.Faults {
		back[int64(f.At)+int64(f.For)] = true
	}
	if len(back) != 5 || pl.Faults[0].Kind != plan.Kill || slices.Max(pl.Faults[4].Groups[0]) != "n5" {
		t.Errorf("faults %v", pl.Faults)
	}
}

// A loop does not delay answers of a simulated cluster. Commands become visible up to a
// frame later.
func TestGameLoopDelaysDisplayNotCommit(t *testing.T) {
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	measure := func(fps string) Measure {
		m, err := Condition{World: virtual, Nodes: 3, FPS: fps, Rate: 100, Commit: defaultCommit}.simulate(t.Context(), p, 0)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	off, slow := measure("off"), measure("30")
	if slow.Commit.P50 > 1.2*off.Commit.P50 || slow.Visible.P50 < off.Visible.P50+10 || slow.Visible.P50 > off.Visible.P50+50 {
		t.Errorf("without a loop %+v and %+v, with one of 30 frames %+v and %+v", off.Commit, off.Visible, slow.Commit, slow.Visible)
	}
	records := []lab.Record[Measure]{{Case: "off", Value: off}, {Case: "slow", Value: slow}}
	if err := check(records); err != nil {
		t.Error(err)
	}
}

func TestInvalidDataRefused(t *testing.T) {
	good := Measure{Condition: Condition{World: real, FPS: "60"}, Done: 5, Commit: fleet.Spread{P50: 1, P99: 2, Max: 3}, Visible: fleet.Spread{Max: 4}, Frames: 9, CPU: 0.1}
	if err := check([]lab.Record[Measure]{{Value: good}}); err != nil {
		t.Fatal(err)
	}
	starved := good
	starved.FPS, starved.Done = "0", 0
	if err := check([]lab.Record[Measure]{{Value: starved}}); err != nil {
		t.Errorf("loops that take everything: %v", err)
	}
	for words, spoil := range map[string]func(*Measure){
		"no command was done": func(m *Measure) { m.Done = 0 },
		"latencies":           func(m *Measure) { m.Commit.P99 = 9 },
		"seen by all":         func(m *Measure) { m.Visible.Max = 0 },
		"frames":              func(m *Measure) { m.FPS = "off" },
		"calm run":            func(m *Measure) { m.World, m.Elections = virtual, 1 },
		"no processor":        func(m *Measure) { m.CPU = 0 },
	} {
		m := good
		spoil(&m)
		if err := check([]lab.Record[Measure]{{Value: m}}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}
