package bugs

// inState are the bugs of the state machine, its sessions and its snapshots.
func inState() []Bug {
	return []Bug{
		{"map-order-fsm", "the output of a command lists things in the order of a map, which differs from machine to machine",
			"state-machine-safety", "Go programs on replicated ledgers that ranged over a map, so that replicas disagreed"},
		{"clock-fsm", "a command is rejected if, by the clock of the machine that applies it, the client's last one is too fresh",
			"state-machine-safety", "statement-based replication of functions of time, such as MySQL's SYSDATE()"},
		{"no-dedup", "a command that was sent again is applied again",
			"exactly-once", "clients that retry without a session; section 8 of the Raft paper is about them"},
		{"dedup-not-in-snapshot", "a snapshot leaves out which commands were applied: who restores it would apply a copy",
			"state-machine-safety", "tables of requests kept beside the state machine, a known trap for who writes a key-value store on Raft as an exercise"},
		{"session-evicted", "sessions are kept for the few clients that were heard of last; a copy from another is applied again",
			"exactly-once", "bounded caches of requests, such as those of NFS servers under load"},
		{"session-expires-by-clock", "each machine forgets sessions by its own clock, so that they disagree on what is a copy",
			"state-machine-safety", "section 6.3 of Ongaro's thesis warns of it: servers must agree on when a session expires"},
		{"asserts-no-duplicate", "the state machine panics at a copy of a command it has applied",
			"no-panic", "assertions that a retry makes false, after which every replica dies of the same entry"},
		{"restore-merges", "a snapshot from the leader replaces the sessions but not the state that is there",
			"state-machine-safety", "Restore methods that do not discard the old state first, as hashicorp/raft demands"},
		{"snapshot-off-by-one", "a snapshot says it reaches one entry further than it does; who restores it never applies that entry",
			"state-machine-safety", "etcd 3.5.0 to 3.5.2, where a crash could leave an applied index that was ahead of the data"},
		{"apply-twice-on-restart", "a snapshot says it reaches one entry less far than it does; who restores it applies that entry again",
			"exactly-once", "applied indexes that are saved apart from the state, and behind it"},
		{"local-log-skips", "a player's log drops what comes when the game loop has many entries to take at once",
			"local-logs", "watchers with a bounded buffer that drop events when the reader is slow"},
	}
}

// inCalls are the bugs of calls and their answers.
func inCalls() []Bug {
	return []Bug{
		{"ack-before-commit", "a leader that waits long for a majority answers once the entry is in its own log",
			"acknowledged", "semi-synchronous replication that falls back to asynchronous after a timeout, as MySQL's does"},
		{"doubt-as-failure", "a client takes a command without an answer for one without effect",
			"linearizability", "clients that report a timeout as a failure; Jepsen keeps the two apart for that reason"},
		{"reply-to-wrong-client", "calls that are under way with the same sequence number share one answer, whoever made them",
			"acknowledged", "redis-py in March 2023: an answer left on a connection went to the next user of it"},
		{"reuse-of-sequence", "a client that gave a command up gives its number to the next one, which gets the old one's answer",
			"linearizability", "idempotency keys that are rolled back with the request that failed"},
		{"stale-leader-read", "a leader answers a verified read without making sure that it still leads",
			"linearizability", "etcd before quorum reads: stale answers from a leader that had been replaced"},
		{"local-read-as-linearizable", "any node answers a verified read from the state it has",
			"linearizability", "reads from a follower by default, as ZooKeeper documents and its users forget"},
		{"lease-read", "a node answers verified reads for a second after it led, on a lease longer than elections take",
			"linearizability", "leases that clock drift, pauses or a bold setting outlast; section 6.4.1 of Ongaro's thesis"},
		{"read-before-own-commit", "a new leader answers verified reads before an entry of its own term is committed",
			"linearizability", "read indexes without the first step of section 6.4 of Ongaro's thesis"},
		{"session-forgotten", "a local read does not wait until its node has what the client wrote and saw before",
			"sessions", "reads from secondaries outside a session: MongoDB, whose causally consistent sessions came with 3.6"},
	}
}

// inCluster are the bugs of what goes on between nodes.
func inCluster() []Bug {
	return []Bug{
		{"retry-storm", "a request that has failed is sent again at once, several times over, for as long as it fails",
			"rpc-rate", "retries without backoff that keep down what has failed: metastable failures (Bronson et al., HotOS 2021)"},
		{"conflict-kept", "the deletion of conflicting entries keeps the first of them and skips its replacement",
			"log-matching", "followers that skip entries they have by index, without comparing terms (figure 2 of the Raft paper)"},
		{"readmit-early", "a machine with an empty new disk goes on under its old name and votes, its promises forgotten",
			"leader-completeness", "members whose data directory was wiped, restarted as if nothing had happened"},
		{"evict-unreachable", "a node that hears of no leader for long takes those it cannot reach for gone, and goes on without them",
			"quorum", "clusters forced to go on from what is left, on both sides of a partition: etcd's --force-new-cluster, Consul's peers.json"},
		{"add-before-change", "the command that lets a machine back in is committed before the configuration has it",
			"membership", "registries that list a node as soon as it asks, beside a cluster that has not agreed yet"},
	}
}

// inStore are the bugs of the durable store.
func inStore() []Bug {
	return []Bug{
		{"log-not-synced", "entries are acknowledged before they are durable; a power loss takes the last of them",
			"monotonic", "write-behind logs, such as Redis's append-only file when it is synced every second"},
		{"vote-not-synced", "a vote is given before it is durable; after a power loss the machine may vote again in that term",
			"monotonic", "hard state that waits for a later fsync; etcd's raft has a function, MustSync, for that rule alone"},
		{"term-not-synced", "the current term is acted on before it is durable; a power loss takes the machine back",
			"monotonic", "ZooKeeper servers whose stored epochs disagreed after a crash"},
		{"no-dir-sync", "files are synced and their directories are not; a power loss takes new files",
			"monotonic", "several stores in Pillai et al., OSDI 2014"},
		{"snapshot-not-synced", "a snapshot gets its name before its bytes are durable; a power loss leaves a damaged one",
			"liveness", "rename without fsync, which left empty files on ext4 with delayed allocation"},
		{"torn-tail-accepted", "a batch of which only a part reached the disk is believed as far as it can be read",
			"state-machine-safety", "writes that are taken for atomic; InnoDB writes pages twice because they are not"},
		{"damage-cut-off", "damage at the end of a log is taken for a torn write, and entries that were acknowledged are cut off",
			"monotonic", "logs truncated at the first bad checksum, with all that is lost in Alagappan et al., FAST 2018"},
		{"fsync-error-ignored", "a failed fsync is taken for one that did not fail, and what it was for is acknowledged",
			"monotonic", "programs that went on after a failed fsync: Rebello et al., USENIX ATC 2020"},
	}
}
