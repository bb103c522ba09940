package invariant

import (
	"fmt"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// LogMatching holds if two logs that have an entry of the same index and term
// agree in that entry and in all before it. Source: Raft §5.3, figure 3 (Log
// Matching); Thesis §3.5.
//
// It is judged by the induction that proves it: over all machines, index and
// term must determine an entry's payload and the term of the entry before it.
// Then two logs that agree at one entry agree at the one before, and so on down.
// That costs one look-up for each entry written. What precedes an entry is not
// known where a snapshot has taken its place; no claim is made there. An entry
// written where nothing precedes it, neither log nor snapshot, is a hole, and a
// violation too; so is an entry that only the leader of another term can have
// made (origin.go).
type LogMatching struct {
	ruling
	origins origins
	logs    termLogs
	entries map[entryID]entry
}

type entryID struct{ index, term uint64 }

// entry is what one log said of an entry, and which.
type entry struct {
	hash       uint64
	hashKnown  bool
	prev       uint64 // term of the entry before it; 0 before the first
	prevKnown  bool
	snapshot   bool     // the one before it is the last of a snapshot, and not in the log
	by, prevBy sighting // who gave the payload, and who the entry before
}

// NewLogMatching returns the judge.
func NewLogMatching() *LogMatching {
	return &LogMatching{origins: newOrigins(), logs: make(termLogs), entries: make(map[entryID]entry)}
}

// Name is "log-matching".
func (*LogMatching) Name() string { return "log-matching" }

// Kinds are the kinds of event it reads.
func (*LogMatching) Kinds() []string { return append(kindsOfLogs(), env.KindRole) }

// Event takes the next event.
func (j *LogMatching) Event(e *trace.Event) {
	j.origins.take(e)
	switch e.Kind {
	case env.KindRole:
	case env.KindAppend:
		j.written(e)
	case env.KindLog:
		j.logs.take(e)
		j.booted(e)
	default:
		j.logs.take(e)
	}
}

// written judges an entry that was made durable.
func (j *LogMatching) written(e *trace.Event) {
	log := j.logs.of(e.Machine)
	prev, is := log.before(e.Index)
	snapshot := is == present && e.Index > 1 && !log.holds(e.Index-1)
	if is == absent {
		j.fail("a hole in the log",
			fmt.Sprintf("%s has no entry %d to put entry %d after", e.Machine, e.Index-1, e.Index),
			see(e).did("wrote entry %d of term %d after neither an entry nor a snapshot", e.Index, e.Term))
	}
	j.logs.take(e)
	id := entryID{e.Index, e.Term}
	if old := j.entries[id]; (!old.hashKnown || old.hash != e.Hash) && j.origins.strange(&j.ruling, e) {
		return // what its leader wrote there is the entry
	}
	j.agree(id, entry{
		hash: e.Hash, hashKnown: true,
		prev: prev, prevKnown: is == present, snapshot: snapshot,
		by: see(e), prevBy: see(e),
	})
}

// booted judges the last entry of a log at boot. Its payload is not told.
func (j *LogMatching) booted(e *trace.Event) {
	if e.Count == 0 {
		return
	}
	last := e.Index + e.Count - 1
	log := j.logs.of(e.Machine)
	if prev, is := log.before(last); is == present {
		j.agree(entryID{last, e.Term}, entry{prev: prev, prevKnown: true, snapshot: last > 1 && !log.holds(last-1), prevBy: see(e)})
	}
}

// agree compares an entry with what other logs said of it, and adds to that.
func (j *LogMatching) agree(id entryID, x entry) {
	old, known := j.entries[id]
	if known && old.hashKnown && x.hashKnown && old.hash != x.hash {
		j.fail("one index and term, two payloads",
			fmt.Sprintf("entry %d of term %d differs between %s and %s", id.index, id.term, old.by.machine, x.by.machine),
			old.by.did("wrote entry %d of term %d with payload %016x", id.index, id.term, old.hash),
			x.by.did("wrote entry %d of term %d with payload %016x", id.index, id.term, x.hash))
		return
	}
	if known && old.prevKnown && x.prevKnown && old.prev != x.prev {
		signature := "logs agree at an entry but not before it"
		if old.snapshot || x.snapshot {
			signature = "an entry follows a snapshot that ends otherwise than others' logs"
		}
		j.fail(signature,
			fmt.Sprintf("entry %d of term %d follows one of term %d on %s but of term %d on %s",
				id.index, id.term, old.prev, old.prevBy.machine, x.prev, x.prevBy.machine),
			old.prevBy.did("had entry %d of term %d after one of term %d", id.index, id.term, old.prev),
			x.prevBy.did("had entry %d of term %d after one of term %d", id.index, id.term, x.prev)).Index = id.index
		return
	}
	if !known || !old.hashKnown && x.hashKnown || !old.prevKnown && x.prevKnown {
		j.entries[id] = old.with(x)
	}
}

// with returns what both say together, the older first.
func (old entry) with(x entry) entry {
	if !old.hashKnown {
		old.hash, old.hashKnown, old.by = x.hash, x.hashKnown, x.by
	}
	if !old.prevKnown {
		old.prev, old.prevKnown, old.snapshot, old.prevBy = x.prev, x.prevKnown, x.snapshot, x.prevBy
	}
	return old
}

// Verdict says whether the property held.
func (j *LogMatching) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
