package defects

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
// others have there. For want of what is missing it dies, when it is to apply that or boots.
type snapshotForEver struct{ refusals }

func newSnapshotForEver(plan.Plan) recogniser { return &snapshotForEver{newRefusals()} }

func (r *snapshotForEver) event(c *cluster, e *trace.Event) { r.refusals.take(c, e) }

func (r *snapshotForEver) explains(c *cluster, f *failure) *path {
	for _, x := range r.all {
		for _, y := range x.rounds {
			shows := y.shows(f) && x.at(f.last().N)
			if !shows && !y.leads(c, f) && !r.leads(c, f, x) {
				continue
			}
			return &path{shows: shows, steps: []verdict.Evidence{
				y.installed.step("installed a snapshot through entry %d", y.installed.index), y.refused.said()}}
		}
	}
	return nil
}

// shows reports whether a failure is that the machine goes round.
func (y *round) shows(f *failure) bool {
	e := f.last()
	switch {
	case e.N < y.refused.event:
		return false
	case f.is("rpc-rate", "one snapshot was installed again and again"):
		return e.Machine == y.refused.machine && e.Index == y.installed.index
	case f.is("rpc-rate", "the same entries are refused again and again"):
		return f.Machine == y.refused.machine && f.Index <= y.installed.index+1
	}
	return false
}

// leads reports whether a failure came of it.
func (y *round) leads(c *cluster, f *failure) bool {
	name := y.refused.machine
	switch {
	case f.is("log-matching", "an entry follows a snapshot that ends otherwise than others' logs"):
		for _, e := range f.events {
			if e.Machine == name && e.N > y.refused.event && lastOf(&e) == y.installed.index+1 {
				return true
			}
		}
		return false
	case f.is("log-matching", "a hole in the log"):
		e := f.last()
		return e.Machine == name && e.N > y.refused.event && e.Index == y.refused.last+1
	}
	return c.bootsOverHole(f, name) || c.diesForWant(f, y.installed.moment, y.installed.index)
}

// lastOf is the index of the entry that an event writes, or of the last one that a log had at
// boot.
func lastOf(e *trace.Event) uint64 {
	if e.Kind == env.KindLog {
		return e.Index + e.Count - 1
	}
	return e.Index
}
