package observe

import (
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Watch reports changes of role, and calls shut, which may be nil, when the library is shut
// down. The filter of an observer is called where the change happens, before anything comes
// of it.
func (o *Observer) Watch(r *raft.Raft, shut func()) {
	o.role(r, r.State())
	r.RegisterObserver(raft.NewObserver(nil, false, func(seen *raft.Observation) bool {
		if state, ok := seen.Data.(raft.RaftState); ok {
			o.role(seen.Raft, state)
			if state == raft.Shutdown && shut != nil {
				shut()
			}
		}
		return false
	}))
}

func (o *Observer) role(r *raft.Raft, state raft.RaftState) {
	o.Env.Emit(env.Note{Kind: env.KindRole, Text: strings.ToLower(state.String()), Term: CurrentTerm(r)})
}

// lookAgain is how often the commit index is looked at.
const lookAgain = 20 * time.Millisecond

// follow reports the commit index when it has risen, and the configurations up to it, until
// the library is down.
func (o *Observer) follow(r *raft.Raft, down <-chan struct{}) {
	last := uint64(0)
	for {
		select {
		case <-down:
			return
		case <-time.After(lookAgain):
		}
		if index := CommitIndex(r); index > last {
			last = index
			o.Env.Emit(env.Note{Kind: env.KindCommit, Index: index, Term: CurrentTerm(r)})
			o.Members.committed(index)
		}
	}
}
