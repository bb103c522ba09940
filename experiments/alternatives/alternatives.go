// Package alternatives runs the same cluster with the same script in three ways: in the
// World, with the edited runtime; under plain testing/synctest, which is the same program
// built by the ordinary Go; and as processes in real time. It asks what a simulated
// second costs in each, and whether a run can be had again.
//
//	alternatives.go  Measure, Run
//	ways.go          the three ways
//	script.go        a script played to real processes
//	report.go        tables
package alternatives

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/guest"
)

// Name is the experiment's.
const Name = "alternatives"

// The ways.
const (
	world   = "World"
	plain   = "plain synctest"
	one     = "plain synctest, one thread" // and no preemption, as the World has it
	process = "processes"
)

// The plans: all are of the same script.
const (
	calm    = "calm"
	quiet   = "calm, logs kept whole" // in which nobody waits for a lock while its holder waits for a disk
	faults  = "network and crashes"
	seedAll = 1
)

// Measure is one run.
type Measure struct {
	Way     string  `json:"way"`
	Plan    string  `json:"plan"`
	Length  float64 `json:"length_s"`  // how long the run was to be
	Reached float64 `json:"reached_s"` // how far it came
	CPU     float64 `json:"cpu_s"`     // of the cluster's processes
	Wall    float64 `json:"wall_s"`
	Events  int     `json:"events"`
	Trace   string  `json:"trace"`         // digest of what happened, times and all
	Log     string  `json:"log"`           // digest of which commands were applied in which order
	End     string  `json:"end,omitempty"` // "" if it came to its end, or what went wrong
}

func length(s lab.Setup) time.Duration {
	if s.Quick {
		return 5 * time.Second
	}
	return 10 * time.Second
}

// planOf is the plan of a name.
func planOf(s lab.Setup, name string) (plan.Plan, error) {
	o := guest.Options{Seed: seedAll, Machines: 5, Length: length(s), Faults: plan.Calm}
	if name == faults {
		o.Faults = plan.Network | plan.Crash
	}
	pl, err := guest.Game().Plan(o)
	if name == quiet {
		for k := range pl.Settings {
			if pl.Settings[k].Key == "snapshot-threshold" {
				pl.Settings[k].Value = "1000000"
			}
		}
	}
	return pl, err
}

// Run runs the experiment.
func Run(ctx context.Context, s lab.Setup) error {
	p, err := campaign.Build(ctx, toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		return err
	}
	ordinary, err := buildPlain(ctx, s)
	if err != nil {
		return err
	}
	defer os.Remove(ordinary.Path)
	work := lab.Work[Measure]{Repeats: s.Times(3, 20), Seed: 1}
	add := func(way, name string, cost time.Duration, measure func(context.Context, *Measure, plan.Plan) error) {
		work.Cases = append(work.Cases, lab.Case[Measure]{Name: way + ", " + name, Cost: cost, Measure: func(ctx context.Context, _ int) (Measure, error) {
			m := Measure{Way: way, Plan: name, Length: length(s).Seconds()}
			pl, err := planOf(s, name)
			if err == nil {
				err = measure(ctx, &m, pl)
			}
			return m, err
		}})
	}
	loose, tight := *ordinary, *ordinary
	loose.Environment = []string{"GOTRACEBACK=single"}
	tight.Environment = append(toolchain.Environment(), "GOTRACEBACK=single")
	for _, name := range []string{calm, quiet, faults} {
		add(world, name, 500*time.Millisecond, simulate(p))
		add(plain, name, 500*time.Millisecond, simulate(&loose))
		add(one, name, 500*time.Millisecond, simulate(&tight))
	}
	add(process, calm, length(s)+2*time.Second, func(ctx context.Context, m *Measure, pl plan.Plan) error { return m.processes(ctx, s, pl) })
	sheet, err := work.Fill(ctx, s, "data.jsonl", s.Header(Name, p.Digest, p.Raft))
	if err != nil {
		return err
	}
	return report(s, sheet)
}

// buildPlain builds the world program with the ordinary runtime.
func buildPlain(ctx context.Context, s lab.Setup) (*campaign.Program, error) {
	f, err := os.CreateTemp(s.Out, "plain-*")
	if err != nil {
		return nil, err
	}
	path := f.Name()
	if err := f.Close(); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, campaign.GameWorld)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("building the world program with the ordinary runtime: %s", strings.TrimSpace(string(out))), os.Remove(path))
	}
	return &campaign.Program{Program: toolchain.Program{Path: path}, Package: campaign.GameWorld}, nil
}
