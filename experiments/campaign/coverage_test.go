package campaign

import (
	"fmt"
	"strings"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// covered counts events.
func covered(events ...trace.Event) Coverage {
	c := newCoverage()
	for k := range events {
		c.event(&events[k])
	}
	return c.sum
}

func at(machine string, n env.Note) trace.Event {
	return trace.Event{Machine: machine, Boot: 1, Note: n}
}

func role(machine, role string) trace.Event {
	return at(machine, env.Note{Kind: env.KindRole, Text: role})
}

func world(machine, kind, text string) trace.Event {
	return at(machine, env.Note{Kind: kind, Text: text})
}

func TestInterestingStatesAreCounted(t *testing.T) {
	later := func(e trace.Event) trace.Event { e.Boot = 2; return e }
	cases := map[string]struct {
		events []trace.Event
		want   string // state names with their counts
	}{
		"nothing":                 {nil, ""},
		"an election":             {[]trace.Event{role("n1", "candidate"), role("n1", "leader")}, "elections 1"},
		"a candidacy that failed": {[]trace.Event{role("n1", "candidate"), role("n1", "follower")}, "failed_candidacies 1"},
		"a leader that stepped down": {[]trace.Event{role("n1", "leader"), role("n1", "follower"), role("n2", "leader")},
			"elections 2"},
		"two leaders at once": {[]trace.Event{role("n1", "leader"), role("n2", "leader")}, "elections 2, two_leaders 1"},
		"a leader's crash": {[]trace.Event{role("n1", "leader"), world("n1", trace.KindCrash, "kill"), role("n2", "leader")},
			"elections 2, leader_crashes 1"},
		"a follower's crash":        {[]trace.Event{role("n1", "follower"), world("n1", trace.KindCrash, "power")}, ""},
		"a leader that ended":       {[]trace.Event{role("n1", "leader"), world("n1", trace.KindExit, ""), role("n2", "leader")}, "elections 2"},
		"a first boot":              {[]trace.Event{at("n1", env.Note{Kind: env.KindLog, Count: 5})}, ""},
		"a restart from a log":      {[]trace.Event{later(at("n1", env.Note{Kind: env.KindLog, Count: 5}))}, "restarts_from_log 1"},
		"a restart from nothing":    {[]trace.Event{later(at("n1", env.Note{Kind: env.KindLog}))}, ""},
		"a restart from a snapshot": {[]trace.Event{world("n1", env.KindRestore, "start")}, "restarts_from_snapshot 1"},
		"a snapshot and its way":    {[]trace.Event{world("n1", env.KindSnapshot, ""), world("n2", env.KindRestore, "install")}, "snapshot_installs 1, snapshots 1"},
		"a conflict":                {[]trace.Event{world("n1", env.KindTruncate, "suffix"), world("n1", env.KindTruncate, "prefix")}, "conflicts 1"},
		"a torn tail":               {[]trace.Event{world("n1", env.KindCorrupt, "")}, "torn_tails 1"},
		"a command that came twice": {[]trace.Event{world("n1", env.KindApply, "duplicate"), world("n1", env.KindApply, "")}, "duplicates 1"},
		"a jump":                    {[]trace.Event{world("n1", env.KindLocal, "jump"), world("n1", env.KindLocal, "")}, "local_log_jumps 1"},
		"trouble on the network":    {[]trace.Event{world("n1", trace.KindReset, ""), world("n1", trace.KindHold, "cut"), world("n1", trace.KindHold, "loss")}, "held_segments 2, resets 1"},
	}
	known := map[string]bool{}
	for _, s := range states() {
		known[s.name] = true
	}
	for name, c := range cases {
		sum := covered(c.events...)
		got := counts(sum.States)
		if c.want == "" {
			c.want = "none"
		}
		if got != c.want {
			t.Errorf("%s: %s; want %s", name, got, c.want)
		}
		for state := range sum.States {
			if !known[state] {
				t.Errorf("%s: state %s is counted but never shown", name, state)
			}
		}
	}
}

func TestFaultsOperationsAndCommitsAreCounted(t *testing.T) {
	sum := covered(
		world("", trace.KindFault, "kill n1 for 2s"),
		world("", trace.KindFault, "kill n2,n3 for 2s"),
		world("", trace.KindFault, "partition n1 | n2,n3 for 2s"),
		world("", trace.KindMend, "kill"),
		world("", trace.KindIdle, "power: nobody leads"),
		world("n1", env.KindReturn, "ok hit n2 90"),
		world("n1", env.KindReturn, "ok"),
		world("n1", env.KindReturn, "unknown no answer"),
		at("n1", env.Note{Kind: env.KindCommit, Index: 7}),
		at("n2", env.Note{Kind: env.KindCommit, Index: 5}),
	)
	got := fmt.Sprintf("%s; %s; %s; %d", counts(sum.Faults), counts(sum.Idle), counts(sum.Operations), sum.Commits)
	if want := "kill 2, partition 1; power 1; ok 2, unknown 1; 7"; got != want {
		t.Errorf("counted %s; want %s", got, want)
	}
}

func TestEveryStateHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range states() {
		if seen[s.name] || s.words == "" || strings.ToLower(s.name) != s.name || strings.ContainsAny(s.name, " -") {
			t.Errorf("state %+v is named twice, or in a way scripts cannot rely on", s)
		}
		seen[s.name] = true
	}
}
