package node

import (
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// What bugs planted in reads and in the log do, beside what read.go leaves out for
// them: see bugs.go.

// leaseLong is how long the leader of lease-read takes itself for one.
const leaseLong = time.Second

// lease is when this node last was the leader, as far as it looked.
type lease struct {
	held bool
	at   env.Instant
}

// readsHere says that a verified read is answered by the node it is asked of.
func (n *Node) readsHere() bool {
	switch n.settings.Bug {
	case BugLocalRead:
		return true
	case BugLeaseRead:
		n.flights.mu.Lock()
		defer n.flights.mu.Unlock()
		now := n.env.Now()
		if n.raft.State() == raft.Leader {
			n.flights.lease = lease{true, now}
		}
		return n.flights.lease.held && now.Sub(n.flights.lease.at) < leaseLong
	}
	return false
}

// readHere answers a read from the state there is.
func (n *Node) readHere(text string) result {
	q, ok := n.fsm.inner.(Querier)
	if !ok {
		return result{refuse, 0, "no verified reads of this state machine"}
	}
	n.fsm.own.Lock()
	defer n.fsm.own.Unlock()
	return result{done, max(1, n.fsm.index), q.Query(text)}
}

// awaited is the entry that a local read waits for, of a client that has seen one.
func (n *Node) awaited(seen uint64) uint64 {
	if n.settings.Bug == BugSessionForgotten {
		return 0
	}
	return seen
}

// plantedLogs is the log as the library gets it.
func plantedLogs(logs raft.LogStore, bug string) raft.LogStore {
	if bug == BugConflictKept {
		return conflictKept{logs}
	}
	return logs
}

// conflictKept keeps the first of entries that conflict with the leader's, and
// takes it for the one that should replace it.
type conflictKept struct{ raft.LogStore }

// DeleteRange implements raft.LogStore.
func (k conflictKept) DeleteRange(low, high uint64) error {
	first, err := k.FirstIndex()
	if err != nil {
		return err
	}
	if low > first {
		low++
	}
	if low > high {
		return nil
	}
	return k.LogStore.DeleteRange(low, high)
}

// StoreLog implements raft.LogStore.
func (k conflictKept) StoreLog(l *raft.Log) error { return k.StoreLogs([]*raft.Log{l}) }

// StoreLogs implements raft.LogStore.
func (k conflictKept) StoreLogs(logs []*raft.Log) error {
	last, err := k.LastIndex()
	if err != nil {
		return err
	}
	for len(logs) > 0 && logs[0].Index <= last {
		logs = logs[1:]
	}
	if len(logs) == 0 {
		return nil
	}
	return k.LogStore.StoreLogs(logs)
}
