package invariant

import (
	"cmp"
	"fmt"
	"slices"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// ExactlyOnce holds if an operation takes effect at one log index only, however
// often its client sent it, and if no machine applies an index twice in one
// incarnation, or one that a snapshot it restored already holds. Applications
// marked as duplicates have no effect and do not count. Source: Raft §8;
// Thesis §6.3.
//
// Restoring a snapshot by the user takes the state back to another time, and
// with it what is known of the clients: effects before that index and after it
// are not held against each other.
type ExactlyOnce struct {
	ruling
	names    names
	effects  map[operation]mark // value: the index
	again    map[effect]bool    // what was reported
	rewinds  []uint64           // indexes at which the user restored a snapshot
	machines map[string]*applications
}

// effect is that an operation took effect at an index.
type effect struct {
	operation
	index uint64
}

// applications are the indexes that an incarnation applied.
type applications struct {
	boot  uint64
	floor mark          // the snapshot it restored goes through here
	done  []application // since then, by rising index
}

// application is when an index was applied.
type application struct {
	index, event uint64
	at           env.Instant
}

// NewExactlyOnce returns the judge.
func NewExactlyOnce() *ExactlyOnce {
	return &ExactlyOnce{names: make(names), effects: make(map[operation]mark), again: make(map[effect]bool), machines: make(map[string]*applications)}
}

// Name is "exactly-once".
func (*ExactlyOnce) Name() string { return "exactly-once" }

// Kinds are the kinds of event it reads.
func (*ExactlyOnce) Kinds() []string {
	return []string{env.KindInvoke, env.KindApply, env.KindRestore}
}

// Event takes the next event.
func (j *ExactlyOnce) Event(e *trace.Event) {
	if e.Kind == env.KindInvoke {
		j.names.take(e)
		return
	}
	a := j.machines[e.Machine]
	if a == nil || a.boot != e.Boot {
		a = &applications{boot: e.Boot}
		j.machines[e.Machine] = a
	}
	switch e.Kind {
	case env.KindRestore:
		a.floor = mark{e.Index, see(e)}
		a.done = a.done[:0]
		if e.Text == "user" {
			j.rewinds = append(j.rewinds, e.Index)
		}
	case env.KindApply:
		j.machine(a, e)
		if e.Text == "" && e.Client != "" {
			j.operation(e)
		}
	}
}

// machine fails if the incarnation applied this index before. One that goes back
// to an index it had passed over is another judge's matter.
func (j *ExactlyOnce) machine(a *applications, e *trace.Event) {
	if e.Index <= a.floor.value {
		j.fail("an entry was applied on top of a snapshot that holds it",
			fmt.Sprintf("%s applied entry %d after restoring a snapshot through %d", e.Machine, e.Index, a.floor.value),
			a.floor.by.did("restored a snapshot through %d", a.floor.value),
			see(e).did("applied entry %d", e.Index))
		a.floor.value = e.Index - 1 // it goes on from here
	}
	n := len(a.done)
	if n == 0 || e.Index > a.done[n-1].index {
		a.done = append(a.done, application{e.Index, e.N, e.At})
		return
	}
	at, again := slices.BinarySearchFunc(a.done, e.Index, func(d application, index uint64) int { return cmp.Compare(d.index, index) })
	if again {
		first := sighting{a.done[at].event, a.done[at].at, e.Machine}
		what := j.names.entry(e.Index, operation{e.Client, e.Seq})
		j.fail("one machine applied an index twice",
			fmt.Sprintf("%s applied %s again", e.Machine, what),
			first.did("applied entry %d", e.Index),
			see(e).did("applied entry %d a second time", e.Index))
		a.done = append(a.done[:at], application{e.Index, e.N, e.At}) // it goes on from here
	}
}

// operation fails if the operation took effect at another index.
func (j *ExactlyOnce) operation(e *trace.Event) {
	op := operation{e.Client, e.Seq}
	first, seen := j.effects[op]
	if !seen || first.value < e.Index && j.rewound(first.value, e.Index) {
		j.effects[op] = mark{e.Index, see(e)}
		return
	}
	if first.value == e.Index || j.rewound(e.Index, first.value) {
		return
	}
	if x := (effect{op, e.Index}); j.again[x] {
		return
	} else {
		j.again[x] = true
	}
	j.fail("an operation took effect twice",
		fmt.Sprintf("%s took effect at index %d and at index %d", j.names.of(op), first.value, e.Index),
		first.by.did("applied %s with effect at index %d", j.names.of(op), first.value),
		see(e).did("applied %s with effect at index %d", j.names.of(op), e.Index))
}

// rewound says whether the user restored a snapshot at an index above low and
// up to high.
func (j *ExactlyOnce) rewound(low, high uint64) bool {
	return slices.ContainsFunc(j.rewinds, func(at uint64) bool { return low < at && at <= high })
}

// Verdict says whether the property held.
func (j *ExactlyOnce) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
