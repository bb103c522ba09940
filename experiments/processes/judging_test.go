package processes

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"time"

	"connectrpc.com/connect"

	"raftian/game/spec"
	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	apiv1 "raftian/raftian/api/v1"
	"raftian/raftian/campaign"
	"raftian/raftian/guest"
)

type connectStream = connect.ServerStreamForClient[apiv1.WatchResponse]

// traceOf merges the events of the processes, the players and the round into one trace
// up to the end of the round, ordered by the clock they share. Times count from its
// first event.
func (c *cluster) traceOf(players []*player) []trace.Event {
	all := slices.Clone(c.ownEvents.list)
	for _, p := range players {
		all = append(all, p.events.list...)
	}
	for _, p := range c.processes {
		text, err := os.ReadFile(p.events)
		if err != nil {
			c.t.Fatal(err)
		}
		starts := uint64(0)
		for line := range bytes.Lines(text) {
			var e trace.Event
			if err := trace.ParseJSON(bytes.TrimSpace(line), &e); err != nil {
				// A process was killed while it wrote this line.
				c.t.Logf("an event of %s that cannot be read: %v", p.id, err)
				continue
			}
			if e.Kind == trace.KindBoot {
				starts++
				if p.emptied[starts] {
					e.Text = "empty disk"
				}
			}
			e.Boot = starts
			all = append(all, e)
		}
	}
	all = slices.DeleteFunc(all, func(e trace.Event) bool { return e.At > c.ended })
	slices.SortStableFunc(all, func(a, b trace.Event) int { return cmp.Compare(a.At, b.At) })
	begin := all[0].At
	for k := range all {
		all[k].N = uint64(k + 1)
		all[k].At -= begin
	}
	c.healed -= begin
	c.ended -= begin
	return all
}

func machines() (names []string) {
	for k := range nodes {
		names = append(names, fmt.Sprintf("n%d", k+1))
	}
	return names
}

// judge runs the judges of simulated runs on a round. p describes the round.
func judge(all []trace.Event, p plan.Plan, healed, ended env.Instant) []linearizability.Verdict {
	model := guest.Game().Model(p.Beginners())
	panel := linearizability.NewPanel(linearizability.Options{
		Model: &model, Bound: ended.Sub(healed), RPCCeiling: 5000, ReadOnly: spec.ReadOnly, Promises: spec.Promises(lease)})
	for k := range all {
		panel.Event(&all[k])
	}
	return panel.Verdicts()
}

// planOf returns a plan that describes a round.
func planOf(seed uint64, joining bool, healed, ended env.Instant) plan.Plan {
	p := plan.Plan{Seed: seed, Guest: "game", Machines: machines(), Length: time.Duration(ended) + 1, Heal: healed,
		Settings: []plan.Setting{{Key: "lease", Value: lease.String()}}}
	if joining { // cities come in with their nodes
		p.Settings = append(p.Settings, plan.Setting{Key: plan.NoBeginners})
	}
	return p
}

// save writes a round as a run file.
func save(path string, p plan.Plan, all []trace.Event, verdicts []linearizability.Verdict, raft string) error {
	f, err := trace.Create(path, trace.Header{Seed: p.Seed, Guest: p.Guest, Plan: p.String(), Raft: raft, Live: true})
	if err != nil {
		return err
	}
	digest := trace.NewDigest()
	for k := range all {
		digest.Add(&all[k])
		if err := f.Event(&all[k]); err != nil {
			return err
		}
	}
	for _, v := range verdicts {
		if err := f.Section(campaign.TagVerdict, v); err != nil {
			return err
		}
	}
	return f.Close(trace.Trailer{Digest: digest.String(), Events: uint64(len(all))})
}

// encode encodes events.
func encode(events []trace.Event) (wire []byte) {
	enc := trace.NewEncoder()
	for k := range events {
		wire = enc.Append(wire, &events[k])
	}
	return wire
}
