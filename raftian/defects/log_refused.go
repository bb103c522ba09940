package defects

import (
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// logRefused recognises log-refused. A machine has entries beyond its snapshot that the leader
// does not have, and its log does not reach back to what the two have in common:
//
//	refused  it refuses the entries of the leader for want of one that its snapshot covers
//	again    and those before, back to the first, until it takes an entry in
//	failed   if the leader sends a snapshot instead, its store has newer ones, and drops it
//
// It shows as the refusals, or those failures; the machine stays behind.
type logRefused struct {
	refusals
	failed []failedInstall
}

// failedInstall is that a leader was told that its snapshot is not there.
type failedInstall struct {
	moment
	of *episode
}

func newLogRefused(plan.Plan) recogniser { return &logRefused{refusals: newRefusals()} }

func (r *logRefused) event(c *cluster, e *trace.Event) {
	r.refusals.take(c, e)
	if e.Kind == env.KindReply && strings.HasPrefix(e.Text, "InstallSnapshot ") && strings.Contains(e.Text, "no such snapshot") {
		if o := r.now[e.Peer]; o != nil {
			r.failed = append(r.failed, failedInstall{of(e), o})
		}
	}
}

func (r *logRefused) explains(c *cluster, f *failure) *path {
	for _, x := range r.all {
		shows := r.shows(f, x)
		if shows || len(x.rounds) == 0 && r.leads(c, f, x) {
			return &path{shows: shows, steps: []verdict.Evidence{x.first.said()}}
		}
	}
	return nil
}

// shows reports whether a failure is that a machine refuses what it cannot have a reason to.
func (r *logRefused) shows(f *failure, x *episode) bool {
	e := f.last()
	if f.judge != "rpc-rate" || e.Peer != x.first.machine || !x.at(e.N) {
		return false
	}
	switch f.Signature {
	case "a log is refused from its first entry on":
		return x.fromFirst.event != 0 && x.fromFirst.event < e.N
	case "entries that a snapshot covers are refused":
		return true
	case "a snapshot older than the ones there cannot be installed":
		for _, failed := range r.failed {
			if failed.event == e.N && failed.of == x {
				return true
			}
		}
	}
	return false
}
