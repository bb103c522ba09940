package findings

import (
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// snapshotForEver recognises snapshot-for-ever. A machine has entries beyond a snapshot that
// the leader does not have:
//
//	installed  it installs that snapshot, and goes on taking the last of them for its last entry
//	refused    it refuses the leader's next entry, for want of the one that the snapshot ends
//	           with, of the same incarnation
//	again      and so on, until it takes an entry in
//
// It shows as the snapshot being installed, or the entries after it being refused, again and
// again. The machine stays behind; and an entry that follows the snapshot in its log, or one
// that it writes behind a hole, when a monotonic log store has deleted its log, is not what
// others have there.
type snapshotForEver struct{ refusals }

func newSnapshotForEver(plan.Plan) recogniser { return &snapshotForEver{newRefusals()} }

func (r *snapshotForEver) event(c *cluster, e *trace.Event) { r.refusals.take(c, e) }

func (r *snapshotForEver) explains(c *cluster, f *failure) *path {
	for _, x := range r.all {
		if x.installed.index == 0 {
			continue
		}
		if shows := r.shows(f, x); shows || r.leads(c, f, x) {
			return &path{shows: shows, steps: []verdict.Evidence{
				x.installed.step("installed a snapshot through entry %d", x.installed.index), x.round.said()}}
		}
	}
	return nil
}

// shows reports whether a failure is that the machine goes round.
func (r *snapshotForEver) shows(f *failure, x *episode) bool {
	e := f.last()
	switch {
	case f.is("rpc-rate", "one snapshot was installed again and again"):
		return e.Machine == x.round.machine && e.Index == x.installed.index && x.at(e.N)
	case f.is("rpc-rate", "the same entries are refused again and again"):
		return f.Machine == x.round.machine && f.Index == x.installed.index && x.at(e.N)
	}
	return false
}

// leads reports whether a failure came of it.
func (r *snapshotForEver) leads(c *cluster, f *failure, x *episode) bool {
	name := x.round.machine
	switch {
	case f.is("log-matching", "an entry follows a snapshot that ends otherwise than others' logs"):
		for _, e := range f.events {
			if e.Machine == name && e.N > x.round.event && lastOf(&e) == x.installed.index+1 {
				return true
			}
		}
		return false
	case f.is("log-matching", "a hole in the log"):
		e := f.last()
		return e.Machine == name && e.N > x.round.event && e.Index == x.round.last+1
	case f.is("no-panic", "panic: log not found in github.com/hashicorp/raft.NewRaft"), f.is("liveness", "the run did not end"):
		return c.bootsOverHole(name)
	}
	return c.ofRefusing(f, x)
}

// lastOf is the index of the entry that an event writes, or of the last one that a log had at
// boot.
func lastOf(e *trace.Event) uint64 {
	if e.Kind == env.KindLog {
		return e.Index + e.Count - 1
	}
	return e.Index
}
