package node

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// Two kinds of read promise less than a verified one and cost less.
//
// A read on a lease is answered by a leader that a majority has followed within
// the length of a lease, without asking them again. It sees every write that was
// acknowledged more than that length before the read was called: requests to
// that majority went out since then, so no leader of a later term can have had
// one of its own before, and what this leader and all before it have committed is
// in its state. It is not linearizable. That would take followers that vote for
// nobody for so long, and they do vote: after a restart, or when a leader hands
// its office on (Ongaro, "Consensus: Bridging Theory and Practice", section
// 6.4.1).
//
// A local read is answered by the client's own node from the state it has, once
// that holds all that the client has seen or done since the node started. The
// answer names the log index of that state.
const (
	onLease = "lease "
	locally = "local "
)

// acks are when the requests went out that followers have answered in a term.
type acks struct {
	mu   sync.Mutex
	term uint64
	sent map[raft.ServerID]env.Instant
}

// note takes the answer of a follower to a request that went out at an instant.
func (a *acks) note(term uint64, id raft.ServerID, at env.Instant) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if term > a.term {
		a.term, a.sent = term, map[raft.ServerID]env.Instant{}
	}
	if term == a.term {
		a.sent[id] = max(a.sent[id], at)
	}
}

// last is when the last request went out that a follower has answered in a term.
func (a *acks) last(term uint64, id raft.ServerID) (at env.Instant, answered bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if term != a.term {
		return 0, false
	}
	at, answered = a.sent[id]
	return at, answered
}

// followed is the last instant since which a majority of the voters is known to
// have followed the leader of a term; the leader, self, follows itself now.
func (a *acks) followed(term uint64, c raft.Configuration, self raft.ServerID, now env.Instant) (since env.Instant, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var times []env.Instant
	voters := 0
	for _, s := range c.Servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		voters++
		if s.ID == self {
			times = append(times, now)
		} else if at, answered := a.sent[s.ID]; answered && a.term == term {
			times = append(times, at)
		}
	}
	if len(times) <= voters/2 {
		return 0, false
	}
	slices.Sort(times)
	return times[len(times)-1-voters/2], true
}

var errNoLease = errors.New("the leader's lease is over")

// readOnLease answers a read on a lease. Whatever goes wrong, it had no effect.
func (n *Node) readOnLease(text string, deadline env.Instant) result {
	q, ok := n.fsm.inner.(Querier)
	if !ok {
		return result{refuse, 0, "no reads of this state machine"}
	}
	term := observe.CurrentTerm(n.raft)
	if !n.holdsLease(term) {
		return result{refuse, 0, errNoLease.Error()}
	}
	// What was committed by now: the lease must be looked at first.
	index, now, err := n.readIndex()
	if err == nil && now != term {
		err = raft.ErrLeadershipLost
	}
	if err == nil {
		err = n.reach(index, deadline)
	}
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	n.fsm.own.Lock()
	defer n.fsm.own.Unlock()
	return result{done, max(1, n.fsm.index), q.Query(text)}
}

// holdsLease says whether a majority has followed this leader of a term within
// the length of a lease.
func (n *Node) holdsLease(term uint64) bool {
	c := n.raft.GetConfiguration()
	if c.Error() != nil {
		return false
	}
	now := n.env.Now()
	since, ok := n.acks.followed(term, c.Configuration(), raft.ServerID(n.self.ID), now)
	return ok && now.Sub(since) <= n.settings.Lease
}

// readLocally answers a read from the state there is, once that holds the entry
// that the client has seen last.
func (n *Node) readLocally(text string, seen uint64, deadline env.Instant) result {
	q, ok := n.fsm.inner.(Querier)
	if !ok {
		return result{refuse, 0, "no reads of this state machine"}
	}
	for {
		n.fsm.own.Lock()
		if index := max(1, n.fsm.index); index >= n.awaited(seen) {
			defer n.fsm.own.Unlock()
			return result{done, index, q.Query(text)}
		}
		n.fsm.own.Unlock()
		if n.env.Now() >= deadline {
			return result{refuse, 0, errNoAnswer.Error()}
		}
		select {
		case <-n.done:
			return result{refuse, 0, errStopped.Error()}
		case <-time.After(readPause):
		}
	}
}
