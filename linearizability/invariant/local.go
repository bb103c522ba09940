package invariant

import (
	"fmt"
	"time"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// LocalLogs holds if the players see one story: every machine's local log is a
// prefix of the longest one. The chain hash at an index covers all of the local
// log up to there, so two logs with the same hash at an index are equal up to
// it; they are compared at every index. A jump over compacted entries skips
// indexes, but must come to the same hash. Within an incarnation indexes rise.
//
// At the end of a run that healed in time, every machine that is up and belongs
// to the system has, besides, all that any local log had the bound before the
// end; if nothing was added since, that makes the logs equal. Source: State
// Machine Safety (Raft §5.4.3), carried on to what a player is shown.
type LocalLogs struct {
	ruling
	bound   time.Duration
	roster  roster
	chain   table[link]
	lasts   map[string]mark // of the present incarnation; value: the index
	longest horizon
	healed  env.Instant
	isHeal  bool
}

// link is the chain hash at an index, and who had it first.
type link struct {
	hash uint64
	by   sighting
}

// NewLocalLogs returns the judge. Machines may lag behind by bound, or for ever if
// that is not above 0.
func NewLocalLogs(bound time.Duration) *LocalLogs {
	return &LocalLogs{
		bound:   bound,
		roster:  make(roster),
		lasts:   make(map[string]mark),
		longest: horizon{back: bound},
	}
}

// Name is "local-logs".
func (*LocalLogs) Name() string { return "local-logs" }

// Kinds are the kinds of event it reads.
func (*LocalLogs) Kinds() []string {
	return append(kindsOfRoster(), env.KindLocal, trace.KindHeal, trace.KindEnd)
}

// Event takes the next event.
func (j *LocalLogs) Event(e *trace.Event) {
	if j.failed() {
		return
	}
	switch e.Kind {
	case env.KindLocal:
		j.local(e)
	case trace.KindHeal:
		j.healed, j.isHeal = e.At, true
	case trace.KindEnd:
		if j.isHeal && j.bound > 0 && e.At >= j.healed.Add(j.bound) {
			j.ended(e)
		}
	case trace.KindBoot:
		delete(j.lasts, e.Machine)
		j.roster.take(e)
	default:
		j.roster.take(e)
	}
}

// local judges one more entry of a local log.
func (j *LocalLogs) local(e *trace.Event) {
	if last, some := j.lasts[e.Machine]; some && e.Index <= last.value {
		j.fail("a local log went back",
			fmt.Sprintf("%s added entry %d to its local log after entry %d", e.Machine, e.Index, last.value),
			last.by.did("added entry %d to its local log", last.value),
			see(e).did("added entry %d to its local log", e.Index))
		return
	}
	j.lasts[e.Machine] = mark{e.Index, see(e)}
	j.longest.raise(e.At, e.Index)

	first := j.chain.put(e.Index)
	if first.by.event == 0 {
		*first = link{e.Hash, see(e)}
		return
	}
	if first.hash != e.Hash {
		j.fail("local logs differ",
			fmt.Sprintf("the local logs of %s and %s differ at or before index %d", first.by.machine, e.Machine, e.Index),
			first.by.did("had chain hash %016x at index %d", first.hash, e.Index),
			see(e).did("had chain hash %016x at index %d", e.Hash, e.Index))
	}
}

// ended judges the lengths of the local logs.
func (j *LocalLogs) ended(e *trace.Event) {
	due := j.longest.before(e.At)
	for _, name := range j.roster.belong() {
		m := j.roster[name]
		if m == nil || !m.up || j.lasts[name].value >= due {
			continue
		}
		evidence := []verdict.Evidence{j.chain.get(due).by.did("had index %d in its local log", due)}
		if last, some := j.lasts[name]; some {
			evidence = append(evidence, last.by.did("added entry %d, its last", last.value))
		}
		j.fail("a local log stays behind",
			fmt.Sprintf("the local log of %s ends at index %d, %v after another had index %d",
				name, j.lasts[name].value, j.bound, due),
			evidence...)
		return
	}
}

// Verdict says whether the property held.
func (j *LocalLogs) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
