// Package bench measures the test bench itself: how much faster than real time it
// simulates and what that depends on, the overhead of observation, scaling over
// processors, and whether runs repeat.
//
//	bench.go     Measure, Run
//	speed.go     simulated seconds per second of a processor
//	overhead.go  the cost of tracing, judging and the race detector
//	parallel.go  runs per second with several at once
//	repeated.go  runs made twice
//	report.go    tables and plots
//
// bench_test.go has the first two as Go benchmarks, for benchstat:
//
//	go test -bench . -count 10 ./experiments/bench
package bench

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

// Name is the experiment's name.
const Name = "bench"

// Measure is the result of one measurement; each part sets the fields that it needs.
type Measure struct {
	Part       string  `json:"part"`            // speed, price, crowd or twice
	Line       string  `json:"line,omitempty"`  // what is compared
	X          string  `json:"x,omitempty"`     // the value of the independent variable
	Virtual    float64 `json:"virtual_s"`       // simulated seconds
	CPU        float64 `json:"cpu_s"`           // of world programs
	OwnCPU     float64 `json:"own_s,omitempty"` // of this process, which decodes and judges
	Wall       float64 `json:"wall_s"`
	PeakMemory float64 `json:"peak_mb,omitempty"` // of a world program
	Events     uint64  `json:"events,omitempty"`
	Bytes      int64   `json:"bytes,omitempty"`
	Runs       int     `json:"runs"`
	Differed   int     `json:"differed,omitempty"` // runs that did not repeat
	Died       int     `json:"died,omitempty"`     // runs whose program ended both times at the same event, because of known findings
	Seeds      string  `json:"seeds,omitempty"`
}

// add adds the cost of a run.
func (m *Measure) add(c campaign.Cost) {
	m.Virtual, m.CPU, m.Wall = m.Virtual+c.Virtual.Seconds(), m.CPU+c.CPU.Seconds(), m.Wall+c.Wall.Seconds()
	m.PeakMemory = max(m.PeakMemory, float64(c.Peak)/1e6)
	m.Events, m.Bytes = m.Events+c.Events, m.Bytes+c.Bytes
	m.Runs++
}

// name identifies the measurement in the data.
func (m Measure) name() string { return fmt.Sprintf("%s, %s, %s", m.Part, m.Line, m.X) }

// suite is what all parts share.
type suite struct {
	s       lab.Setup
	program *campaign.Program
	race    *campaign.Program // nil if it could not be built
}

// draw draws a plan of the game.
func draw(o guest.Options) (plan.Plan, error) { return guest.Game().Plan(o) }

// Run runs the experiment.
func Run(ctx context.Context, s lab.Setup) error {
	p, err := campaign.Build(ctx, toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		return err
	}
	b := suite{s: s, program: p}
	if b.race, err = campaign.Build(ctx, toolchain.Options{Package: campaign.GameWorld, Race: true}); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.Say("the race detector is left out: it needs a C compiler")
	}
	all := sheets{}
	for _, part := range []struct {
		name  string
		cases []lab.Case[Measure]
		times int
		jobs  int
	}{
		{"speed", b.speed(), s.Times(1, 5), 1},
		{"price", b.overhead(), s.Times(1, 5), 1},
		{"crowd", b.parallel(), s.Times(1, 4), 1},
		{"twice", b.repeated(), b.chunks(), s.Jobs},
	} {
		work := lab.Work[Measure]{Cases: part.cases, Repeats: part.times, Seed: 1, Jobs: part.jobs}
		if all[part.name], err = work.Fill(ctx, s, part.name+".jsonl", s.Header(Name, p.Digest, p.Raft)); err != nil {
			return err
		}
	}
	return b.report(all)
}

// newCase returns a case of a measurement.
func newCase(m Measure, cost time.Duration, measure func(ctx context.Context, m *Measure, repeat int) error) lab.Case[Measure] {
	return lab.Case[Measure]{Name: m.name(), Cost: cost, Measure: func(ctx context.Context, repeat int) (Measure, error) {
		m := m
		err := measure(ctx, &m, repeat)
		return m, err
	}}
}
