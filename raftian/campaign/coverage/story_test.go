package coverage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// story is a trace put together by hand: events are a millisecond apart.
type story struct {
	plan   plan.Plan
	events []trace.Event
	boots  map[string]uint64
	at     env.Instant
}

// tell begins a story of five machines that are up and idle.
func tell(events ...func(*story)) *story {
	s := &story{boots: map[string]uint64{}}
	s.plan.Machines = []string{"n1", "n2", "n3", "n4", "n5"}
	for _, name := range s.plan.Machines {
		boot(name)(s)
		note(name, env.Note{Kind: env.KindReady})(s)
	}
	for _, add := range events {
		add(s)
	}
	return s
}

func (s *story) counts() Counts {
	c := NewCounter(s.plan)
	for k := range s.events {
		c.Event(&s.events[k])
	}
	return c.Counts()
}

// note has a machine report something.
func note(machine string, n env.Note) func(*story) {
	return func(s *story) {
		s.at = s.at.Add(time.Millisecond)
		s.events = append(s.events, trace.Event{N: uint64(len(s.events) + 1), At: s.at, Machine: machine,
			Boot: s.boots[machine], Note: n})
	}
}

func wait(d time.Duration) func(*story) {
	return func(s *story) { s.at = s.at.Add(d) }
}

func all(events ...func(*story)) func(*story) {
	return func(s *story) {
		for _, add := range events {
			add(s)
		}
	}
}

// said has a machine report something that has a text alone.
func said(machine, kind, text string) func(*story) {
	return note(machine, env.Note{Kind: kind, Text: text})
}

func boot(machine string, text ...string) func(*story) {
	return func(s *story) {
		s.boots[machine]++
		said(machine, trace.KindBoot, strings.Join(text, ""))(s)
	}
}

func kill(machine string) func(*story) { return said(machine, trace.KindCrash, "kill") }

// again crashes a machine and boots it.
func again(machine string) func(*story) { return all(kill(machine), boot(machine)) }

func role(machine, role string, term uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindRole, Text: role, Term: term})
}

func leads(machine string, term uint64) func(*story) { return role(machine, "leader", term) }

func stands(machine string, term uint64) func(*story) { return votes(machine, machine, term) }

func votes(machine, peer string, term uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindVote, Peer: peer, Term: term})
}

func asks(machine, peer, what string, term uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindRPC, Peer: peer, Text: what, Term: term})
}

func hears(machine, peer, what string, yes uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindReply, Peer: peer, Text: what, Count: yes})
}

// appends has a machine append entries from to, and to included.
func appends(machine string, from, to uint64) func(*story) {
	return func(s *story) {
		for k := from; k <= to; k++ {
			note(machine, env.Note{Kind: env.KindAppend, Index: k, Term: 1, Text: "command"})(s)
		}
	}
}

func drops(machine, how string, from, to uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindTruncate, Text: how, Index: from, Count: to - from + 1})
}

func commits(machine string, index uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindCommit, Index: index})
}

func reconfigures(machine string, index uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindAppend, Index: index, Text: "configuration"})
}

func configured(machine string, index uint64, text string) func(*story) {
	return note(machine, env.Note{Kind: env.KindConfig, Index: index, Text: text})
}

func enrolled(machine string, index uint64, name, how string) func(*story) {
	return note(machine, env.Note{Kind: env.KindMember, Index: index, Peer: name, Text: how})
}

func restores(machine, how string, index uint64) func(*story) {
	return note(machine, env.Note{Kind: env.KindRestore, Text: how, Index: index})
}

func invokes(machine, client string, seq uint64, text string) func(*story) {
	return note(machine, env.Note{Kind: env.KindInvoke, Client: client, Seq: seq, Text: text})
}

func returns(machine, client string, seq uint64, text string) func(*story) {
	return note(machine, env.Note{Kind: env.KindReturn, Client: client, Seq: seq, Text: text})
}

func applies(machine, client string, seq uint64, text string) func(*story) {
	return note(machine, env.Note{Kind: env.KindApply, Client: client, Seq: seq, Text: text})
}

func fault(n uint64, text string) func(*story) {
	return note("", env.Note{Kind: trace.KindFault, Conn: n, Text: text})
}

func mend(n uint64, text string) func(*story) {
	return note("", env.Note{Kind: trace.KindMend, Conn: n, Text: text})
}

func idle(n uint64, text string) func(*story) {
	return note("", env.Note{Kind: trace.KindIdle, Conn: n, Text: text})
}

// triggered has the plan's first fault wait for an event.
func triggered(s *story) {
	s.plan.Faults = []plan.Fault{{When: plan.Trigger{Who: "n1", What: "fsync", Nth: 1}}}
}

// four takes the fifth machine out of the plan.
func four(s *story) { s.plan.Machines = s.plan.Machines[:4] }

// words lists numbers by name, sorted.
func words[K ~string](counts map[K]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(parts, ", ")
}

// wantStates compares what a story reaches with "state n, state n".
func wantStates(t *testing.T, name string, s *story, want string) {
	t.Helper()
	if got := words(s.counts().States); got != want {
		t.Errorf("%s: reached %q; want %q", name, got, want)
	}
}
