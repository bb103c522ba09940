package defects

import (
	"raftian/netsim/env"
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
// It shows as the applied index going back with that installation. If the machine leads then,
// in the same incarnation, it has entries neither in its log nor in the snapshot that it holds
// for its last; it sends the newer one that is on its disk, and asks its log for the last entry
// of that, again and again. If it is to apply what its log has not, it dies.
type snapshotGoesBack struct {
	refusals
	installs
	found []*snapshotBack
}

// snapshotBack is an occurrence.
type snapshotBack struct {
	refused refusal
	stepBack
	led    moment            // when it became leader after that
	wanted map[uint64]moment // then, the entries that it asked its log for
}

func newSnapshotGoesBack(plan.Plan) recogniser {
	return &snapshotGoesBack{refusals: newRefusals(), installs: newInstalls()}
}

func (r *snapshotGoesBack) event(c *cluster, e *trace.Event) {
	for _, x := range r.found {
		x.follow(e)
	}
	o := r.now[e.Machine]
	r.refusals.take(c, e)
	back := r.installs.take(c, e)
	if back == nil || o == nil || o.last.leader.machine != back.leader.machine || o.last.leader.term != back.leader.term {
		return
	}
	if sent := back.snapshot.last; sent.reach > e.Index && o.first.event < sent.event {
		r.found = append(r.found, &snapshotBack{refused: o.first, stepBack: *back, wanted: make(map[uint64]moment)})
	}
}

// follow takes what comes after it.
func (x *snapshotBack) follow(e *trace.Event) {
	switch {
	case e.Machine != x.machine || e.Boot != x.boot:
	case e.Kind == env.KindRole && e.Text == "leader":
		x.led = of(e)
	case x.led.event != 0 && says(e, "failed to get log"):
		index := number(e, "index")
		if _, asked := x.wanted[index]; !asked && x.hidden(index) {
			x.wanted[index] = of(e)
		}
	}
}

// hidden reports whether the machine has an entry in a snapshot on its disk only.
func (x *snapshotBack) hidden(index uint64) bool { return x.index < index && index <= x.reach }

func (r *snapshotGoesBack) explains(c *cluster, f *failure) *path {
	for _, x := range r.found {
		shows := f.is("monotonic", "the applied index went back by a snapshot") && f.last().N == x.event
		if !shows && !x.leads(c, f) {
			continue
		}
		p := &path{shows: shows}
		p.steps = append(p.steps, x.refused.said(), x.snapshot.last.step("sent %s its snapshot through entry %d", x.machine, x.index),
			x.step("installed it when it had come to entry %d", x.reach))
		if x.led.event != 0 && !shows {
			p.steps = append(p.steps, x.led.step("became leader without entries %d to %d", x.index+1, x.reach))
		}
		return p
	}
	return nil
}

// leads reports whether a failure came of that the machine went on without those entries.
func (x *snapshotBack) leads(c *cluster, f *failure) bool {
	e := f.last()
	switch {
	case f.is("leader-completeness", "a leader lacks a committed entry"):
		return e.Machine == x.machine && e.Boot == x.boot && e.N > x.event && x.hidden(f.Index)
	case f.is("rpc-rate", "one snapshot was installed again and again"):
		want, is := x.wanted[e.Index]
		return is && want.event < e.N && e.Machine != x.machine
	}
	return c.diesForWant(f, x.moment, x.index)
}
