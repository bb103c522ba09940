package findings

import (
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
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
// replicated to the one before goes on once more, by what it knew then.
//
// It shows as the panic for want of that entry. That the applied index goes back with the
// installation follows, and that an entry stands behind a hole, if the log was empty.
type lateSnapshot struct {
	installs
	found []*lateInstall
	died  moment // with the want of an entry
}

// lateInstall is an occurrence.
type lateInstall struct {
	stepBack
	missing moment // 0 if it never asked
}

func newLateSnapshot(plan.Plan) recogniser { return &lateSnapshot{installs: newInstalls()} }

func (r *lateSnapshot) event(c *cluster, e *trace.Event) {
	if back := r.installs.take(c, e); back != nil && back.late() {
		r.found = append(r.found, &lateInstall{stepBack: *back})
	}
	for _, x := range r.found {
		if e.Machine == x.machine && e.Boot == x.boot && says(e, "failed to get log") && number(e, "index") == x.index+1 && c.on(x.machine).role != "leader" {
			x.missing = of(e)
		}
	}
	if e.Kind == env.KindDiag && says(e, "failed to get log") {
		r.died = of(e)
	} else if e.Kind != trace.KindHold {
		r.died = moment{}
	}
}

func (r *lateSnapshot) explains(c *cluster, f *failure) *path {
	for _, x := range r.found {
		if shows := r.isPanic(f, x); shows || r.leads(c, f, x) {
			return &path{shows: shows, steps: x.path()}
		}
	}
	return nil
}

// isPanic reports whether a failure is the panic for want of the entry after the snapshot.
func (r *lateSnapshot) isPanic(f *failure, x *lateInstall) bool {
	return f.is("no-panic", "panic: log not found in github.com/hashicorp/raft.(*Raft).processLogs") &&
		x.missing.event != 0 && x.missing.event == r.died.event && f.last().N >= x.missing.event
}

// leads reports whether a failure came of the installation.
func (r *lateSnapshot) leads(c *cluster, f *failure, x *lateInstall) bool {
	switch {
	case f.is("monotonic", "the applied index went back by a snapshot"):
		return f.last().N == x.event
	case f.is("log-matching", "a hole in the log"):
		e := f.last()
		return e.Machine == x.machine && e.Boot == x.boot && e.N > x.event && e.Index == x.reach+1
	case f.is("liveness", "the run did not end"):
		return c.stopping == nil && x.missing.event != 0 && x.missing.event == r.died.event
	}
	return false
}

// path are the steps in words.
func (b *stepBack) path() (steps []verdict.Evidence) {
	if !b.wasBehindThen {
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
