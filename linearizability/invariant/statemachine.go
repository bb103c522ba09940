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
//
// Machines whose states have come apart go on from there, each by itself: that is one
// violation, and not one for every entry that follows. See lines.
type StateMachineSafety struct {
	ruling
	names  names
	points table[point]
	lines  lines
}

// point is the state machine after one index.
type point struct {
	entries variants[appliance] // by payload hash; those of other terms are others
	states  variants[arrival]
}

// appliance is who applied an entry.
type appliance struct {
	term uint64
	op   operation // whose entry it is
	by   sighting
}

// arrival is how a machine came to a state.
type arrival struct {
	index uint64    // the last one with a command, up to which it came
	op    operation // whose command that is
	by    sighting
	how   string
}

// How a machine comes to an index, with the entry for %s.
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

// applied judges an entry that was applied. One that differs from what others applied
// leads to another state; that is not said again.
func (j *StateMachineSafety) applied(e *trace.Event) {
	p := j.points.put(e.Index)
	var other *variant[appliance]
	for v := range p.entries.all {
		if v.value == e.Hash && v.about.term == e.Term {
			j.reached(e, p, appliedEntry)
			return
		}
		if other == nil {
			other = v
		}
	}
	op := operation{e.Client, e.Seq}
	if other != nil {
		j.fail("different entries applied at one index",
			fmt.Sprintf("%s and %s applied different entries at index %d", other.about.by.machine, e.Machine, e.Index),
			other.about.by.did("applied %s, of term %d with payload %016x", j.names.entry(e.Index, other.about.op), other.about.term, other.value),
			see(e).did("applied %s, of term %d with payload %016x", j.names.entry(e.Index, op), e.Term, e.Hash))
		j.lines.leave(e.Machine)
	}
	p.entries.add(variant[appliance]{value: e.Hash, about: appliance{e.Term, op, see(e)}})
	j.reached(e, p, appliedEntry)
}

// reached judges a state: it must be the one at p, if anything is known of that. A state 0 is
// not known.
func (j *StateMachineSafety) reached(e *trace.Event, p *point, how string) {
	if e.State == 0 {
		return
	}
	op := operation{e.Client, e.Seq}
	if p != nil {
		if left := meet(&j.lines, &p.states, e.Machine, e.State); left != nil {
			j.fail("different states at one index",
				fmt.Sprintf("there are two states after index %d, on %s and on %s", e.Index, left.about.by.machine, e.Machine),
				left.about.by.did(left.about.how+" and had state %016x", j.names.entry(left.about.index, left.about.op), left.value),
				see(e).did(how+" and had state %016x", j.names.entry(e.Index, op), e.State))
		}
	}
	note(&j.lines, &j.points.put(e.Index).states, e.Machine, e.State, arrival{e.Index, op, see(e), how})
}

// last returns the last point known up to index, or nil.
func (j *StateMachineSafety) last(index uint64) *point {
	for i := range uint64(min(lookBack, index)) {
		if p := j.points.at(index-i, false); p != nil && p.states.some {
			return p
		}
	}
	return nil
}

// Verdict says whether the property held.
func (j *StateMachineSafety) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
