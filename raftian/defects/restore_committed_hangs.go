package defects

import (
	"slices"
	"strconv"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// restoreCommittedHangs recognises restore-committed-hangs. With RestoreCommittedLogs:
//
//	booted     a machine starts, and its log has more entries for the state machine beyond its
//	           snapshot than 128 batches hold
//	stuck      it is not ready in that incarnation, which nobody ends
//
// It shows as the machine that is not ready, and as its shutdown that does not return. The
// machine stays behind; and if it is needed for a majority, nobody is elected.
type restoreCommittedHangs struct {
	room  uint64 // how many entries the channel takes
	boots map[string]*fullBoot
}

// fullBoot is a boot with more entries than the channel takes.
type fullBoot struct {
	moment
	entries uint64
}

// Batches in the channel from NewRaft to the state machine (api.go, fsmMutateCh).
const fsmBatches = 128

// maxAppendDefault is the entries in a batch unless a plan says otherwise.
const maxAppendDefault = 64

func newRestoreCommittedHangs(pl plan.Plan) recogniser {
	r := &restoreCommittedHangs{fsmBatches * maxAppendDefault, make(map[string]*fullBoot)}
	for _, s := range pl.Settings {
		if n, err := strconv.ParseUint(s.Value, 10, 32); s.Key == "max-append" && err == nil && n > 0 {
			r.room = fsmBatches * n
		}
	}
	return r
}

func (r *restoreCommittedHangs) event(c *cluster, e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot, trace.KindCrash, trace.KindExit, env.KindReady:
		if c.stopping == nil {
			delete(r.boots, e.Machine)
		}
	case env.KindLog:
		if m := c.machines[e.Machine]; m != nil && e.Count > 0 {
			if n := forStateMachine(m, e); n > r.room {
				r.boots[e.Machine] = &fullBoot{of(e), n}
			}
		}
	}
}

// forStateMachine is how many entries, beyond the snapshot, a log at boot has for the
// state machine; those of unknown kind count.
func forStateMachine(m *machine, e *trace.Event) (n uint64) {
	for index := max(e.Index, m.snapshotIndex+1); index < e.Index+e.Count; index++ {
		if m.log.entries[index].kind != "noop" {
			n++
		}
	}
	return n
}

func (r *restoreCommittedHangs) explains(c *cluster, f *failure) *path {
	if boot := r.boots[f.Machine]; boot != nil {
		if p := boot.path(); r.itself(f) {
			p.shows = true
			return p
		} else if _, is := behind(f); is {
			return p
		}
	}
	if !c.ofLeaderless(f) {
		return nil
	}
	if _, is := c.wouldWin(rules{started: true}); !is {
		return nil
	}
	for _, name := range sorted(r.boots) {
		return r.boots[name].path()
	}
	return nil
}

// itself reports whether a violation is that a machine does not start, or does not end
// therefore.
func (*restoreCommittedHangs) itself(f *failure) bool {
	if f.judge != "liveness" {
		return false
	}
	return f.Signature == "a machine is stuck while it boots" || f.Signature == "a machine is not ready" ||
		slices.Equal(hungIn(f), []string{"raft.(*Raft).processLogs.func1"})
}

func (b *fullBoot) path() *path {
	return &path{steps: []verdict.Evidence{b.step("started with %s for its state machine beyond its snapshot, and was never ready", trace.Some(b.entries, "entry"))}}
}
