package node

import (
	"fmt"
	"slices"

	"raftian/raftian/store"
)

// The bugs that can be planted in a Node (Settings.Bug), beside those of its
// store: mistakes that real systems have made, for a bench to show that it finds
// them. What each does is in planted*.go; without one, nothing there does
// anything.
const (
	// Of the state machine.
	BugMapOrderFSM           = "map-order-fsm"
	BugClockFSM              = "clock-fsm"
	BugNoDedup               = "no-dedup"
	BugDedupNotInSnapshot    = "dedup-not-in-snapshot"
	BugSessionEvicted        = "session-evicted"
	BugSessionExpiresByClock = "session-expires-by-clock"
	BugAssertsNoDuplicate    = "asserts-no-duplicate"
	BugRestoreMerges         = "restore-merges"
	BugSnapshotOffByOne      = "snapshot-off-by-one"
	BugApplyTwiceOnRestart   = "apply-twice-on-restart"
	BugLocalLogSkips         = "local-log-skips"
	// Of calls and their answers.
	BugAckBeforeCommit    = "ack-before-commit"
	BugDoubtAsFailure     = "doubt-as-failure"
	BugReplyToWrongClient = "reply-to-wrong-client"
	BugReuseOfSequence    = "reuse-of-sequence"
	// Of verified reads.
	BugStaleLeaderRead     = "stale-leader-read"
	BugLocalRead           = "local-read-as-linearizable"
	BugLeaseRead           = "lease-read"
	BugReadBeforeOwnCommit = "read-before-own-commit"
	// Of local reads.
	BugSessionForgotten = "session-forgotten"
	// Of membership.
	BugReadmitEarly     = "readmit-early"
	BugEvictUnreachable = "evict-unreachable"
	BugAddBeforeChange  = "add-before-change"
	// Of what the library stands on.
	BugRetryStorm   = "retry-storm"
	BugConflictKept = "conflict-kept"
)

// Bugs names the bugs that can be planted, sorted.
func Bugs() []string {
	names := append(store.Bugs(),
		BugMapOrderFSM, BugClockFSM, BugNoDedup, BugDedupNotInSnapshot, BugSessionEvicted,
		BugSessionExpiresByClock, BugAssertsNoDuplicate, BugRestoreMerges, BugSnapshotOffByOne,
		BugApplyTwiceOnRestart, BugLocalLogSkips,
		BugAckBeforeCommit, BugDoubtAsFailure, BugReplyToWrongClient, BugReuseOfSequence,
		BugStaleLeaderRead, BugLocalRead, BugLeaseRead, BugReadBeforeOwnCommit, BugSessionForgotten,
		BugReadmitEarly, BugEvictUnreachable, BugAddBeforeChange,
		BugRetryStorm, BugConflictKept)
	slices.Sort(names)
	return names
}

func (s *Settings) setBug(value string) error {
	if !slices.Contains(Bugs(), value) {
		return fmt.Errorf("%q is none of the bugs that can be planted", value)
	}
	s.Bug = value
	return nil
}

// storeBug is the bug to plant in the store.
func (s *Settings) storeBug() string {
	if slices.Contains(store.Bugs(), s.Bug) {
		return s.Bug
	}
	return ""
}
