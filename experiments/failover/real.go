package failover

import (
	"context"
	"fmt"
	"time"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/env"
)

// warmUp is how long a cluster runs before the fault.
const warmUp = 2 * time.Second

// measure measures real processes.
func (c Condition) measure(ctx context.Context, s lab.Setup, repeat int) (m Measure, err error) {
	m.Condition = c
	raftian, err := s.Raftian(ctx)
	if err != nil {
		return m, err
	}
	o := fleet.Options{Raftian: raftian, Dir: s.Out, Nodes: nodes}
	for _, set := range c.settings() {
		o.Settings = append(o.Settings, set[0]+"="+set[1])
	}
	f, err := fleet.Start(ctx, o)
	if err != nil {
		return m, err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	load := fleet.StartLoad(ctx, fleet.LoadOptions{Addresses: f.Addresses(), Players: 2, Rate: rate, Seed: uint64(repeat + 1)})
	var calls []fleet.Call
	defer func() {
		if calls == nil {
			load.Stop()
		}
	}()
	if err := fleet.Sleep(ctx, warmUp); err != nil {
		return m, err
	}
	leader, err := f.Leader(ctx, -1)
	if err != nil {
		return m, err
	}
	w := fleet.Window{From: env.Instant(time.Now().UnixNano())}
	if c.Fault == killed {
		f.Kill(leader)
	} else if err := f.Freeze(leader); err != nil {
		return m, err
	}
	if err := fleet.Sleep(ctx, faultLength); err != nil {
		return m, err
	}
	w.To = env.Instant(time.Now().UnixNano())
	if err := fleet.Sleep(ctx, 500*time.Millisecond); err != nil {
		return m, err
	}
	calls = load.Stop()
	events, err := f.Events()
	if err != nil {
		return m, err
	}
	var names []string
	for k := range nodes {
		names = append(names, fmt.Sprintf("n%d", k+1))
	}
	others := without(names, names[leader])
	r := fleet.Read(events, w)
	m.fill(calls, r, w, others)
	m.Lost = lost(r, calls, others)
	for _, e := range events {
		if e.Kind == env.KindApply && e.Text == "duplicate" && w.Holds(e.At) && e.Machine == others[0] {
			m.Duplicates++
		}
	}
	return m, nil
}

// lost counts acknowledged commands that a machine's local log skipped.
func lost(r *fleet.Reading, calls []fleet.Call, machines []string) (n int) {
	for _, c := range calls {
		if c.OK && !r.HasAll(c.Index, machines) {
			n++
		}
	}
	return n
}
