package netsim

import (
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Events are the kinds of event that a fault may wait for: those that come before the
// faults are over. They are the World's own, the vocabulary of a Raft participant, and
// the kinds that the guest reports beside it.
func Events(own []string) []plan.Event {
	events := append(worldEvents(), raftEvents()...)
	for _, kind := range own {
		events = append(events, plan.Event{Kind: kind, Peer: true})
	}
	return events
}

func listed(kind string, texts ...string) plan.Event {
	return plan.Event{Kind: kind, Text: plan.TextListed, Texts: texts}
}

func withPeer(e plan.Event) plan.Event {
	e.Peer = true
	return e
}

func worldEvents() []plan.Event {
	return []plan.Event{
		{Kind: hintWrite, Text: plan.TextFile}, {Kind: hintSync, Text: plan.TextFile},
		{Kind: hintCreate, Text: plan.TextFile}, {Kind: hintRename, Text: plan.TextFile},
		{Kind: hintRemove, Text: plan.TextFile},
		listed(trace.KindBoot, "empty disk"),
		listed(trace.KindCrash, "power", "kill"),
		{Kind: trace.KindExit},
		{Kind: trace.KindDial, Peer: true}, {Kind: trace.KindOpen, Peer: true}, {Kind: trace.KindRefuse, Peer: true},
		{Kind: trace.KindDeliver, Peer: true, Text: plan.TextNone},
		withPeer(listed(trace.KindHold, "cut", "loss", "down", "stall")),
		{Kind: trace.KindClose, Peer: true, Text: plan.TextNone}, {Kind: trace.KindReset, Peer: true},
		{Kind: trace.KindFsync, Text: plan.TextFile}, {Kind: trace.KindRot, Text: plan.TextFile},
		{Kind: trace.KindFault, World: true}, {Kind: trace.KindMend, World: true}, {Kind: trace.KindIdle, World: true},
	}
}

func raftEvents() []plan.Event {
	requests := []string{"AppendEntries", "Heartbeat", "RequestVote", "RequestPreVote", "InstallSnapshot", "TimeoutNow"}
	return []plan.Event{
		listed(env.KindRole, "follower", "candidate", "leader", "shutdown"),
		{Kind: env.KindTerm, Text: plan.TextNone},
		{Kind: env.KindVote, Peer: true, Text: plan.TextNone},
		listed(env.KindAppend, "command", "noop", "barrier", "configuration"),
		listed(env.KindTruncate, "suffix", "prefix"),
		{Kind: env.KindLog, Text: plan.TextNone},
		{Kind: env.KindCommit, Text: plan.TextNone},
		listed(env.KindApply, "duplicate"),
		{Kind: env.KindConfig},
		withPeer(listed(env.KindMember, "in", "out", "left")),
		{Kind: env.KindSnapshot, Text: plan.TextNone},
		listed(env.KindRestore, "start", "install", "user"),
		withPeer(listed(env.KindRPC, requests...)),
		withPeer(listed(env.KindReply, requests...)),
		listed(env.KindLocal, "jump"),
		{Kind: env.KindInvoke},
		listed(env.KindReturn, "ok", "fail", "unknown"),
		{Kind: env.KindFrames, Text: plan.TextNone},
		{Kind: env.KindDiag},
		{Kind: env.KindReady, Text: plan.TextNone},
		{Kind: env.KindCorrupt},
	}
}
