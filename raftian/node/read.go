package node

import (
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// A verified read is answered by the leader from its state machine, without an
// entry in the log (Ongaro, "Consensus: Bridging Theory and Practice", section
// 6.4): it notes its commit index, makes sure that it still leads, and waits
// until its state machine has come that far.

// verified begins the text of a call that is a verified read.
const verified = "verified "

// Querier is a guest's state machine that answers verified reads. Query changes
// nothing; it is not called at the same time as any other method.
type Querier interface {
	Query(text string) string
}

// readPause lies between two looks at how far the state machine has come.
const readPause = time.Millisecond

// termStart is where the newest term of a log begins.
type termStart struct {
	mu          sync.Mutex
	term, index uint64
}

// note takes an entry that was appended.
func (t *termStart) note(l *raft.Log) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.Term > t.term {
		t.term, t.index = l.Term, l.Index
	}
}

// began is where term begins in the log, if its first entry is there.
func (t *termStart) began(term uint64) (index uint64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.index, t.term == term
}

// read answers a verified read. Whatever goes wrong, it had no effect.
func (n *Node) read(text string, deadline env.Instant) result {
	q, ok := n.fsm.inner.(Querier)
	if !ok {
		return result{refuse, 0, "no verified reads of this state machine"}
	}
	index, term, err := n.readIndex()
	if err == nil {
		err = n.verifyLeader(term, deadline)
	}
	if err == nil {
		err = n.reach(index, deadline)
	}
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	n.fsm.own.Lock()
	defer n.fsm.own.Unlock()
	// The state is that after the last command. There is none at index 1, where
	// the first configuration stands.
	return result{done, max(1, n.fsm.index), q.Query(text)}
}

var errNotYet = errors.New("nothing of the leader's own term is committed yet")

// readIndex is the commit index of a leader, and its term. Only once an entry of
// its own term is committed does a leader know of all that is (section 6.4, step
// 1): until then it is an error.
func (n *Node) readIndex() (index, term uint64, err error) {
	if n.raft.State() != raft.Leader {
		return 0, 0, raft.ErrNotLeader
	}
	term = observe.CurrentTerm(n.raft)
	began, ok := n.terms.began(term)
	index = observe.CommitIndex(n.raft)
	if (!ok || index < began) && n.settings.Bug != BugReadBeforeOwnCommit {
		return 0, 0, errNotYet
	}
	return index, term, nil
}

// verifyLeader makes sure that this node leads its term at a moment after it was
// called. The library says only that it leads some term.
func (n *Node) verifyLeader(term uint64, deadline env.Instant) error {
	if n.settings.Bug == BugStaleLeaderRead {
		return nil
	}
	if err := n.wait(n.verify, deadline); err != nil {
		return err
	}
	if observe.CurrentTerm(n.raft) != term {
		return raft.ErrLeadershipLost
	}
	return nil
}

// verifyMax is how many verifications are under way at once. The library keeps
// them in maps by their addresses, and goes through these in an order that differs
// between two runs of one plan once they have more than eight entries.
const verifyMax = 8

// verify asks the library whether it leads.
func (n *Node) verify() error {
	select {
	case n.verifying <- struct{}{}:
	case <-n.done:
		return errStopped
	}
	defer func() { <-n.verifying }()
	return n.raft.VerifyLeader().Error()
}

// reach waits until the state machine has taken in all entries up to index.
func (n *Node) reach(index uint64, deadline env.Instant) error {
	last, err := n.lastFor(index)
	if err != nil {
		return err
	}
	for n.fsm.reached() < last {
		if n.env.Now() >= deadline {
			return errNoAnswer
		}
		select {
		case <-n.done:
			return errStopped
		case <-time.After(readPause):
		}
	}
	return nil
}

// lastFor is the last entry up to index that the state machine is told of; 0 if
// it is in the past or there is none.
func (n *Node) lastFor(index uint64) (uint64, error) {
	for reached := n.fsm.reached(); index > reached; index-- {
		var l raft.Log
		err := n.logs.GetLog(index, &l)
		switch {
		case errors.Is(err, raft.ErrLogNotFound):
			return 0, nil // compacted: a snapshot has it, and the state machine made that
		case err != nil:
			return 0, err
		case l.Type == raft.LogCommand, l.Type == raft.LogConfiguration:
			return index, nil
		}
	}
	return 0, nil
}

// reached is the last entry that the state machine has taken in.
func (s *sessions) reached() uint64 {
	s.own.Lock()
	defer s.own.Unlock()
	return s.end.index
}

var errNoAnswer = errors.New("no answer in time")

// errStopped is why nothing that the library does is waited for any more.
var errStopped = errors.New("the node has stopped")

// wait waits for something that the library does, until the deadline. What
// comes after that is dropped.
func (n *Node) wait(do func() error, deadline env.Instant) error {
	left := deadline.Sub(n.env.Now())
	if left <= 0 {
		return errNoAnswer
	}
	ended := make(chan error, 1)
	go func() { ended <- do() }()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err
	case <-n.done:
		return errStopped
	case <-timer.C:
		return errNoAnswer
	}
}
