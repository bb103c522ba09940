package node

import (
	"bytes"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/command"
)

// What bugs planted around calls and requests do: see bugs.go.

const (
	// ackPatience is how long the leader of ack-before-commit waits for a
	// majority; when all is well it takes a few milliseconds.
	ackPatience = 15 * time.Millisecond
	// ackReach is how many entries it looks through for the command.
	ackReach = 64
	// stormWidth is how many times at once retry-storm sends what has failed.
	stormWidth = 8
	// stormMax is how long it goes on.
	stormMax = 3 * time.Second
)

// flights are the calls under way, of reply-to-wrong-client, by sequence number;
// and the lease of lease-read.
type flights struct {
	mu    sync.Mutex
	bySeq map[uint64]*flight
	lease lease
}

type flight struct {
	landed chan struct{}
	result result
}

// apply hands a command to this node's Raft and waits for what comes of it.
func (n *Node) apply(data []byte, deadline env.Instant) result {
	switch n.settings.Bug {
	case BugAckBeforeCommit:
		return n.applyHastily(data, deadline)
	case BugReplyToWrongClient:
		return n.applyTogether(data, deadline)
	}
	return n.commit(data, deadline)
}

// applyHastily answers a command once it is in the leader's own log if a
// majority is slow.
func (n *Node) applyHastily(data []byte, deadline env.Instant) result {
	committed := make(chan result, 1)
	n.ended.Add(1)
	go func() {
		defer n.ended.Done()
		committed <- n.commit(data, deadline)
	}()
	select {
	case r := <-committed:
		return r
	case <-time.After(ackPatience):
	}
	if index := n.indexOf(data); index > 0 {
		return result{done, index, "accepted"}
	}
	return <-committed
}

// indexOf is where in the log the command is, or 0.
func (n *Node) indexOf(data []byte) uint64 {
	last, err := n.store.Log.LastIndex()
	for index := last; err == nil && index > 0 && index+ackReach > last; index-- {
		var l raft.Log
		if err = n.store.Log.GetLog(index, &l); err == nil && bytes.Equal(l.Data, data) {
			return index
		}
	}
	return 0
}

// applyTogether has calls with one sequence number share an answer, whoever
// made them.
func (n *Node) applyTogether(data []byte, deadline env.Instant) result {
	c, err := command.Parse(data)
	if err != nil {
		return n.commit(data, deadline)
	}
	n.flights.mu.Lock()
	f := n.flights.bySeq[c.Seq]
	first := f == nil
	if first {
		if n.flights.bySeq == nil {
			n.flights.bySeq = map[uint64]*flight{}
		}
		f = &flight{landed: make(chan struct{})}
		n.flights.bySeq[c.Seq] = f
	}
	n.flights.mu.Unlock()
	if !first {
		<-f.landed
		return f.result
	}
	f.result = n.commit(data, deadline)
	n.flights.mu.Lock()
	delete(n.flights.bySeq, c.Seq)
	n.flights.mu.Unlock()
	close(f.landed)
	return f.result
}

// renumber is the call as it is sent: reuse-of-sequence gives the number of a
// call that was given up to the next one.
func (c *client) renumber(call env.Call) env.Call {
	if c.n.settings.Bug == BugReuseOfSequence && c.unused != 0 {
		call.Seq = c.unused
	}
	return call
}

// concluded is how a call ended, as the client sees it.
func (c *client) concluded(sent env.Call, r result) result {
	c.unused = 0
	if r.outcome != doubt {
		return r
	}
	switch c.n.settings.Bug {
	case BugReuseOfSequence:
		c.unused = sent.Seq
	case BugDoubtAsFailure:
		r.outcome = refuse
	}
	return r
}

// plantedTransport is a Node's transport.
func (n *Node) plantedTransport(t raft.Transport) raft.Transport {
	if n.settings.Bug == BugRetryStorm {
		return &storm{t, n}
	}
	return t
}

// storm sends what has failed again and again, without a pause.
type storm struct {
	raft.Transport
	n *Node
}

// Close implements raft.WithClose.
func (s *storm) Close() error { return s.Transport.(raft.WithClose).Close() }

// AppendEntries implements raft.Transport.
func (s *storm) AppendEntries(id raft.ServerID, at raft.ServerAddress, a *raft.AppendEntriesRequest, r *raft.AppendEntriesResponse) error {
	err := s.Transport.AppendEntries(id, at, a, r)
	began, before := s.n.env.Now(), env.Instant(-1)
	// A round that took no time would go on for ever.
	for now := began; err != nil && now != before && now.Sub(began) < stormMax; before, now = now, s.n.env.Now() {
		var tries sync.WaitGroup
		for range stormWidth {
			tries.Go(func() {
				var other raft.AppendEntriesResponse
				_ = s.Transport.AppendEntries(id, at, a, &other)
			})
		}
		tries.Wait()
		select {
		case <-s.n.done:
			return err
		default:
		}
		err = s.Transport.AppendEntries(id, at, a, r)
	}
	return err
}
