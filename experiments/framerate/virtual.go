package framerate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"raftian/experiments/fleet"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

// The simulated links have about the delay of loopback, and the disks about the fsync
// latency that was measured.
var (
	nearNet  = plan.Net{Delay: 40 * time.Microsecond, Jitter: 60 * time.Microsecond}
	fastDisk = plan.Disk{Sync: 100 * time.Microsecond, Jitter: 200 * time.Microsecond}
)

const (
	virtualLength = 20 * time.Second
	virtualSettle = 3 * time.Second
)

// plan returns the condition as a Plan. Machines boot at the same instant, so their
// frames would be in phase forever, unlike those of real processes. So each machine is
// restarted once at a random instant before the first call.
func (c Condition) plan(repeat int) (plan.Plan, error) {
	pl, err := guest.Game().Plan(guest.Options{Seed: uint64(repeat + 1), Machines: c.Nodes, Length: virtualLength, Faults: plan.Calm, Rate: c.Rate})
	if err != nil {
		return plan.Plan{}, err
	}
	pl.Net, pl.Disk = nearNet, fastDisk
	fleet.Set(&pl, "fps", c.FPS)
	fleet.Set(&pl, "commit", c.Commit.String())
	if c.Work > 0 {
		fleet.Set(&pl, "frame-work", c.Work.String())
	}
	rng := rand.New(rand.NewPCG(uint64(repeat), 1))
	for k, machine := range pl.Machines {
		at := env.Instant(10+10*k) * env.Instant(time.Millisecond)
		away := 5*time.Millisecond + time.Duration(rng.Int64N(int64(100*time.Millisecond)))
		pl.Faults = append(pl.Faults, plan.Fault{Kind: plan.Kill, At: at, Groups: [][]string{{machine}}, For: away.Truncate(time.Microsecond)})
	}
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
	if r.Failed() {
		return m, fmt.Errorf("seed %d: a judge does not pass a calm run", pl.Seed)
	}
	events, err := fleet.Decode(r.Wire)
	if err != nil {
		return m, err
	}
	w := fleet.Window{From: env.Instant(virtualSettle), To: env.Instant(virtualLength - virtualSettle)}
	calls := fleet.SimulatedCalls(pl, events)
	for k := range calls { // excludes the wait for the frame in which the simulated player sends
		calls[k].Due = calls[k].Began
	}
	m.fill(calls, fleet.Read(events, w), w)
	m.CPU = r.CPU.Seconds() / r.Virtual.Seconds()
	return m, nil
}
