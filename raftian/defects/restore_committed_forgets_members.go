package defects

import (
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// restoreCommittedForgetsMembers recognises restore-committed-forgets-members. With
// RestoreCommittedLogs:
//
//	stored     a machine has a configuration in its log, or in a snapshot
//	forgot     it starts, and says that its initial configuration is an older one, or none
//	nobody     nobody is elected any more, and somebody would be if machines went by the
//	           newest configuration on their disks
//	led        or the machine is elected while it goes by the older one
//	split      and an entry of the term it leads is committed, and another entry there; or
//	           another machine leads that term, too
//
// It shows as no leader; as an election, a commitment or a change of the configuration by
// the older one; and as two leaders of a term, or a leader without what is committed, if
// one of the two leaders is such a machine. What is said of entries from the split on, and
// later, follows.
type restoreCommittedForgetsMembers struct {
	misled map[uint64]*misled // elections of machines that went by an older configuration, by event
	now    map[string]*misled // that lead
	terms  map[uint64]*misled // by term
	wrote  map[uint64]*misled // by index: configurations that they wrote
	split  *split
}

// misled is a leader that goes by an older configuration than the newest on its disk.
type misled struct {
	forgot, booted stored
	led            moment
	term           uint64
}

// split is from which entry on there are two, one of them of the term of a misled leader.
type split struct {
	moment
	index uint64
	by    *misled
}

func newRestoreCommittedForgetsMembers(plan.Plan) recogniser {
	return &restoreCommittedForgetsMembers{make(map[uint64]*misled), make(map[string]*misled), make(map[uint64]*misled), make(map[uint64]*misled), nil}
}

func (r *restoreCommittedForgetsMembers) event(c *cluster, e *trace.Event) {
	m := c.machines[e.Machine]
	if m == nil {
		return
	}
	switch e.Kind {
	case trace.KindBoot, trace.KindCrash, trace.KindExit:
		delete(r.now, e.Machine)
	case env.KindRole:
		delete(r.now, e.Machine)
		if x := m.members; e.Text == "leader" && x.forgot != nil && x.latest.index < x.forgot.index {
			l := &misled{*x.forgot, *x.booted, of(e), e.Term}
			r.misled[e.N], r.now[e.Machine], r.terms[e.Term] = l, l, l
		}
		if e.Text == "leader" {
			r.twoLead(c, m, e)
		}
	case env.KindAppend:
		if l := r.now[e.Machine]; l != nil && e.Text == "configuration" && e.Term == l.term {
			r.wrote[e.Index] = l
		}
	case env.KindApply:
		p, known := c.committed[e.Index]
		if !known || p.term == e.Term {
			return
		}
		r.splitAt(e, e.Index, e.Term)
		r.splitAt(e, e.Index, p.term)
	}
}

// twoLead takes a second leader of a term, who begins it behind the end of its log.
func (r *restoreCommittedForgetsMembers) twoLead(c *cluster, m *machine, e *trace.Event) {
	if first, led := c.leaderOf(e.Term); led && first.machine != e.Machine {
		r.splitAt(e, m.ends().index+1, e.Term)
	}
}

// splitAt takes an index where a second entry is, if it or the other one is of a term that
// a misled leader led.
func (r *restoreCommittedForgetsMembers) splitAt(e *trace.Event, index, term uint64) {
	if l := r.terms[term]; l != nil && (r.split == nil || index < r.split.index) {
		r.split = &split{of(e), index, l}
	}
}

func (r *restoreCommittedForgetsMembers) explains(c *cluster, f *failure) *path {
	if c.ofLeaderless(f) {
		if _, is := c.wouldWin(rules{remember: true}); is {
			if p := ofForgotten(c, f); len(p.steps) > 0 {
				return p
			}
		}
	}
	for _, e := range f.events {
		if l := r.of(f, &e); l != nil {
			return &path{true, l.steps()}
		}
	}
	if s := r.split; s != nil && touches(f, s.index) && f.last().N >= s.event {
		return &path{false, append(s.by.steps(), s.step("had another entry at %d, or led to one", s.index))}
	}
	return nil
}

// of returns the misled leader whose deed an event of the evidence is; nil if there is
// none.
func (r *restoreCommittedForgetsMembers) of(f *failure, e *trace.Event) *misled {
	switch f.judge {
	case "quorum", "election-safety", "leader-completeness":
		if e.Kind == env.KindRole {
			return r.misled[e.N]
		}
		if l := r.terms[e.Term]; l != nil && l.led.machine == e.Machine && (e.Kind == env.KindCommit || e.Kind == env.KindApply) {
			return l
		}
	case "membership":
		if e.Kind == env.KindConfig {
			return r.wrote[e.Index]
		}
		if e.Kind == env.KindMember {
			return r.terms[e.Term]
		}
	}
	return nil
}

// ofForgotten is the path to where nobody leads.
func ofForgotten(c *cluster, f *failure) *path {
	p := &path{shows: isNoLeader(f)}
	for _, name := range sorted(c.machines) {
		if x := c.machines[name].members; x.forgot != nil && x.latest.index < x.forgot.index {
			p.steps = append(p.steps, (&misled{forgot: *x.forgot, booted: *x.booted}).steps()...)
		}
	}
	return p
}

func (l *misled) steps() []verdict.Evidence {
	steps := []verdict.Evidence{l.forgot.step("stored the configuration of entry %d", l.forgot.index),
		l.booted.step("started with the configuration of entry %d, and forgot that of entry %d, which it has", l.booted.index, l.forgot.index)}
	if l.led.event != 0 {
		steps = append(steps, l.led.step("became leader of term %d", l.term))
	}
	return steps
}
