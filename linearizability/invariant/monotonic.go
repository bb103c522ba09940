package invariant

import (
	"fmt"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Monotonic holds if what only grows never shrinks. Within an incarnation: the
// term of the role, the commit index and the applied index never go back, and no
// entry known to be committed is deleted as a conflict. A snapshot from the
// leader moves the applied index forward only; one restored by the user may move
// it anywhere. Across incarnations: see durable; a machine whose disk was replaced starts anew. Source: Raft §5.1 and §5.2
// (terms and votes), figure 2 (commitIndex and lastApplied increase
// monotonically, persistent state); Thesis §3.8.
type Monotonic struct {
	ruling
	running map[string]*running
	durable durable
}

// running is what an incarnation holds in memory.
type running struct {
	boot    uint64
	role    mark // its term
	as      string
	commit  mark
	applied mark
}

// mark is a value that must not go back, and where it was last seen.
type mark struct {
	value uint64
	by    sighting
}

// NewMonotonic returns the judge.
func NewMonotonic() *Monotonic {
	j := &Monotonic{running: make(map[string]*running)}
	j.durable = newDurable(&j.ruling)
	return j
}

// Name is "monotonic".
func (*Monotonic) Name() string { return "monotonic" }

// Kinds are the kinds of event it reads.
func (*Monotonic) Kinds() []string {
	return append(kindsOfLogs(), trace.KindBoot, env.KindRole, env.KindTerm, env.KindVote, env.KindCommit, env.KindApply, env.KindRPC)
}

// Event takes the next event.
func (j *Monotonic) Event(e *trace.Event) {
	r := j.of(e)
	switch e.Kind {
	case env.KindRole:
		if e.Text != "shutdown" {
			j.rises(&r.role, "role's term", e, e.Term)
			r.as = e.Text
		}
	case env.KindRPC:
		if e.Text == "RequestVote" && r.as == "follower" && r.role.value < e.Term {
			j.durable.beside[e.Machine] = e.Term
		}
	case env.KindCommit:
		j.rises(&r.commit, "commit index", e, e.Index)
	case env.KindApply:
		j.rises(&r.applied, "applied index", e, e.Index)
	case env.KindRestore:
		if e.Text == "user" {
			r.applied = mark{e.Index, see(e)}
		} else {
			j.rises(&r.applied, "applied index", e, e.Index)
		}
	case env.KindTruncate:
		j.keeps(r, e)
	}
	j.durable.event(e)
}

// of returns what the incarnation of e holds in memory.
func (j *Monotonic) of(e *trace.Event) *running {
	r := j.running[e.Machine]
	if r == nil || r.boot != e.Boot {
		r = &running{boot: e.Boot}
		j.running[e.Machine] = r
	}
	return r
}

// rises fails if value is below the mark. It is the new mark in any case: what comes
// next is compared with from where it went. The noun says what is marked.
func (j *Monotonic) rises(m *mark, noun string, e *trace.Event, value uint64) {
	if value >= m.value {
		m.value, m.by = value, see(e)
		return
	}
	how := ""
	if e.Kind == env.KindRestore {
		how = " by a snapshot"
	}
	j.fail("the "+noun+" went back"+how,
		fmt.Sprintf("%s: the %s went back from %d to %d", e.Machine, noun, m.value, value),
		m.by.did("had %s %d", noun, m.value),
		see(e).did("had %s %d", noun, value))
	m.value, m.by = value, see(e)
}

// keeps fails if entries the incarnation knows to be committed are deleted as a
// conflict.
func (j *Monotonic) keeps(r *running, e *trace.Event) {
	if e.Text != "suffix" || e.Index > r.commit.value {
		return
	}
	j.fail("a committed entry was deleted as a conflict",
		fmt.Sprintf("%s deleted its log from %d on with commit index %d", e.Machine, e.Index, r.commit.value),
		r.commit.by.did("had commit index %d", r.commit.value),
		see(e).did("deleted %s from %d on", trace.Some(e.Count, "entry"), e.Index))
}

// Verdict says whether the property held.
func (j *Monotonic) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
