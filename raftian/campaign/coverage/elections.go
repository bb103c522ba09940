package coverage

import (
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// transferBound is within what time a machine that is told to stand at once
// leads, or owes its election to something else: several election timeouts.
const transferBound = 2 * time.Second

// leaseWarning is what the library says when a leader gives up for want of a
// quorum (raft.go, checkLeaderLease).
const leaseWarning = "failed to contact quorum of nodes, stepping down"

// snapshotError is what it says when a snapshot came to nothing (snapshot.go,
// runSnapshots).
const snapshotError = "failed to take snapshot"

// The types of request that matter here.
const (
	requestVote     = "RequestVote"
	requestPreVote  = "RequestPreVote"
	appendEntries   = "AppendEntries"
	installSnapshot = "InstallSnapshot"
	timeoutNow      = "TimeoutNow"
)

const (
	leader    = "leader"
	candidate = "candidate"
	follower  = "follower"
)

// election is what is known of leaders, and of the highest term that anyone
// stood in.
type election struct {
	leaders int    // machines whose role is leader
	last    string // who led last

	term  uint64
	stood int // machines that stood in term
	won   bool

	transfer string // who was last told to stand at once; "" if that is done with
	told     env.Instant
}

// vote is one that was made durable and may not have been answered.
type vote struct {
	term uint64
	peer string
}

func (c *Counter) electionEvent(m *machine, e *trace.Event) {
	switch e.Kind {
	case env.KindRole:
		c.became(m, e.Text, e)
	case env.KindVote:
		m.vote = vote{e.Term, e.Peer}
		if e.Peer == m.name {
			c.stands(e.Term)
		}
	case env.KindRPC:
		c.request(m, e)
	case env.KindReply:
		c.reply(m, e)
	case env.KindDiag:
		switch {
		case strings.Contains(e.Text, leaseWarning):
			m.lease = true
		case strings.Contains(e.Text, snapshotError):
			m.snapping = false
		}
	}
}

// became notes a machine's role and what that change means.
func (c *Counter) became(m *machine, role string, e *trace.Event) {
	was := m.role
	m.role = role
	switch {
	case was == leader && role != leader:
		c.election.leaders--
		if role == follower && m.lease {
			c.reached(LeasesExpired)
		} else if role == follower {
			c.reached(Deposed)
		}
		m.lease = false
	case was == candidate && role == follower:
		c.reached(Candidacies)
		if c.election.transfer == m.name {
			c.election.transfer = ""
		}
	}
	if role == leader && was != leader {
		c.leads(m, e)
	}
}

// leads notes a new leader.
func (c *Counter) leads(m *machine, e *trace.Event) {
	l := &c.election
	l.leaders++
	c.reached(Elections)
	if l.leaders > 1 {
		c.reached(TwoLeaders)
	}
	if l.last != "" && l.last != m.name && c.calls.open > 0 {
		c.reached(CallsAcross)
	}
	l.last = m.name
	if l.transfer == m.name && e.At.Sub(l.told) <= transferBound {
		c.reached(Transferred)
	}
	l.transfer = ""
	// The first configuration, at index 1, is everyone's from the beginning.
	if m.last > max(c.commit, 1) {
		c.reached(UncommittedEnd)
	}
	if e.Term == l.term {
		l.won = true
		if l.stood > 1 {
			c.reached(Contested)
		}
	}
}

// stands notes that a machine voted for itself.
func (c *Counter) stands(term uint64) {
	l := &c.election
	switch {
	case term == l.term:
		l.stood++
	case term > l.term:
		c.closeTerm()
		l.term, l.stood, l.won = term, 1, false
	}
}

// closeTerm notes that the present term elects nobody any more.
func (c *Counter) closeTerm() {
	if l := &c.election; l.stood > 1 && !l.won {
		c.reached(SplitVotes)
	}
}

func (c *Counter) request(m *machine, e *trace.Event) {
	switch e.Text {
	case requestVote:
		m.asked = e.Term
	case timeoutNow:
		c.election.transfer, c.election.told = e.Peer, e.At
	case installSnapshot:
		c.machine(e.Peer).sender = sender{m, m.boots}
	}
}

func (c *Counter) reply(m *machine, e *trace.Event) {
	switch firstWord(e.Text) {
	case requestVote:
		c.voteReply(m, e)
	case requestPreVote:
		if e.Count == 0 && e.Text == requestPreVote {
			c.reached(PreVotesRefused)
		}
	case appendEntries:
		if e.Count == 0 && e.Text == appendEntries {
			c.reached(EntriesRefused)
		}
	case installSnapshot:
		c.machine(e.Peer).sender = sender{}
		if e.Count == 0 {
			c.reached(InstallsFailed)
		}
	}
}

func (c *Counter) voteReply(m *machine, e *trace.Event) {
	if e.Text == requestVote {
		if e.Count == 0 {
			c.reached(VotesRefused)
		}
		return
	}
	// It failed. What the voter made durable stays.
	if v := &c.machine(e.Peer).vote; *v == (vote{m.asked, m.name}) {
		c.reached(VotesLost)
		*v = vote{}
	}
}
