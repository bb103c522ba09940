package framerate

import (
	"context"
	"time"

	"raftian/experiments/fleet"
	"raftian/experiments/lab"
	"raftian/netsim/env"
)

// players is the number of players per node.
const players = 4

// measure measures a real cluster.
func (c Condition) measure(ctx context.Context, s lab.Setup, repeat int) (m Measure, err error) {
	raftian, err := s.Raftian(ctx)
	if err != nil {
		return m, err
	}
	f, err := fleet.Start(ctx, fleet.Options{Raftian: raftian, Dir: s.Out, Nodes: c.Nodes, FPS: c.FPS, Work: c.Work,
		Settings: []string{"commit=" + c.Commit.String()}})
	if err != nil {
		return m, err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	m.Condition = c
	fsync, err := f.Fsync()
	if err != nil {
		return m, err
	}
	m.Fsync = lab.Ms(fsync)
	load := fleet.StartLoad(ctx, fleet.LoadOptions{Addresses: f.Addresses(), Players: players, Rate: c.Rate, Seed: uint64(repeat + 1)})
	var calls []fleet.Call
	defer func() {
		if calls == nil {
			load.Stop()
		}
	}()
	if err := fleet.Sleep(ctx, warmUp); err != nil {
		return m, err
	}
	before, err := f.Usage(ctx)
	if err != nil {
		return m, err
	}
	w := fleet.Window{From: env.Instant(time.Now().UnixNano())}
	if err := fleet.Sleep(ctx, window(s)); err != nil {
		return m, err
	}
	w.To = env.Instant(time.Now().UnixNano())
	after, err := f.Usage(ctx)
	if err != nil {
		return m, err
	}
	// Commands that were due in the window get answered and shown.
	if err := fleet.Sleep(ctx, 300*time.Millisecond); err != nil {
		return m, err
	}
	calls = load.Stop()
	events, err := f.Events()
	if err != nil {
		return m, err
	}
	m.fill(calls, fleet.Read(events, w), w)
	// The metrics are exact; frame events cover a second each.
	m.Frames, m.Late = uint64(after.Frames-before.Frames), uint64(after.LateFrames-before.LateFrames)
	m.CPU = (after.CPU - before.CPU).Seconds() / w.Seconds()
	return m, nil
}
