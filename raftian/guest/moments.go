package guest

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// The files of a node's store; "sync", "write", "rename", "create" and "remove"
// are of plan.Trigger.
const (
	logFiles      = "raft/log"
	stableFiles   = "raft/stable"
	snapshotFiles = "raft/snapshots"
)

// moments are when a fault hits hardest: while something becomes durable, just
// after something was promised, while a leader changes, while a machine comes
// back. How many there may be is about what ten seconds of a run have.
// Those that have shown most are drawn most.
func moments() []plan.Moment {
	return []plan.Moment{
		{What: "sync", Text: logFiles, Most: 250, Often: true, Tickets: 4},
		{What: "sync", Text: stableFiles, Most: 12, Tickets: 2},
		{What: "sync", Text: snapshotFiles, Most: 12, Tickets: 2},
		{What: "write", Text: logFiles, Most: 250, Often: true, Tickets: 2},
		{What: "write", Text: stableFiles, Most: 12},
		{What: "write", Text: snapshotFiles, Most: 12},
		{What: "rename", Most: 6},
		{What: "create", Most: 6},
		{What: "remove", Most: 4},
		{What: trace.KindFsync, Text: logFiles, Most: 250, Often: true},
		{What: trace.KindFsync, Text: snapshotFiles, Most: 12},
		{What: trace.KindBoot, Most: 2},
		{What: env.KindReady, Most: 2},
		{What: env.KindTerm, Most: 6, Tickets: 2},
		{What: env.KindVote, Peer: true, Most: 6, Tickets: 2},
		{What: env.KindRole, Text: "leader", Most: 2},
		{What: env.KindRole, Text: "candidate", Most: 4},
		{What: env.KindAppend, Most: 250, Often: true},
		{What: env.KindAppend, Text: "configuration", Most: 1, Rare: true, Tickets: 3},
		{What: env.KindConfig, Most: 2},
		{What: env.KindTruncate, Text: "suffix", Most: 1},
		{What: env.KindCommit, Most: 200, Often: true},
		{What: env.KindApply, Most: 250, Often: true},
		{What: env.KindReturn, Text: "ok", Most: 200, Often: true},
		{What: env.KindSnapshot, Most: 5, Rare: true, Tickets: 2},
		{What: env.KindRestore, Most: 2},
		{What: env.KindRPC, Text: "AppendEntries", Peer: true, Most: 500, Often: true},
		{What: env.KindRPC, Text: "RequestVote", Peer: true, Most: 6},
		{What: env.KindRPC, Text: "InstallSnapshot", Peer: true, Most: 2, Rare: true, Tickets: 3},
		{What: env.KindReply, Text: "RequestVote", Peer: true, Most: 6},
	}
}
