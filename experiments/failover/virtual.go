package failover

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"raftian/experiments/fleet"
	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

const (
	length = 16 * time.Second
	heal   = 13 * time.Second
	// faultLength is the duration of the fault, which is the window that is measured.
	faultLength = 6 * time.Second
)

// plan returns the condition as a Plan: five machines, and one fault at a random
// instant.
func (c Condition) plan(repeat int) (plan.Plan, error) {
	pl, err := guest.Game().Plan(guest.Options{Seed: uint64(repeat + 1), Machines: nodes, Length: length, Faults: plan.Calm, Rate: rate})
	if err != nil {
		return plan.Plan{}, err
	}
	for _, s := range c.settings() {
		fleet.Set(&pl, s[0], s[1])
	}
	pl.Heal = env.Instant(heal)
	rng := rand.New(rand.NewPCG(uint64(repeat), 2))
	injected := plan.Fault{At: env.Instant(5*time.Second + time.Duration(rng.Int64N(int64(time.Second))).Truncate(time.Microsecond)), For: faultLength}
	switch c.Fault {
	case killed:
		injected.Kind, injected.Groups = plan.Kill, [][]string{{plan.Leader}}
	case cutOff:
		injected.Kind, injected.Groups = plan.Partition, [][]string{{plan.Leader}, {plan.Others}}
	case slow:
		injected.Kind, injected.Groups, injected.Net = plan.SlowDisk, [][]string{{plan.Leader}}, plan.Net{Delay: 200 * time.Millisecond, Jitter: 50 * time.Millisecond}
	case lossy:
		pl.Net = plan.Net{Delay: 10 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.02}
		return pl, pl.Validate()
	}
	pl.Faults = []plan.Fault{injected}
	return pl, pl.Validate()
}

// simulate measures in the simulator.
func (c Condition) simulate(ctx context.Context, p *campaign.Program, repeat int) (Measure, error) {
	m := Measure{Condition: c}
	pl, err := c.plan(repeat)
	if err != nil {
		return m, err
	}
	r, err := p.Run(ctx, pl)
	if err != nil {
		return m, err
	}
	known := defects.Names(defects.Explain(defects.All(), defects.Run{Plan: pl, Raft: p.Raft, Verdicts: r.Verdicts, Wire: r.Wire}))
	for _, s := range campaign.SortOut(r.Verdicts, known) {
		if s.Unknown.Outcome == linearizability.Fail && !s.Known() {
			m.Failed = append(m.Failed, s.Unknown.Judge)
			if s.Unknown.Judge == "acknowledged" {
				m.Lost += len(s.Unknown.Violations)
			}
		}
	}
	events, err := fleet.Decode(r.Wire)
	if err != nil {
		return m, err
	}
	w, victim, err := faultWindow(pl, events)
	if err != nil {
		return m, fmt.Errorf("seed %d: %w", pl.Seed, err)
	}
	home := map[string]string{}
	for _, s := range pl.Script {
		home[s.Client] = s.Machine
	}
	var others []trace.Event // without calls of players at the machine with the fault
	for _, e := range events {
		if called := e.Kind == env.KindInvoke || e.Kind == env.KindReturn; !called || home[e.Client] != victim {
			others = append(others, e)
		}
		if e.Kind == env.KindApply && e.Text == "duplicate" && w.Holds(e.At) && e.Machine != victim {
			m.Duplicates++
		}
	}
	m.Duplicates /= max(1, len(without(pl.Machines, victim))) // each machine reports the duplicate
	calls := fleet.SimulatedCalls(pl, others)
	m.fill(calls, fleet.Read(events, w), w, without(pl.Machines, victim))
	return m, nil
}

// faultWindow returns the window of the fault and the machine that had it; "" if there
// was no fault.
func faultWindow(pl plan.Plan, events []trace.Event) (w fleet.Window, victim string, err error) {
	if len(pl.Faults) == 0 {
		return fleet.Window{From: env.Instant(3 * time.Second), To: env.Instant(heal)}, "", nil
	}
	leader := ""
	for _, e := range events {
		switch {
		case e.Kind == trace.KindFault && leader == "":
			return w, "", fmt.Errorf("there was no leader when the fault began")
		case e.Kind == trace.KindFault:
			return fleet.Window{From: e.At, To: e.At.Add(faultLength)}, leader, nil
		case e.Kind == env.KindRole && e.Text == "leader":
			leader = e.Machine
		case e.Kind == env.KindRole && e.Machine == leader:
			leader = ""
		}
	}
	return w, "", fmt.Errorf("the fault never began")
}
