package defects

import (
	"raftian/linearizability/verdict"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// lateSnapshot recognises late-snapshot. A machine needs a snapshot:
//
//	sent       the leader sends it
//	further    the machine comes further than that reaches, in the same term
//	installed  then it installs it, of the same incarnation
//	missing    and then asks its log for the entry after it
//
// Or the leader sends it late: it has removed that peer and added it again, and what
// replicated to the one before goes on once more, by what it knew then. Or it does not know
// how far the machine is, which another leader has brought there.
//
// It shows as the panic for want of that entry. That the applied index goes back with the
// installation follows, and that an entry stands behind a hole, if the log was empty.
type lateSnapshot struct {
	installs
	found []*stepBack
}

func newLateSnapshot(plan.Plan) recogniser { return &lateSnapshot{installs: newInstalls()} }

func (r *lateSnapshot) event(c *cluster, e *trace.Event) {
	if back := r.installs.take(c, e); back != nil && back.late() {
		r.found = append(r.found, back)
	}
}

func (r *lateSnapshot) explains(c *cluster, f *failure) *path {
	for _, x := range r.found {
		if x.leads(c, f) {
			return &path{shows: f.judge == "no-panic", steps: x.path()}
		}
	}
	return nil
}

// leads reports whether a failure came of the installation.
func (b *stepBack) leads(c *cluster, f *failure) bool {
	switch {
	case f.is("monotonic", "the applied index went back by a snapshot"):
		return f.last().N == b.event
	case f.is("log-matching", "a hole in the log"):
		e := f.last()
		return e.Machine == b.machine && e.Boot == b.boot && e.N > b.event && e.Index == b.reach+1
	}
	return c.diesForWant(f, b.moment, b.index)
}

// path are the steps in words.
func (b *stepBack) path() (steps []verdict.Evidence) {
	switch {
	case b.wasBehindThen:
	case b.left.added.event == 0:
		return []verdict.Evidence{b.leader.step("became leader of term %d", b.leader.term),
			b.stale.step("went on to send to %s, although it was deposed", b.machine),
			b.further.step("had come to entry %d", b.reach),
			b.snapshot.last.step("sent %s its snapshot through entry %d, without having heard of it", b.machine, b.index),
			b.step("installed the snapshot through entry %d", b.index)}
	default:
		return []verdict.Evidence{b.left.removed.step("stopped to send to %s, which was removed", b.machine),
			b.left.added.step("began to send to it again, which was added"),
			b.further.step("had come to entry %d", b.reach),
			b.snapshot.last.step("sent %s its snapshot through entry %d nevertheless", b.machine, b.index),
			b.step("installed the snapshot through entry %d", b.index)}
	}
	return []verdict.Evidence{b.snapshot.first.step("sent %s its snapshot through entry %d", b.machine, b.index),
		b.further.step("had come to entry %d", b.reach),
		b.step("installed the snapshot through entry %d", b.index)}
}
