package defects_test

import "fmt"

// pairsOfStuck are bugs beside the findings of clusters and machines that are stuck, and
// beside term-goes-back.
func pairsOfStuck() []pair {
	return []pair{
		{"demoted-leader-does-not-stand", "apply-twice-on-restart", "exactly-once", 3, snapshots(1100, "n2")},
		{"demoted-leader-does-not-stand", "local-log-skips", "local-logs", 1, burst(1100)},
		{"demoted-leader-does-not-stand", "map-order-fsm", "state-machine-safety", 1, looks(1100)},
		{"demoted-leader-does-not-stand", "no-dedup", "exactly-once", 1, cutOff(1100)},
		{"demoted-leader-does-not-stand", "reply-to-wrong-client", "acknowledged", 1, burst(1100)},
		{"demoted-leader-does-not-stand", "session-evicted", "exactly-once", 1, cutOff(1100)},
		{"demoted-leader-does-not-stand", "session-forgotten", "sessions", 1, ownReads(1100, "n2")},
		{"demoted-leader-does-not-stand", "snapshot-off-by-one", "state-machine-safety", 5, snapshots(1550, "n2")},
		{"demoted-leader-does-not-stand", "vote-not-synced", "monotonic", 2, losesPower(1100, "n2")},
		{"pipeline-deadlock", "apply-twice-on-restart", "exactly-once", 3, snapshots(1200, "n3")},
		{"pipeline-deadlock", "clock-fsm", "state-machine-safety", 3, burst(1200)},
		{"pipeline-deadlock", "dedup-not-in-snapshot", "state-machine-safety", 3, snapshots(1200, "n3")},
		{"pipeline-deadlock", "local-log-skips", "local-logs", 3, burst(1200)},
		{"pipeline-deadlock", "log-not-synced", "monotonic", 6, losesPower(1200, "n3")},
		{"pipeline-deadlock", "map-order-fsm", "state-machine-safety", 3, looks(1200)},
		{"pipeline-deadlock", "no-dir-sync", "monotonic", 3, losesPower(1200, "n3")},
		{"pipeline-deadlock", "reply-to-wrong-client", "acknowledged", 3, burst(1200)},
		{"pipeline-deadlock", "session-forgotten", "sessions", 5, ownReads(1200, "n3")},
		{"pipeline-deadlock", "snapshot-off-by-one", "state-machine-safety", 3, snapshots(1200, "n3")},
		{"pipeline-deadlock", "vote-not-synced", "monotonic", 4, losesPower(1200, "n3")},
		{"restore-committed-forgets-members", "clock-fsm", "state-machine-safety", 1, burst(2000)},
		{"restore-committed-forgets-members", "local-log-skips", "local-logs", 1, burst(1100)},
		{"restore-committed-forgets-members", "log-not-synced", "monotonic", 1, losesPower(1100, "n3")},
		{"restore-committed-forgets-members", "map-order-fsm", "state-machine-safety", 1, looks(1100)},
		{"restore-committed-forgets-members", "no-dedup", "exactly-once", 1, cutOff(1100)},
		{"restore-committed-forgets-members", "no-dir-sync", "monotonic", 2, losesPower(1100, "n3")},
		{"restore-committed-forgets-members", "reply-to-wrong-client", "acknowledged", 1, burst(1100)},
		{"restore-committed-forgets-members", "session-evicted", "exactly-once", 1, cutOff(1100)},
		{"restore-committed-forgets-members", "session-forgotten", "sessions", 1, ownReads(1100, "n3")},
		{"restore-committed-forgets-members", "vote-not-synced", "monotonic", 2, losesPower(1100, "n3")},
		{"restore-committed-hangs", "local-log-skips", "local-logs", 1, burst(600)},
		{"restore-committed-hangs", "no-dir-sync", "monotonic", 2, losesPower(2400, "n1")},
		{"restore-committed-hangs", "reply-to-wrong-client", "acknowledged", 2, burst(600)},
		{"restore-refused", "clock-fsm", "state-machine-safety", 1, quickly(4000)},
		{"restore-refused", "dedup-not-in-snapshot", "state-machine-safety", 1, snapshots(1100, "n3")},
		{"restore-refused", "log-not-synced", "monotonic", 1, losesPower(1100, "n3")},
		{"restore-refused", "map-order-fsm", "state-machine-safety", 1, looks(1100)},
		{"restore-refused", "no-dedup", "exactly-once", 2, cutOff(1100)},
		{"restore-refused", "no-dir-sync", "monotonic", 2, losesPower(1100, "n3")},
		{"restore-refused", "reply-to-wrong-client", "acknowledged", 1, burst(1100)},
		{"restore-refused", "session-evicted", "exactly-once", 2, cutOff(1100)},
		{"restore-refused", "session-forgotten", "sessions", 1, ownReads(1100, "n3")},
		{"restore-refused", "snapshot-off-by-one", "state-machine-safety", 1, snapshots(1100, "n3")},
		{"restore-refused", "vote-not-synced", "monotonic", 2, losesPower(1100, "n3")},
		{"term-goes-back", "apply-twice-on-restart", "exactly-once", 1, snapshots(1000, "n3")},
		{"term-goes-back", "clock-fsm", "state-machine-safety", 2, quickly(1000)},
		{"term-goes-back", "dedup-not-in-snapshot", "state-machine-safety", 1, snapshots(1000, "n3")},
		{"term-goes-back", "log-not-synced", "monotonic", 1, losesPower(1000, "n3")},
		{"term-goes-back", "map-order-fsm", "state-machine-safety", 1, looks(1000)},
		{"term-goes-back", "no-dedup", "exactly-once", 1, cutOff(1000)},
		{"term-goes-back", "no-dir-sync", "monotonic", 2, losesPower(1000, "n3")},
		{"term-goes-back", "reply-to-wrong-client", "acknowledged", 1, burst(1000)},
		{"term-goes-back", "session-evicted", "exactly-once", 1, cutOff(1500)},
		{"term-goes-back", "session-forgotten", "sessions", 1, ownReads(1000, "n3")},
		{"term-goes-back", "snapshot-off-by-one", "state-machine-safety", 1, snapshots(1000, "n3")},
		{"term-goes-back", "vote-not-synced", "monotonic", 2, losesPower(1000, "n3")},
		{"transfer-never-ends", "apply-twice-on-restart", "exactly-once", 1, snapshots(1200, "n3")},
		{"transfer-never-ends", "clock-fsm", "state-machine-safety", 1, quickly(6000)},
		{"transfer-never-ends", "local-log-skips", "local-logs", 1, burst(5000)},
		{"transfer-never-ends", "map-order-fsm", "state-machine-safety", 1, looks(1200)},
		{"transfer-never-ends", "no-dedup", "exactly-once", 1, cutOff(1200)},
		{"transfer-never-ends", "reply-to-wrong-client", "acknowledged", 10, quickly(1500)},
		{"transfer-never-ends", "snapshot-off-by-one", "state-machine-safety", 1, snapshots(1200, "n3")},
		{"unknown-candidate-refused", "dedup-not-in-snapshot", "state-machine-safety", 1, snapshots(700, "n3")},
		{"unknown-candidate-refused", "log-not-synced", "monotonic", 1, losesPower(1200, "n3")},
		{"unknown-candidate-refused", "map-order-fsm", "state-machine-safety", 2, looks(1200)},
		{"unknown-candidate-refused", "no-dir-sync", "monotonic", 2, losesPower(1200, "n3")},
		{"unknown-candidate-refused", "reply-to-wrong-client", "acknowledged", 1, burst(1200)},
		{"unknown-candidate-refused", "snapshot-off-by-one", "state-machine-safety", 2, snapshots(700, "n3")},
		{"unknown-candidate-refused", "term-not-synced", "monotonic", 2, losesPower(1200, "n3")},
		{"demoted-leader-does-not-stand", "snapshot-not-synced", "liveness", 5, snapshots(1550, "n2")},
		{"pipeline-deadlock", "snapshot-not-synced", "liveness", 5, snapshots(700, "n3")},
		{"restore-refused", "snapshot-not-synced", "liveness", 3, snapshots(1100, "n3")},
		{"unknown-candidate-refused", "snapshot-not-synced", "liveness", 3, snapshots(700, "n3")},
	}
}

// called is a call of a script, at an instant in milliseconds.
func called(at int, machine, client string, seq int, text string) string {
	return fmt.Sprintf("call %dms %s %s %d %s", at, machine, client, seq, text)
}

// looks are some reads through the log.
func looks(at int) (add []string) {
	for k := range 4 {
		add = append(add, called(at+10*k, "n1", "q1", k+1, "look"))
	}
	return add
}

// burst is many commands at once.
func burst(at int) (add []string) {
	for k := range 14 {
		add = append(add, called(at, "n1", fmt.Sprintf("q%d", k+1), 1, []string{"look", "n1 attack n1"}[k%2]))
	}
	return add
}

// quickly are commands of two clients, one soon after the other.
func quickly(at int) (add []string) {
	for k := range 6 {
		add = append(add, called(at+12*k, "n1", "q1", k+1, "n1 attack n1"), called(at+12*k, "n1", "q2", k+1, "look"))
	}
	return add
}

// ownReads are commands and reads of what they did.
func ownReads(at int, machine string) (add []string) {
	for k := range 4 {
		add = append(add, called(at+20*k, machine, "q1", 3*k+1, "n1 attack n1"),
			called(at+20*k, machine, "q1", 3*k+2, "local look"), called(at+20*k, machine, "q1", 3*k+3, "verified look"))
	}
	return add
}

// losesPower has a machine lose power in the midst of commands.
func losesPower(at int, machine string) (add []string) {
	for k := range 5 {
		add = append(add, called(at+6*k, "n1", "q1", k+1, "look"))
	}
	return append(add, fmt.Sprintf("fault %dms power %s for 100ms", at+32, machine))
}

// snapshots has machines take them, and one start from it.
func snapshots(at int, machine string) (add []string) {
	add = []string{"set snapshot-threshold 4", "set snapshot-interval 50ms"}
	for k := range 6 {
		add = append(add, called(at+6*k, "n1", "q1", k+1, "n1 attack n1"))
	}
	return append(add, called(at+400, machine, "q2", 1, "look"), fmt.Sprintf("fault %dms power %s for 50ms", at+200, machine))
}

// cutOff cuts the leader off as commands come in.
func cutOff(at int) (add []string) {
	for k := range 6 {
		add = append(add, called(at+k, "n1", fmt.Sprintf("q%d", k+1), 1, "n1 attack n1"))
	}
	for k := range 6 {
		add = append(add, called(at+100, "n1", fmt.Sprintf("q%d", k+1), 2, "look"))
	}
	return append(add, fmt.Sprintf("fault %dms partition leader | others for 200ms", at+2))
}
