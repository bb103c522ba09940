package invariant

import (
	"fmt"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// origins knows who led each term, and says whether an entry can have come from
// there: only the leader of a term makes entries of it, so whoever else writes one
// has it from him, and he wrote it first. Source: Raft §5.3 (a leader creates at
// most one entry with a given log index in a given term), on which Log Matching
// rests.
type origins struct {
	leaders map[uint64]origin // by term
	boots   map[string]uint64 // the last one of each machine
}

// origin is who became leader of a term, and in which incarnation.
type origin struct {
	by   sighting
	boot uint64
}

func newOrigins() origins {
	return origins{leaders: make(map[uint64]origin), boots: make(map[string]uint64)}
}

// take learns who leads.
func (o *origins) take(e *trace.Event) {
	o.boots[e.Machine] = max(o.boots[e.Machine], e.Boot)
	if _, led := o.leaders[e.Term]; e.Kind == env.KindRole && e.Text == "leader" && !led {
		o.leaders[e.Term] = origin{see(e), e.Boot}
	}
}

// strange fails if an entry that no leader is known to have written is written by
// another machine than the leader of its term. One who has crashed since may have
// written it without a word; and a term without a leader is that of the first
// configuration.
func (o *origins) strange(r *ruling, e *trace.Event) bool {
	leader, led := o.leaders[e.Term]
	if !led || leader.by.machine == e.Machine || o.boots[leader.by.machine] != leader.boot {
		return false
	}
	r.fail("an entry of a term that its maker did not lead",
		fmt.Sprintf("%s made entry %d of term %d, which %s led", e.Machine, e.Index, e.Term, leader.by.machine),
		leader.by.did("became leader of term %d", e.Term),
		see(e).did("wrote entry %d of term %d with payload %016x, which nobody had", e.Index, e.Term, e.Hash))
	return true
}
