package defects

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// halfWrittenVote recognises half-written-vote. A machine dies, or its disk fails, between the
// two writes of a vote in term T:
//
//	half    the last term in which it voted is T on its disk, without a vote in T for anyone;
//	        the last one that it did vote for is another machine, the candidate
//	took    it takes a request of the candidate in T for a copy of one that it granted
//	told    the candidate is told yes, with no vote for it on the disk
//	led     and leads T
//
// It shows as a leader by a vote that was never cast. The log of the leader may lack what is
// committed: a loss.
type halfWrittenVote struct {
	half  map[string]halfVote
	told  map[string][]falseVote // by candidate, in its present term
	found []*strayLeader
}

// halfVote is the state of a machine's disk.
type halfVote struct {
	moment
	term uint64
	peer string // for whom the vote is taken
	took moment // when it granted it
}

// falseVote is that a candidate was told yes by such a machine.
type falseVote struct {
	moment
	half halfVote
}

// strayLeader is an occurrence.
type strayLeader struct {
	led   moment
	term  uint64
	votes []falseVote
	loss  *loss // nil if nothing was lost
}

func newHalfWrittenVote(plan.Plan) recogniser {
	return &halfWrittenVote{half: make(map[string]halfVote), told: make(map[string][]falseVote)}
}

func (r *halfWrittenVote) event(c *cluster, e *trace.Event) {
	for _, x := range r.found {
		if x.loss != nil {
			x.loss.take(c, e)
		}
	}
	m := c.machines[e.Machine]
	if m == nil {
		return
	}
	h := r.half[e.Machine]
	switch {
	case e.Kind == env.KindReady:
		if delete(r.half, e.Machine); e.Count > m.voteTerm && m.voteFor != "" {
			r.half[e.Machine] = halfVote{moment: of(e), term: e.Count, peer: m.voteFor}
		}
	case says(e, "failed to persist vote"):
		if m.term > m.voteTerm && m.voteFor != "" {
			r.half[e.Machine] = halfVote{moment: of(e), term: m.term, peer: m.voteFor}
		}
	case e.Kind == env.KindVote:
		delete(r.half, e.Machine)
	case says(e, "duplicate requestVote from"):
		if h.term != 0 && m.term == h.term {
			h.took = of(e)
			r.half[e.Machine] = h
		}
	case e.Kind == env.KindReply && e.Text == "RequestVote" && e.Count == 1:
		if h := r.half[e.Peer]; h.term == e.Term && h.term != 0 && h.peer == e.Machine && h.took.event != 0 {
			r.told[e.Machine] = append(r.told[e.Machine], falseVote{of(e), h})
		}
	case e.Kind == env.KindRole:
		if votes := r.told[e.Machine]; e.Text == "leader" && len(votes) > 0 && votes[0].half.term == e.Term {
			r.leads(c, e, votes)
		}
		delete(r.told, e.Machine)
	case e.Kind == trace.KindBoot:
		delete(r.told, e.Machine)
	}
}

// leads takes a leader with such votes, and what its log lacks of what is committed.
func (r *halfWrittenVote) leads(c *cluster, e *trace.Event, votes []falseVote) {
	x := &strayLeader{led: of(e), term: e.Term, votes: votes}
	if lacks := c.lacking(e.Machine); len(lacks) > 0 {
		x.loss = newLoss(c, x.led, lacks)
	}
	r.found = append(r.found, x)
}

func (r *halfWrittenVote) explains(c *cluster, f *failure) *path {
	for _, x := range r.found {
		shows := x.shows(f)
		if !shows && (x.loss == nil || !x.loss.leads(c, f)) {
			continue
		}
		p := &path{shows: shows}
		for _, v := range x.votes {
			p.steps = append(p.steps,
				v.half.step("had a vote of term %d on its disk that it had not cast, beside the name of %s", v.half.term, v.half.peer),
				v.half.took.step("took a request of %s for a copy of one that it had granted", v.half.peer),
				v.step("was told yes by %s", v.half.machine))
		}
		p.steps = append(p.steps, x.led.step("became leader of term %d", x.term))
		return p
	}
	return nil
}

// shows reports whether a failure is that it leads by such a vote.
func (x *strayLeader) shows(f *failure) bool {
	if !f.is("quorum", "a leader by a vote that was never cast") || f.last().N != x.led.event {
		return false
	}
	for _, v := range x.votes {
		if f.events[0].N == v.event {
			return true
		}
	}
	return false
}
