package invariant

import (
	"fmt"
	"slices"
	"sort"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// LeaderCompleteness holds if an entry that was committed in one term is in the
// durable log or the snapshot of every machine that becomes leader of a later
// one. Source: Raft §5.4.3, figure 3 (Leader Completeness); Thesis §3.6.3.
//
// A machine that learns, or acts on, a commit does so in the term of the commit
// or later, so its own term is a safe bound: leaders of terms after that one
// must have the entry, whether they were elected before or after the news. By
// Log Matching a log that has the highest entry committed in a term has all
// entries before it, so one entry per term is kept. An entry whose presence the
// events leave open is taken to be there.
type LeaderCompleteness struct {
	ruling
	logs    termLogs
	terms   map[string]uint64 // durable term of each machine
	commits []commit          // by rising term
	leaders []leadership      // in the order of their election
	highest uint64            // the highest term that had a leader
	entries table[uint64]     // term of the entry that was committed first at each index; 0 if not known
	filled  uint64            // entries is known from logs up to this index
	said    map[absence]bool  // what was reported
}

// absence is that a leader lacks what was committed in a term.
type absence struct{ leader, term uint64 }

// commit is the highest entry known to be committed when its term ended.
type commit struct {
	term             uint64 // committed in this term or before
	index, entryTerm uint64
	by               sighting
	how              string
}

// leadership is a leader and the log it was elected with, which it only
// appends to while it leads (Raft, figure 3, Leader Append-Only).
type leadership struct {
	term uint64
	log  termLog
	by   sighting
}

// NewLeaderCompleteness returns the judge.
func NewLeaderCompleteness() *LeaderCompleteness {
	return &LeaderCompleteness{logs: make(termLogs), terms: make(map[string]uint64), said: make(map[absence]bool)}
}

// Name is "leader-completeness".
func (*LeaderCompleteness) Name() string { return "leader-completeness" }

// Kinds are the kinds of event it reads.
func (*LeaderCompleteness) Kinds() []string {
	return append(kindsOfLogs(), trace.KindBoot, env.KindTerm, env.KindCommit, env.KindApply, env.KindRole)
}

// Event takes the next event.
func (j *LeaderCompleteness) Event(e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot:
		if e.Text == emptyDisk {
			delete(j.logs, e.Machine)
			delete(j.terms, e.Machine)
		}
	case env.KindTerm:
		j.terms[e.Machine] = e.Term
	case env.KindRole:
		if e.Text == "leader" {
			j.elected(e)
		}
	case env.KindCommit:
		// The entry is one of the log; under a snapshot an earlier commit
		// has told of it.
		if term, is := j.logs.of(e.Machine).term(e.Index); is == present {
			j.fill(e)
			j.committed(e, term, max(e.Term, term), "knew entry %d of term %d to be committed")
		}
	case env.KindApply:
		j.know(e.Index, e.Term)
		j.committed(e, e.Term, e.Term, "applied entry %d of term %d")
	default:
		j.logs.take(e)
	}
}

// fill keeps the terms of the entries that a machine knows to be committed.
func (j *LeaderCompleteness) fill(e *trace.Event) {
	log := j.logs.of(e.Machine)
	if log.empty() {
		return
	}
	for i := max(j.filled+1, log.runs[0].first); i <= e.Index; i++ {
		if term, is := log.term(i); is == present {
			j.know(i, term)
		}
	}
	j.filled = max(j.filled, e.Index)
}

// know keeps the term of a committed entry.
func (j *LeaderCompleteness) know(index, term uint64) {
	if at := j.entries.put(index); *at == 0 {
		*at = term
	}
}

// committed keeps that an entry was committed in term since or before it.
func (j *LeaderCompleteness) committed(e *trace.Event, entryTerm, since uint64, how string) {
	since = max(since, j.terms[e.Machine])
	i := len(j.commits)
	if i > 0 && j.commits[i-1].term >= since {
		i = sort.Search(i, func(i int) bool { return j.commits[i].term >= since })
	}
	c := commit{term: since, index: e.Index, entryTerm: entryTerm, by: see(e), how: how}
	switch {
	case i == len(j.commits) || j.commits[i].term != since:
		j.commits = slices.Insert(j.commits, i, c)
	case j.commits[i].index < c.index:
		j.commits[i] = c
	default:
		return
	}
	if since >= j.highest {
		return
	}
	for _, l := range j.leaders {
		j.compare(l, c)
	}
}

// elected judges a new leader by what was committed before its term.
func (j *LeaderCompleteness) elected(e *trace.Event) {
	l := leadership{term: e.Term, log: j.logs.of(e.Machine).clone(), by: see(e)}
	j.leaders = append(j.leaders, l)
	j.highest = max(j.highest, l.term)
	for _, c := range j.commits {
		j.compare(l, c)
	}
}

// compare fails if the leader is of a later term than the commit and lacks it.
func (j *LeaderCompleteness) compare(l leadership, c commit) {
	if l.term <= c.term {
		return
	}
	term, is := l.log.term(c.index)
	if is == veiled || is == present && term == c.entryTerm {
		return
	}
	if a := (absence{l.by.event, c.term}); j.said[a] {
		return
	} else {
		j.said[a] = true
	}
	has := "without it"
	if is == present {
		has = fmt.Sprintf("with entry %d of term %d instead", c.index, term)
	}
	lacks, first := fmt.Sprintf("entry %d of term %d", c.index, c.entryTerm), j.firstMissing(l, c)
	if first < c.index {
		lacks = fmt.Sprintf("entries %d to %d", first, c.index)
	}
	j.fail("a leader lacks a committed entry",
		fmt.Sprintf("%s led term %d without %s, committed in term %d or before", l.by.machine, l.term, lacks, c.term),
		c.by.did(c.how, c.index, c.entryTerm),
		l.by.did("became leader of term %d %s", l.term, has)).Index = first
}

// firstMissing is the first of the committed entries without a gap up to c that a
// leader lacks.
func (j *LeaderCompleteness) firstMissing(l leadership, c commit) uint64 {
	for i := c.index; i > 0; i-- {
		committed := j.entries.get(i)
		term, is := l.log.term(i)
		if committed == 0 || is == veiled || is == present && term == committed {
			return min(i+1, c.index)
		}
	}
	return 1
}

// Verdict says whether the property held.
func (j *LeaderCompleteness) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
