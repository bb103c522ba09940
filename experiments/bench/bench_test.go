package bench

import (
	"fmt"
	"testing"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/campaign/campaigntest"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/guest"
)

// BenchmarkRun is what a run of ten virtual seconds takes: simulated, and simulated and
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
