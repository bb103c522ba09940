package guest

import (
	"cmp"
	"fmt"
	"strings"
)

// About is a setting of the Node that runs on every machine.
type About struct {
	Key   string
	Takes string // in words; for a number it is the range of Least and Most
	Means string
	// Standard is what it is if a plan does not say; "" if that is nothing.
	Standard string
	// Example is a value that it may have.
	Example string
	// Least and Most bound a number; both are 0 of what is none.
	Least, Most uint64
}

// Settings are the settings of the Node, in a fixed order: what a plan's line "set KEY
// VALUE" may say for the game and for other guests that run raftian/node.
func Settings() []About {
	const aTime, switched = "T, above 0s, at most 1h", "on|off"
	number := func(key, means, standard string, least, most uint64) About {
		return About{Key: key, Means: means, Standard: standard, Takes: fmt.Sprintf("N, %d to %d", least, most), Example: cmp.Or(standard, "1"), Least: least, Most: most}
	}
	timed := func(key, means, standard string) About {
		return About{Key: key, Takes: aTime, Means: means, Standard: standard, Example: cmp.Or(standard, "1ms")}
	}
	onOff := func(key, means, standard string) About {
		return About{Key: key, Takes: switched, Means: means, Standard: standard, Example: standard}
	}
	return []About{
		{Key: "peers", Takes: "NAME,… or NAME@HOST:PORT/HOST:PORT,…", Means: "who is to be in the cluster; it must be there", Example: "n1,n2,n3"},
		{Key: "nonvoters", Takes: "NAME,…", Means: "those of the peers that have no vote", Example: "n3"},
		{Key: "spares", Takes: "NAME,…", Means: "those of the peers that begin outside the cluster", Example: "n3"},
		timed("heartbeat", "HeartbeatTimeout of hashicorp/raft", "200ms"),
		timed("election", "ElectionTimeout", "200ms"),
		timed("lease", "LeaderLeaseTimeout", "100ms"),
		timed("commit", "CommitTimeout", "20ms"),
		number("max-append", "MaxAppendEntries", "64", 1, 1024),
		onOff("pre-vote", "whether a candidate asks before it stands", "on"),
		onOff("batch", "BatchApplyCh", "off"),
		timed("snapshot-interval", "SnapshotInterval", "2s"),
		number("snapshot-threshold", "SnapshotThreshold, in entries", "256", 1, 1<<32),
		number("trailing", "TrailingLogs, in entries", "128", 0, 1<<32),
		number("log-cache", "entries of the log that are cached; 0 is no cache", "512", 0, 1<<20),
		onOff("monotonic", "whether the log store says that it is a monotonic one", "off"),
		onOff("restore-on-start", "whether the library restores the newest snapshot at boot", "on"),
		onOff("restore-committed", "RestoreCommittedLogs", "off"),
		onOff("shutdown-on-remove", "ShutdownOnRemove", "on"),
		number("in-flight", "AppendEntries under way to one peer", "2", 1, 1024),
		number("pool", "idle connections kept to one peer", "3", 0, 1024),
		timed("rpc-timeout", "how long a request may take", "1s"),
		onOff("new-time", "whether times are sent in the codec's newer form", "off"),
		{Key: "evict", Takes: "off, or " + aTime, Means: "how long a machine may be silent before it is put out", Standard: "off", Example: "2s"},
		onOff("open", "whether the log alone says who is in the cluster; for one peer", "off"),
		{Key: "join", Takes: "HOST:PORT,…", Means: "whom to ask to be let in, with open", Example: "n1:7001"},
		{Key: "fps", Takes: "off, or N, 0 to 1000", Means: "frames per second of the game loop; 0 is as many as there can be, and for real time only", Standard: "60", Example: "60", Most: 1000},
		{Key: "frame-work", Takes: aTime, Means: "what a frame takes for the game itself", Example: "1ms"},
		number("keep", "commands of the local log kept for players who watch", "0", 0, 1<<20),
		timed("op-timeout", "how long a client tries", "2s"),
		{Key: "log-level", Takes: "off|error|warn|info|debug", Means: "of the diagnostic log", Standard: "info", Example: "warn"},
		number("disk", "how often the disk was replaced; a fault adds it", "0", 0, 1000),
		{Key: "bug", Takes: "NAME", Means: "a bug of the zoo to plant; raftian bugs lists them", Example: "no-dedup"},
	}
}

// String is the setting in one line.
func (a About) String() string {
	line := fmt.Sprintf("set %s %s", a.Key, strings.Join(strings.Fields(a.Takes), " "))
	if a.Standard != "" {
		line += " (" + a.Standard + ")"
	}
	return line
}
