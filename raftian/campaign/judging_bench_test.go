package campaign

import (
	"bytes"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/guest"
)

// recorded is a standard run of the game: five machines, 30 s, without faults or
// with all of them.
func recorded(tb testing.TB, faults plan.Kinds) *Result {
	tb.Helper()
	campaigntest.Sources(tb)
	p, err := buildGame()
	if err != nil {
		tb.Fatal(err)
	}
	pl, err := guest.Game().Plan(guest.Options{Seed: 1, Faults: faults})
	if err != nil {
		tb.Fatal(err)
	}
	r, err := p.Run(tb.Context(), pl)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// BenchmarkStandardRun measures what it takes to judge a recorded run, next to
// what it took to simulate it: decoding its events, all judges, coverage and the
// verdicts; and of that, linearizability alone, by the log and without it.
func BenchmarkStandardRun(b *testing.B) {
	for name, faults := range map[string]plan.Kinds{"calm": plan.Calm, "all": plan.All} {
		r := recorded(b, faults)
		report := func(b *testing.B) {
			perRun := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(perRun)/float64(r.CPU), "of-simulation")
			b.ReportMetric(float64(r.CPU.Milliseconds()), "ms-simulation")
		}
		b.Run("faults="+name+"/judges=all", func(b *testing.B) {
			for b.Loop() {
				j := newJudging(r.Plan)
				if _, err := j.read(bytes.NewReader(r.Wire)); err != nil {
					b.Fatal(err)
				}
				j.panel.Verdicts()
			}
			report(b)
		})
		for path, search := range map[string]linearizability.Search{"witness": {}, "search": {NoWitness: true}} {
			b.Run("faults="+name+"/judges=linearizability/path="+path, func(b *testing.B) {
				m := guest.Game().Model(r.Plan.Machines)
				for b.Loop() {
					if v := linearizability.Check(m, r.History, search); v.Outcome != linearizability.Pass {
						b.Fatalf("%v: %s", v.Outcome, v.Reason)
					}
				}
				report(b)
			})
		}
	}
}
