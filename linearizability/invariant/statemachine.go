package invariant

import (
	"fmt"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// StateMachineSafety holds if no two machines apply different entries at the
// same index, and if, the state machine being deterministic, they are in the
// same state after it. Source: Raft §5.4.3, figure 3 (State Machine Safety);
// Thesis §3.6.3; for snapshots Raft §7.
//
// A snapshot through an index must hold the state after the last command up to
// that index: other entries do not change the state. The machine that takes it
// has applied or restored every one of them, so the last state known of an
// index up to there is that one.
type StateMachineSafety struct {
	ruling
	names  names
	points table[point]
}

// point is the state machine after one index.
type point struct {
	index, term, hash, state uint64

	by      sighting
	known   bool      // some machine was here
	applied bool      // and applied an entry, so term and hash are known
	op      operation // whose entry it is
	how     string    // it came here, with the entry for %s
}

// How a machine comes to an index.
const (
	appliedEntry     = "applied %s"
	tookSnapshot     = "took a snapshot through %s"
	restoredSnapshot = "restored a snapshot through %s"
)

// lookBack is how many indexes without a command a snapshot's state is looked
// for across. Elections, barriers and configurations lie between commands one
// or a few at a time.
const lookBack = 1024

// NewStateMachineSafety returns the judge.
func NewStateMachineSafety() *StateMachineSafety {
	return &StateMachineSafety{names: make(names)}
}

// Name is "state-machine-safety".
func (*StateMachineSafety) Name() string { return "state-machine-safety" }

// Kinds are the kinds of event it reads.
func (*StateMachineSafety) Kinds() []string {
	return []string{env.KindInvoke, env.KindApply, env.KindRestore, env.KindSnapshot}
}

// Event takes the next event.
func (j *StateMachineSafety) Event(e *trace.Event) {
	if j.failed() {
		return
	}
	switch e.Kind {
	case env.KindInvoke:
		j.names.take(e)
	case env.KindApply:
		j.applied(e)
	case env.KindSnapshot:
		j.reached(e, j.last(e.Index), tookSnapshot)
	case env.KindRestore:
		j.reached(e, j.points.put(e.Index), restoredSnapshot)
	}
}

// applied judges an entry that was applied.
func (j *StateMachineSafety) applied(e *trace.Event) {
	p := j.points.put(e.Index)
	if p.applied && (p.term != e.Term || p.hash != e.Hash) {
		j.fail("different entries applied at one index",
			fmt.Sprintf("%s and %s applied different entries at index %d", p.by.machine, e.Machine, e.Index),
			p.by.did("applied %s, of term %d with payload %016x", j.names.entry(e.Index, p.op), p.term, p.hash),
			see(e).did("applied %s, of term %d with payload %016x", j.names.entry(e.Index, operation{e.Client, e.Seq}), e.Term, e.Hash))
		return
	}
	if !j.same(p, e, appliedEntry) {
		return
	}
	if !p.applied {
		*p = point{
			index: e.Index, term: e.Term, hash: e.Hash, state: e.State, by: see(e),
			known: true, applied: true, op: operation{e.Client, e.Seq}, how: appliedEntry,
		}
	}
}

// reached judges a state that was not reached by applying the entry: it must be
// the state at p, if anything is known of that.
func (j *StateMachineSafety) reached(e *trace.Event, p *point, how string) {
	if !j.same(p, e, how) {
		return
	}
	if here := j.points.put(e.Index); !here.known {
		*here = point{index: e.Index, state: e.State, by: see(e), known: true, how: how}
	}
}

// same fails unless the state in e is the one at p.
func (j *StateMachineSafety) same(p *point, e *trace.Event, how string) bool {
	if p == nil || !p.known || p.state == e.State {
		return true
	}
	j.fail("different states at one index",
		fmt.Sprintf("there are two states after index %d, on %s and on %s", e.Index, p.by.machine, e.Machine),
		p.by.did(p.how+" and had state %016x", j.names.entry(p.index, p.op), p.state),
		see(e).did(how+" and had state %016x", j.names.entry(e.Index, operation{e.Client, e.Seq}), e.State))
	return false
}

// last returns the last point known up to index, or nil.
func (j *StateMachineSafety) last(index uint64) *point {
	for i := range uint64(min(lookBack, index)) {
		if p := j.points.at(index-i, false); p != nil && p.known {
			return p
		}
	}
	return nil
}

// Verdict says whether the property held.
func (j *StateMachineSafety) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
