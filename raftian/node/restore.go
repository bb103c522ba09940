package node

import (
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/observe"
)

// freeze keeps commands from a Node while its state is restored.
type freeze struct {
	on    atomic.Bool
	under atomic.Int64 // commands under way
}

// frozenText is what a command is refused with.
const frozenText = "commands are held while the state is restored"

// enter lets a command in, unless they are frozen. Who was let in leaves.
func (f *freeze) enter() bool {
	f.under.Add(1)
	if f.on.Load() {
		f.under.Add(-1)
		return false
	}
	return true
}

func (f *freeze) leave() { f.under.Add(-1) }

// restoreState takes a snapshot and has the library restore it as a user's, with
// commands frozen, so that nothing that was acknowledged is lost.
func (n *Node) restoreState(deadline env.Instant) result {
	if !n.freeze.on.CompareAndSwap(false, true) {
		return result{refuse, 0, "a restore is under way"}
	}
	defer n.freeze.on.Store(false)
	term := observe.CurrentTerm(n.raft)
	if n.raft.State() != raft.Leader {
		return result{refuse, 0, raft.ErrNotLeader.Error()}
	}
	if err := n.settle(deadline); err != nil {
		return result{refuse, 0, err.Error()}
	}
	// A snapshot that may have been taken has changed nothing that anybody sees.
	var meta *raft.SnapshotMeta
	var state io.ReadCloser
	taken, err := n.takeSnapshot(deadline)
	if err == nil {
		meta, state, err = taken.Open()
	}
	if err != nil {
		return result{refuse, 0, err.Error()}
	}
	defer state.Close()
	guarded := &inTerm{Reader: state, n: n, term: term}
	err = n.wait(func() error {
		n.restoring.Lock()
		defer n.restoring.Unlock()
		return n.raft.Restore(meta, guarded, deadline.Sub(n.env.Now()))
	}, deadline)
	if err == nil {
		return result{done, 0, "restored"}
	}
	if guarded.state.CompareAndSwap(unread, givenUp) {
		return result{refuse, 0, err.Error()}
	}
	// Commands that come from here on are behind it.
	return result{doubt, 0, err.Error()}
}

// settle waits until no command is under way and everything in the log is
// applied.
func (n *Node) settle(deadline env.Instant) error {
	for n.freeze.under.Load() > 0 {
		if n.env.Now() >= deadline {
			return errors.New("commands are still under way")
		}
		select {
		case <-n.done:
			return errStopped
		case <-time.After(readPause):
		}
	}
	return n.wait(func() error { return n.raft.Barrier(deadline.Sub(n.env.Now())).Error() }, deadline)
}

// takeSnapshot takes a snapshot. An error that is a refusal says that none was taken.
func (n *Node) takeSnapshot(deadline env.Instant) (raft.SnapshotFuture, error) {
	if n.env.Now() >= deadline {
		return nil, errNoTime
	}
	taken := make(chan raft.SnapshotFuture, 1)
	err := n.wait(func() error {
		f := n.raft.Snapshot()
		taken <- f
		return f.Error()
	}, deadline)
	if err != nil {
		return nil, settled(toSnapshot, err)
	}
	return <-taken, nil
}

// inTerm is the state to restore. The library reads it in its own main
// goroutine, as leader: if the term is another than when the snapshot was taken,
// or commands are let in again, there may be some that it does not hold, and it
// cannot be read.
type inTerm struct {
	io.Reader
	n     *Node
	term  uint64
	state atomic.Int32
}

const (
	unread int32 = iota
	begun
	givenUp
)

func (r *inTerm) Read(b []byte) (int, error) {
	if r.state.CompareAndSwap(unread, begun) {
		r.n.fsm.user.Store(true)
	}
	if r.state.Load() == givenUp || observe.CurrentTerm(r.n.raft) != r.term {
		r.n.fsm.user.Store(false)
		return 0, raft.ErrLeadershipLost
	}
	return r.Reader.Read(b)
}
