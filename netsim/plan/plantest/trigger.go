package plantest

import (
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// happenings are kinds of events: of traces, and those that no trace holds.
func happenings() []string {
	return []string{
		env.KindVote, env.KindTerm, env.KindRole, env.KindCommit, env.KindApply, "fsync",
		"write", "sync", "create", "rename", "remove",
	}
}

// trigger draws a trigger, with few of its parts or all.
func (s scene) trigger(t *rapid.T) plan.Trigger {
	w := plan.Trigger{
		What: rapid.SampledFrom(happenings()).Draw(t, "what"),
		Who:  rapid.SampledFrom(append([]string{plan.Any, plan.Leader}, s.machines...)).Draw(t, "who"),
		Nth:  rapid.IntRange(1, s.nthMax).Draw(t, "nth"),
	}
	if rapid.Bool().Draw(t, "waits") {
		w.Wait = ticks(0, min(s.lasts[1], time.Second), s.tick).Draw(t, "wait")
	}
	if rapid.Bool().Draw(t, "has text") {
		w.Text = s.texts.Draw(t, "text")
	}
	if rapid.Bool().Draw(t, "has peer") {
		w.Peer = rapid.SampledFrom(s.machines).Draw(t, "peer")
	}
	if rapid.Bool().Draw(t, "has role") {
		w.As = rapid.SampledFrom([]string{"follower", "candidate", "leader"}).Draw(t, "role")
	}
	if s.events != nil {
		if !s.canCome(w) {
			w.Text = ""
		}
		if !s.canCome(w) {
			w.Peer = ""
		}
	}
	return w
}

// canCome says whether there is an event that the trigger asks for.
func (s scene) canCome(w plan.Trigger) bool {
	return plan.Plan{Faults: []plan.Fault{{When: w}}}.CheckEvents(s.events) == nil
}
