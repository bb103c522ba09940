package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/guest"
)

// BenchmarkRun measures runs of ten virtual seconds: simulated, and simulated and
// judged.
func BenchmarkRun(b *testing.B) {
	campaigntest.Sources(b)
	p, err := campaign.Build(b.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		b.Fatal(err)
	}
	for _, faults := range []string{"calm", "all"} {
		kinds, err := plan.ParseFaults(faults)
		if err != nil {
			b.Fatal(err)
		}
		for _, machines := range []int{1, 3, 5, 7, 15, 31} {
			pl, err := draw(guest.Options{Seed: 1, Machines: machines, Length: 10 * time.Second, Faults: kinds})
			if err != nil {
				b.Fatal(err)
			}
			name := fmt.Sprintf("faults=%s/machines=%d", faults, machines)
			b.Run("simulate/"+name, func(b *testing.B) {
				var cpu time.Duration
				for b.Loop() {
					c, err := p.Cost(b.Context(), pl, campaign.Gathered)
					if err != nil {
						b.Fatal(err)
					}
					cpu += c.CPU
				}
				b.ReportMetric(10*float64(b.N)/cpu.Seconds(), "simulated-s/CPU-s")
			})
			b.Run("judge/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, err := p.Run(b.Context(), pl); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func TestNondeterministicRunsRefused(t *testing.T) {
	good := Measure{Part: "twice", Virtual: 1, CPU: 1, Wall: 1, Runs: 20}
	if err := check([]lab.Record[Measure]{{Value: good}}); err != nil {
		t.Fatal(err)
	}
	bad := good
	bad.Differed, bad.Seeds = 1, "7-9"
	if err := check([]lab.Record[Measure]{{Value: good}, {Value: bad}}); err == nil || !strings.Contains(err.Error(), "seeds 7-9: 1 of 10 runs differ") {
		t.Errorf("%v", err)
	}
	if check([]lab.Record[Measure]{{}}) == nil {
		t.Error("an empty measurement is accepted")
	}
}

// Names of measurements are unique, since they identify the data.
func TestMeasurementNamesUnique(t *testing.T) {
	b := suite{s: lab.Setup{}, race: &campaign.Program{}}
	seen := map[string]bool{}
	for _, c := range slices.Concat(b.speed(), b.overhead(), b.parallel(), b.repeated()) {
		if seen[c.Name] {
			t.Errorf("%q is listed twice", c.Name)
		}
		seen[c.Name] = true
	}
	if len(seen) < 30 {
		t.Errorf("there are %d", len(seen))
	}
}
