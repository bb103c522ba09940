package defects

import (
	"maps"
	"slices"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// What follows where a cluster has no leader for good, its leader refuses what it is
// asked, or one of its machines takes nothing more. Findings say that it is so, and why;
// here stands what comes of it.

// reign is since when nobody leads, or who leads.
type reign struct {
	leader string
	term   uint64
	since  moment // when it became leader; without one, when the last one ceased to be
}

// take follows an event. c is the cluster before it.
func (r *reign) take(c *cluster, e *trace.Event) {
	switch {
	case e.Kind == env.KindRole && e.Text == "leader" && e.Term >= r.term:
		*r = reign{e.Machine, e.Term, of(e)}
	case e.Machine != r.leader || r.leader == "":
	case e.Kind == env.KindRole && e.Text != "leader", e.Kind == trace.KindCrash, e.Kind == trace.KindExit:
		r.leader, r.since = "", of(e)
		for _, name := range slices.Sorted(maps.Keys(c.machines)) {
			if m := c.machines[name]; name != e.Machine && m.role == "leader" && m.roleTerm >= r.term {
				*r = reign{name, m.roleTerm, m.roleSince}
			}
		}
	}
}

// calls are what clients asked for.
type calls struct {
	made map[call]asked
	seen map[string]uint64 // by client: the highest log index of an answer, in its machine's present incarnation
	boot map[string]uint64 // the incarnation that is of
}

type call struct {
	client string
	seq    uint64
}

// asked is when and where a call was made.
type asked struct {
	moment
	text string
	seen uint64 // what its client had seen
}

func newCalls() calls {
	return calls{make(map[call]asked), make(map[string]uint64), make(map[string]uint64)}
}

func (s *calls) take(e *trace.Event) {
	switch e.Kind {
	case env.KindInvoke:
		if s.boot[e.Client] != e.Boot {
			s.boot[e.Client], s.seen[e.Client] = e.Boot, 0
		}
		s.made[call{e.Client, e.Seq}] = asked{of(e), e.Text, s.seen[e.Client]}
	case env.KindReturn:
		if strings.HasPrefix(e.Text, "ok ") {
			s.seen[e.Client] = max(s.seen[e.Client], e.Index)
		}
	}
}

// local reports whether it is a read that its own machine answers from what it has.
func (a asked) local() bool { return strings.HasPrefix(a.text, "local ") }

// called returns the call that a violation of liveness is about, and the answer; an
// empty one if there was none.
func (c *cluster) called(f *failure) (a asked, answer string, is bool) {
	e := f.last()
	switch {
	case f.is("liveness", "a fresh call did not succeed") && e.Kind == env.KindReturn:
		answer = e.Text
	case f.is("liveness", "a fresh call was never answered") && e.Kind == env.KindInvoke:
	default:
		return asked{}, "", false
	}
	a, is = c.calls.made[call{e.Client, e.Seq}]
	return a, answer, is
}

// behind returns the machine of which a violation says that it stays behind.
func behind(f *failure) (machine string, is bool) {
	return f.Machine, f.Machine != "" && (f.is("liveness", "a machine's commit index stays behind") ||
		f.is("liveness", "a machine's applied index stays behind") || f.is("local-logs", "a local log stays behind"))
}

// isNoLeader reports whether a violation says that nobody led in time.
func isNoLeader(f *failure) bool {
	return f.judge == "liveness" && (f.Signature == "no leader" || strings.HasPrefix(f.Signature, "no leader,"))
}

// leaderless reports whether nobody leads at the end, and since when.
func (c *cluster) leaderless() (since moment, is bool) {
	return c.reign.since, c.reign.leader == ""
}

// ofLeaderless reports whether a violation comes of that nobody leads any more, from a
// moment on until the end. That nobody led within the bound after the faults does if
// nobody led since them. A machine stays behind if nobody leads since it is ready and the
// faults are over: only a leader tells what is committed. A call is refused by whoever is
// asked, or not answered, if it was made since; a local read only if its machine is behind
// what its client has seen.
func (c *cluster) ofLeaderless(f *failure) bool {
	since, is := c.leaderless()
	if !is || c.healed == nil {
		return false
	}
	if isNoLeader(f) {
		return since.event < c.healed.event
	}
	if name, is := behind(f); is {
		m := c.machines[name]
		return m != nil && m.ready && (since.event < c.healed.event || since.event < m.readySince.event)
	}
	a, answer, is := c.called(f)
	if !is || a.event < since.event {
		return false
	}
	if a.local() {
		m := c.machines[a.machine]
		return m != nil && max(m.applied, m.snapshotIndex) < a.seen && (answer == "" || answer == "fail no answer in time")
	}
	return answer == "" || refusedWithoutLeader(answer)
}

// refusedWithoutLeader reports whether an answer is one of those that calls have where
// nobody leads.
func refusedWithoutLeader(answer string) bool {
	_, why, _ := strings.Cut(answer, " ")
	switch why {
	case "no leader", "cannot reach the leader", "node is not the leader", "no answer from the leader", "the leader's lease is over":
		return true
	}
	return false
}

// held is a machine that takes nothing more in.
type held struct {
	name  string
	since moment
}

// ofHeld reports whether a violation comes of that: that the machine stays behind, is not
// in the configuration again, as it cannot catch up, or does not answer a local read of
// what its client has seen elsewhere; and, if there is no majority without it and the others
// that are held, that nothing is committed any more, and the others stay where they are.
func (c *cluster) ofHeld(f *failure, h held) bool {
	m := c.machines[h.name]
	c.held[h.name] = true
	if m == nil {
		return false
	}
	if name, is := behind(f); is {
		return name == h.name || c.progress.event < h.since.event && c.needs(h.name)
	}
	if f.last().N != 0 && f.last().N < h.since.event {
		return false
	}
	if f.judge == "membership" && f.Machine == h.name {
		return f.Signature == "a machine that was put out is not let in again" || f.Signature == "a machine is not in the configuration at the end"
	}
	a, answer, is := c.called(f)
	if !is || a.event < h.since.event {
		return false
	}
	if a.local() {
		return a.machine == h.name && max(m.applied, m.snapshotIndex) < a.seen && (answer == "" || answer == "fail no answer in time")
	}
	return c.needs(h.name) && (answer == "" || !strings.HasPrefix(answer, "ok"))
}

// needs reports whether nothing is committed at the end without some machines and all that are
// held: whether the leader's configuration has no majority of other voters that are ready,
// where it says that they are.
func (c *cluster) needs(names ...string) bool {
	leader := c.machines[c.reign.leader]
	if leader == nil {
		return false
	}
	all, others := 0, 0
	for _, s := range leader.members.latest.servers {
		if !s.votes {
			continue
		}
		all++
		v := c.machines[s.name]
		if v != nil && v.ready && !slices.Contains(names, s.name) && !c.held[s.name] && (s.address == "" || v.members.address == "" || s.address == v.members.address) {
			others++
		}
	}
	return others <= all/2
}

// hungIn returns where a program was that did not end when it was asked to, of a violation
// that says so: functions of the library, without those where it merely waits for others.
func hungIn(f *failure) []string {
	places, is := strings.CutPrefix(f.Signature, "shutdown does not return, in ")
	if f.judge != "liveness" || !is {
		return nil
	}
	return strings.Split(places, ", ")
}

// sorted are the keys of a map, in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// touches reports whether a violation is about a log index or one after it.
func touches(f *failure, index uint64) bool {
	if f.Index != 0 {
		return f.Index >= index
	}
	for _, e := range f.events {
		switch e.Kind {
		case env.KindAppend, env.KindApply, env.KindCommit, env.KindLocal, env.KindReturn, env.KindConfig, env.KindMember, env.KindSnapshot, env.KindRestore:
			if e.Index >= index {
				return true
			}
		}
	}
	return false
}
