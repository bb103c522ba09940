package node

import (
	"io"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// What bugs planted in the state machine do: see bugs.go. Each function is what
// the Node does in its place, and does that if its bug is not planted.

const (
	// cooldown is how soon after a client's last command clock-fsm rejects the
	// next, by the machine's own clock.
	cooldown = 15 * time.Millisecond
	// sessionIdle is how long session-expires-by-clock keeps a session.
	sessionIdle = 250 * time.Millisecond
	// sessionsFew is how many sessions session-evicted keeps.
	sessionsFew = 2
	// entriesFew is how many entries a frame may have for local-log-skips.
	entriesFew = 8
)

// planted is a bug of the state machine and what it keeps.
type planted struct {
	bug  string
	seen map[string]env.Instant // when each client's last command came, by the clock here
}

// step applies a command to the guest's state machine.
func (s *sessions) step(l *raft.Log, client string) string {
	switch s.bug {
	case BugClockFSM:
		if s.sinceLast(client) < cooldown {
			return "rejected: too soon"
		}
	case BugMapOrderFSM:
		return inMapOrder(text(s.inner.Apply(l)))
	}
	return text(s.inner.Apply(l))
}

// sinceLast is how long ago, by the clock of this machine, this was last asked
// of the client.
func (s *sessions) sinceLast(client string) time.Duration {
	now := s.env.Now()
	last, known := s.seen[client]
	if s.seen == nil {
		s.seen = map[string]env.Instant{}
	}
	s.seen[client] = now
	if !known {
		return time.Hour
	}
	return now.Sub(last)
}

// inMapOrder puts the items of a list in the order a map has them in.
func inMapOrder(list string) string {
	items := map[string]bool{}
	for item := range strings.SplitSeq(list, ", ") {
		items[item] = true
	}
	var shuffled []string
	for item := range items { //raftian:unordered it is the bug
		shuffled = append(shuffled, item)
	}
	return strings.Join(shuffled, ", ")
}

// recall is what is remembered of a client.
func (s *sessions) recall(client string, seq uint64) session {
	known := s.last[client]
	switch s.bug {
	case BugNoDedup:
		return session{}
	case BugSessionExpiresByClock:
		if s.sinceLast(client) > sessionIdle {
			return session{}
		}
	case BugAssertsNoDuplicate:
		if known.seq != 0 && seq <= known.seq {
			panic("a command that was applied before")
		}
	}
	return known
}

// remember keeps the answer to a client's last command.
func (s *sessions) remember(client string, last session) {
	s.known += last.hash(client) - s.last[client].hash(client)
	s.last[client] = last
	if s.bug != BugSessionEvicted || len(s.last) <= sessionsFew {
		return
	}
	oldest := ""
	for name, l := range s.last { //raftian:unordered no two have the same index
		if oldest == "" || l.index < s.last[oldest].index {
			oldest = name
		}
	}
	s.known -= s.last[oldest].hash(oldest)
	delete(s.last, oldest)
}

// remembered is what a snapshot keeps of the clients.
func (s *sessions) remembered() map[string]session {
	if s.bug == BugDedupNotInSnapshot {
		return nil
	}
	return s.last
}

// reload replaces the guest's state.
func (s *sessions) reload(from io.Reader) error {
	if s.bug == BugRestoreMerges && s.index > 0 {
		_, err := io.Copy(io.Discard, from)
		return err
	}
	return s.inner.Restore(io.NopCloser(from))
}

// plantedFeed is how many entries a frame may have; 0 is any number.
func plantedFeed(bug string) int {
	if bug == BugLocalLogSkips {
		return entriesFew
	}
	return 0
}

// plantedSnapshots is a Node's snapshot store.
func plantedSnapshots(s raft.SnapshotStore, bug string) raft.SnapshotStore {
	switch bug {
	case BugSnapshotOffByOne:
		return shifted{s, +1}
	case BugApplyTwiceOnRestart:
		return shifted{s, -1}
	}
	return s
}

// shifted says of snapshots that they reach further than they do, or less far.
type shifted struct {
	raft.SnapshotStore
	by int64
}

// Create implements raft.SnapshotStore.
func (s shifted) Create(version raft.SnapshotVersion, index, term uint64, c raft.Configuration,
	configurationIndex uint64, trans raft.Transport) (raft.SnapshotSink, error) {
	return s.SnapshotStore.Create(version, uint64(max(1, int64(index)+s.by)), term, c, configurationIndex, trans)
}
