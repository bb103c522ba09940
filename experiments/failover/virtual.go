package failover

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"raftian/experiments/campaign"
	"raftian/experiments/findings"
	"raftian/experiments/fleet"
	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/guest"
)

const (
	length = 16 * time.Second
	heal   = 13 * time.Second
	// away is how long the trouble lasts, which is what is measured.
	away = 6 * time.Second
)

// plan is the condition as a Plan: five machines, and one fault at an instant that is
// drawn.
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
	f := plan.Fault{At: env.Instant(5*time.Second + time.Duration(rng.Int64N(int64(time.Second))).Truncate(time.Microsecond)), For: away}
	switch c.Trouble {
	case killed:
		f.Kind, f.Groups = plan.Kill, [][]string{{plan.Leader}}
	case cutOff:
		f.Kind, f.Groups = plan.Partition, [][]string{{plan.Leader}, {plan.Others}}
	case slow:
		f.Kind, f.Groups, f.Net = plan.SlowDisk, [][]string{{plan.Leader}}, plan.Net{Delay: 200 * time.Millisecond, Jitter: 50 * time.Millisecond}
	case lossy:
		pl.Net = plan.Net{Delay: 10 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.02}
		return pl, pl.Validate()
	}
	pl.Faults = []plan.Fault{f}
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
	known := findings.Names(findings.Explain(findings.All(), findings.Run{Plan: pl, Raft: p.Raft, Verdicts: r.Verdicts, Wire: r.Wire}))
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
	w, victim, err := windowOf(pl, events)
	if err != nil {
		return m, fmt.Errorf("seed %d: %w", pl.Seed, err)
	}
	home := map[string]string{}
	for _, s := range pl.Script {
		home[s.Client] = s.Machine
	}
	var others []trace.Event // calls of players whose machine it befell say nothing about the others
	for _, e := range events {
		if called := e.Kind == env.KindInvoke || e.Kind == env.KindReturn; !called || home[e.Client] != victim {
			others = append(others, e)
		}
		if e.Kind == env.KindApply && e.Text == "duplicate" && w.Holds(e.At) && e.Machine != victim {
			m.Twice++
		}
	}
	m.Twice /= max(1, len(without(pl.Machines, victim))) // each of them applies it
	calls := fleet.Simulated(pl, others)
	m.read(calls, fleet.Read(events, w), w, without(pl.Machines, victim))
	return m, nil
}

// windowOf is when the trouble was, and whom it befell: nobody if there was none.
func windowOf(pl plan.Plan, events []trace.Event) (w fleet.Window, victim string, err error) {
	if len(pl.Faults) == 0 {
		return fleet.Window{From: env.Instant(3 * time.Second), To: env.Instant(heal)}, "", nil
	}
	leader := ""
	for _, e := range events {
		switch {
		case e.Kind == trace.KindFault && leader == "":
			return w, "", fmt.Errorf("nobody led when the trouble began")
		case e.Kind == trace.KindFault:
			return fleet.Window{From: e.At, To: e.At.Add(away)}, leader, nil
		case e.Kind == env.KindRole && e.Text == "leader":
			leader = e.Machine
		case e.Kind == env.KindRole && e.Machine == leader:
			leader = ""
		}
	}
	return w, "", fmt.Errorf("the trouble never began")
}
