// Package alternatives runs the same cluster with the same script on three platforms:
// in the World, with the edited runtime; under plain testing/synctest, which is the
// same program built with the unmodified runtime; and as processes in real time. It
// measures what a second costs on each, and whether a run repeats.
//
//	alternatives.go  Measure, Run
//	platforms.go     running on each platform
//	script.go        playing a script to real processes
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

	"raftian/experiments/lab"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

// Name is the experiment's name.
const Name = "alternatives"

// The platforms.
const (
	world          = "World"
	plain          = "plain synctest"
	plainOneThread = "plain synctest, one thread" // and without preemption, as in the World
	process        = "processes"
)

// The plans, all with the same script.
const (
	calm      = "calm"
	wholeLogs = "calm, logs kept whole" // nobody waits for a lock while its holder waits for a disk
	faults    = "network and crashes"
	seedAll   = 1
)

// Measure is one run.
type Measure struct {
	Way     string  `json:"way"` // platform
	Plan    string  `json:"plan"`
	Length  float64 `json:"length_s"`  // planned length
	Reached float64 `json:"reached_s"` // length reached
	CPU     float64 `json:"cpu_s"`     // of the cluster's processes
	Wall    float64 `json:"wall_s"`
	Events  int     `json:"events"`
	Trace   string  `json:"trace"`         // digest of all events with their times
	Log     string  `json:"log"`           // digest of the sequence of applied commands
	Failure string  `json:"end,omitempty"` // why the run ended early; "" if it did not
}

func length(s lab.Setup) time.Duration {
	if s.Quick {
		return 5 * time.Second
	}
	return 10 * time.Second
}

// planOf returns the plan with a name.
func planOf(s lab.Setup, name string) (plan.Plan, error) {
	o := guest.Options{Seed: seedAll, Machines: 5, Length: length(s), Faults: plan.Calm}
	if name == faults {
		o.Faults = plan.Network | plan.Crash
	}
	pl, err := guest.Game().Plan(o)
	if name == wholeLogs {
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
	plainProgram, err := buildPlain(ctx, s)
	if err != nil {
		return err
	}
	defer os.Remove(plainProgram.Path)
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
	manyThreads, oneThread := *plainProgram, *plainProgram
	manyThreads.Environment = []string{"GOTRACEBACK=single"}
	oneThread.Environment = append(toolchain.Environment(), "GOTRACEBACK=single")
	for _, name := range []string{calm, wholeLogs, faults} {
		add(world, name, 500*time.Millisecond, simulate(p))
		add(plain, name, 500*time.Millisecond, simulate(&manyThreads))
		add(plainOneThread, name, 500*time.Millisecond, simulate(&oneThread))
	}
	add(process, calm, length(s)+2*time.Second, func(ctx context.Context, m *Measure, pl plan.Plan) error { return m.processes(ctx, s, pl) })
	sheet, err := work.Fill(ctx, s, "data.jsonl", s.Header(Name, p.Digest, p.Raft))
	if err != nil {
		return err
	}
	return report(s, sheet)
}

// buildPlain builds the world program with the unmodified runtime.
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
