// Package replaytest provides a hand-made run of three seconds that contains most of
// what a replay shows, for tests of its display.
package replaytest

import (
	"time"

	"raftian/game/replay"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Instants of the story.
const (
	TwoLeaders = env.Instant(1500 * time.Millisecond) // n1 of term 2, cut off, and n2 of term 3
	Violation  = env.Instant(2410 * time.Millisecond) // n3 has lost an entry that was committed
)

// storyBuilder builds the story.
type storyBuilder struct {
	b    *replay.Builder
	n    uint64
	at   env.Instant
	lost uint64 // the event at which n3 lost its entry
	had  uint64 // the event at which the entry was committed
	boot map[string]uint64
}

// Story returns the run: n1 leads, three calls, a partition with a leader on each side,
// a call without a known result, and a power loss that takes a committed entry.
func Story() *replay.Run {
	t := newStoryBuilder()
	t.beginning()
	t.partition()
	t.loss()
	return t.b.Build([]verdict.Verdict{
		{Judge: "election-safety", Outcome: verdict.Pass},
		{Judge: "monotonic", Outcome: verdict.Fail, Reason: "n3 lost entry 5 of term 3, which was committed and durable",
			Evidence: []verdict.Evidence{{Event: t.had, Text: "n3 had commit index 5"}, {Event: t.lost, Text: "n3 booted with 4 entries in its log"}}},
		{Judge: "linearizability", Outcome: verdict.Inconclusive, Reason: "given up after too many steps",
			Evidence: []verdict.Evidence{{Event: t.had, Text: "the call that could not be placed"}}},
	}, "", nil)
}

// Shorter returns the story without its last two parts, in which nothing fails.
func Shorter() *replay.Run {
	t := newStoryBuilder()
	t.beginning()
	return t.b.Build([]verdict.Verdict{{Judge: "monotonic", Outcome: verdict.Pass}}, "", nil)
}

func newStoryBuilder() *storyBuilder {
	p := plan.Plan{Seed: 7, Guest: "game", Machines: []string{"n1", "n2", "n3"}, Length: 3 * time.Second, Heal: 2.5e9,
		Settings: []plan.Setting{{Key: "heartbeat", Value: "200ms"}, {Key: "election", Value: "200ms"}},
		Faults: []plan.Fault{
			{At: 1e9, Kind: plan.Partition, Groups: [][]string{{"n1"}, {"n2", "n3"}}, For: time.Second},
			{At: 2.2e9, Kind: plan.Power, Groups: [][]string{{"n3"}}, For: 200 * time.Millisecond},
		}}
	for _, c := range []env.Call{{At: 3e8, Client: "p1", Seq: 1, Text: "n1 attack n2"}, {At: 3.1e8, Client: "p2", Seq: 1, Text: "n2 attack n3"},
		{At: 5e8, Client: "p3", Seq: 1, Text: "look n1"}, {At: 1.1e9, Client: "p1", Seq: 2, Text: "del n3"},
		{At: 1.46e9, Client: "p2", Seq: 2, Text: "n2 attack n1"}, {At: 2.6e9, Client: "p3", Seq: 2, Text: "n3 attack n1"}} {
		p.Script = append(p.Script, plan.Step{Machine: "n" + c.Client[1:], Call: c})
	}
	return &storyBuilder{b: replay.NewBuilder(trace.Header{Seed: 7, Guest: "game", Raft: "v1.8.0"}, p), boot: map[string]uint64{}}
}

// event adds an event at a time in milliseconds.
func (t *storyBuilder) event(ms float64, machine, kind string, n env.Note) uint64 {
	t.n++
	n.Kind = kind
	t.at = max(t.at, env.Instant(ms*float64(time.Millisecond)))
	if kind == trace.KindBoot {
		t.boot[machine]++
	}
	t.b.Event(&trace.Event{N: t.n, At: t.at, Machine: machine, Boot: t.boot[machine], Note: n})
	return t.n
}

// print prints a line on a machine, just after the last event.
func (t *storyBuilder) print(machine, line string) {
	t.b.Printed(trace.Line{At: t.at, After: t.n, Machine: machine, Boot: t.boot[machine], Stream: "stderr", Text: line})
}

// send delivers a message that was sent 10 ms before.
func (t *storyBuilder) send(ms float64, from, to, what string, n env.Note, conn uint64) {
	n.Text, n.Peer = what, to
	t.event(ms-10, from, env.KindRPC, n)
	t.event(ms, to, trace.KindDeliver, env.Note{Peer: from, Conn: conn, Count: 120, Took: 10 * time.Millisecond})
}

// elect lets a machine win an election.
func (t *storyBuilder) elect(ms float64, who string, term uint64, voters ...string) {
	t.event(ms, who, env.KindRole, env.Note{Term: term, Text: "candidate"})
	t.event(ms, who, env.KindTerm, env.Note{Term: term})
	for i, v := range voters {
		t.event(ms+10+float64(i), v, env.KindTerm, env.Note{Term: term})
		t.event(ms+10+float64(i), v, env.KindVote, env.Note{Term: term, Peer: who})
	}
	t.event(ms+40, who, env.KindRole, env.Note{Term: term, Text: "leader"})
}

// entry appends an entry on machines.
func (t *storyBuilder) entry(ms float64, index, term, hash uint64, text string, machines ...string) {
	for _, m := range machines {
		t.event(ms, m, env.KindAppend, env.Note{Index: index, Term: term, Hash: hash, Text: text})
	}
}

// apply commits and applies an entry on machines.
func (t *storyBuilder) apply(ms float64, client string, seq, index, term, hash, state uint64, machines ...string) (committed uint64) {
	for _, m := range machines {
		committed = t.event(ms, m, env.KindCommit, env.Note{Index: index, Term: term})
		t.event(ms, m, env.KindApply, env.Note{Client: client, Seq: seq, Index: index, Term: term, Hash: hash, State: state})
		t.event(ms, m, env.KindLocal, env.Note{Index: index, Hash: hash * 3, Count: index})
	}
	return committed
}

func (t *storyBuilder) call(ms float64, machine, client string, seq uint64, text string) {
	t.event(ms, machine, env.KindInvoke, env.Note{Client: client, Seq: seq, Text: text})
}

func (t *storyBuilder) answer(ms float64, machine, client string, seq uint64, text string) {
	t.event(ms, machine, env.KindReturn, env.Note{Client: client, Seq: seq, Text: text})
}

func (t *storyBuilder) beginning() {
	all := []string{"n1", "n2", "n3"}
	for _, m := range all {
		t.event(0, m, trace.KindBoot, env.Note{})
		t.event(1, m, env.KindLog, env.Note{})
		t.event(2, m, env.KindRole, env.Note{Term: 1, Text: "follower"})
	}
	t.elect(200, "n1", 2, "n1", "n2", "n3")
	t.event(241, "n1", env.KindRPC, env.Note{Peer: "n2", Term: 2, Text: "AppendEntries"})
	t.event(241, "n1", trace.KindDial, env.Note{Peer: "n2", Conn: 1, Text: "7000"})
	t.event(242, "n1", trace.KindDial, env.Note{Peer: "n3", Conn: 2, Text: "7000"})
	t.entry(250, 1, 2, 11, "configuration", all...)
	t.entry(260, 2, 2, 12, "noop", all...)
	t.call(300, "n1", "p1", 1, "n1 attack n2")
	t.call(310, "n2", "p2", 1, "n2 attack n3")
	t.entry(330, 3, 2, 13, "command", all...)
	t.send(350, "n1", "n2", "AppendEntries", env.Note{Term: 2}, 1)
	t.apply(380, "p1", 1, 3, 2, 13, 0x1111<<48, all...)
	t.answer(400, "n1", "p1", 1, "ok hit n2 90")
	t.entry(420, 4, 2, 14, "command", all...)
	t.apply(440, "p2", 1, 4, 2, 14, 0x2222<<48, all...)
	t.answer(460, "n2", "p2", 1, "ok hit n3 90")
	t.call(500, "n3", "p3", 1, "look n1")
	t.answer(520, "n3", "p3", 1, "fail no leader")
}

func (t *storyBuilder) partition() {
	t.event(1000, "", trace.KindFault, env.Note{Conn: 1, Text: "partition n1 | n2,n3 for 1s"})
	t.call(1100, "n1", "p1", 2, "del n3")
	t.entry(1120, 5, 2, 25, "command", "n1")
	t.event(1130, "n1", trace.KindHold, env.Note{Peer: "n2", Conn: 1, Count: 200, Took: 400 * time.Millisecond, Text: "cut"})
	t.elect(1400, "n2", 3, "n2", "n3")
	t.event(1450, "n1", trace.KindHold, env.Note{Peer: "n3", Conn: 2, Count: 200, Took: 400 * time.Millisecond, Text: "cut"})
	t.call(1460, "n2", "p2", 2, "n2 attack n1")
	t.entry(1480, 5, 3, 35, "command", "n2", "n3")
	t.event(1600, "n1", env.KindReturn, env.Note{Client: "p1", Seq: 2, Text: "unknown no answer"})
	t.had = t.apply(1620, "p2", 2, 5, 3, 35, 0x3333<<48, "n2", "n3")
	t.answer(1640, "n2", "p2", 2, "ok hit n1 90")
	t.event(2000, "", trace.KindMend, env.Note{Conn: 1, Text: "partition"})
	t.event(2050, "n1", env.KindTerm, env.Note{Term: 3})
	t.event(2050, "n1", env.KindRole, env.Note{Term: 3, Text: "follower"})
	t.event(2060, "n1", env.KindTruncate, env.Note{Index: 5, Count: 1, Text: "suffix"})
	t.entry(2070, 5, 3, 35, "command", "n1")
	t.apply(2080, "p2", 2, 5, 3, 35, 0x3333<<48, "n1")
}

func (t *storyBuilder) loss() {
	t.print("n3", "2000-01-01T00:00:02.080Z [INFO]  raft: all is well, and this line is so long that the panel has no room for all of it at once")
	t.event(2200, "", trace.KindFault, env.Note{Conn: 2, Text: "power n3 for 200ms"})
	t.event(2200, "n3", trace.KindCrash, env.Note{Text: "power"})
	t.event(2400, "", trace.KindMend, env.Note{Conn: 2, Text: "power"})
	t.event(2400, "n3", trace.KindBoot, env.Note{})
	t.print("n3", "2000/01/01 00:00:02 starting up")
	t.lost = t.event(2410, "n3", env.KindLog, env.Note{Index: 1, Count: 4, Term: 2})
	t.event(2420, "n3", env.KindRole, env.Note{Term: 3, Text: "follower"})
	t.print("n3", "ready")
	t.event(2500, "", trace.KindHeal, env.Note{})
	t.call(2600, "n3", "p3", 2, "n3 attack n1")
	t.event(3000, "", trace.KindEnd, env.Note{})
}
