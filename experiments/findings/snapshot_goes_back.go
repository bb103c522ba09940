package findings

import (
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// snapshotGoesBack recognises snapshot-goes-back. A machine has entries beyond its snapshot
// that the leader does not have, and its log does not reach back to what the two have in
// common:
//
//	refused    it refuses the entries of the leader for want of one that its snapshot covers
//	sent       the leader sends it a snapshot, after it has applied more than that holds
//	installed  it installs that, of the same incarnation
//
// It shows as the applied index going back with that installation.
type snapshotGoesBack struct {
	refusals
	installs
	found []snapshotBack
}

// snapshotBack is an occurrence.
type snapshotBack struct {
	refused refusal
	stepBack
}

func newSnapshotGoesBack(plan.Plan) recogniser {
	return &snapshotGoesBack{refusals: newRefusals(), installs: newInstalls()}
}

func (r *snapshotGoesBack) event(c *cluster, e *trace.Event) {
	o := r.now[e.Machine]
	r.refusals.take(c, e)
	back := r.installs.take(c, e)
	if back == nil || o == nil || o.last.leader.machine != back.leader.machine || o.last.leader.term != back.leader.term {
		return
	}
	if sent := back.snapshot.last; sent.reach > e.Index && o.first.event < sent.event {
		r.found = append(r.found, snapshotBack{o.first, *back})
	}
}

func (r *snapshotGoesBack) explains(_ *cluster, f *failure) *path {
	if !f.is("monotonic", "the applied index went back by a snapshot") {
		return nil
	}
	for _, x := range r.found {
		if f.last().N == x.event {
			p := &path{shows: true}
			p.steps = append(p.steps, x.refused.said(), x.snapshot.last.step("sent %s its snapshot through entry %d", x.machine, x.index),
				x.step("installed it when it had come to entry %d", x.reach))
			return p
		}
	}
	return nil
}
