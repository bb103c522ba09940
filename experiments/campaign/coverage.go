package campaign

import (
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Coverage counts what happened: how much, which faults, and how often a run
// reached a state in which bugs have been known to hide.
type Coverage struct {
	Operations map[string]int `json:"operations"` // by outcome: ok, fail, unknown
	Commits    uint64         `json:"commits"`    // the highest index anyone knew committed
	Faults     map[string]int `json:"faults"`     // by kind, those that took effect
	Idle       map[string]int `json:"idle"`       // by kind, those that had no effect
	States     map[string]int `json:"states"`     // by name, see the constants
}

// The interesting states, as scripts know them.
const (
	stateElection    = "elections"
	stateFailed      = "failed_candidacies"
	stateTwoLeaders  = "two_leaders"
	stateLeaderCrash = "leader_crashes"
	stateConflict    = "conflicts"
	stateSnapshot    = "snapshots"
	stateInstall     = "snapshot_installs"
	stateRestart     = "restarts_from_log"
	stateRestartSnap = "restarts_from_snapshot"
	stateTorn        = "torn_tails"
	stateDuplicate   = "duplicates"
	stateReset       = "resets"
	stateHeld        = "held_segments"
	stateJump        = "local_log_jumps"
)

// states lists them in the order they are shown, with what they mean.
func states() []struct{ name, words string } {
	return []struct{ name, words string }{
		{stateElection, "elections won"},
		{stateFailed, "candidacies that failed"},
		{stateTwoLeaders, "two leaders of different terms at once"},
		{stateLeaderCrash, "leaders crashed"},
		{stateConflict, "log suffixes dropped for a conflict"},
		{stateSnapshot, "snapshots taken"},
		{stateInstall, "snapshots installed from the leader"},
		{stateRestart, "restarts from a log on disk"},
		{stateRestartSnap, "restarts from a snapshot on disk"},
		{stateTorn, "torn log tails dropped at restart"},
		{stateDuplicate, "commands that came twice"},
		{stateReset, "connections reset"},
		{stateHeld, "segments held by a cut, a loss or a dead machine"},
		{stateJump, "local logs that jumped over a snapshot"},
	}
}

func emptyCoverage() Coverage {
	return Coverage{Operations: map[string]int{}, Faults: map[string]int{}, Idle: map[string]int{},
		States: map[string]int{}}
}

// add takes in another run's.
func (c *Coverage) add(d Coverage) {
	c.Commits += d.Commits
	for _, m := range []struct{ to, from map[string]int }{{c.Operations, d.Operations}, {c.Faults, d.Faults},
		{c.Idle, d.Idle}, {c.States, d.States}} {
		for k, n := range m.from {
			m.to[k] += n
		}
	}
}

// coverage takes the Coverage of one run from its events.
type coverage struct {
	sum     Coverage
	role    map[string]string // by machine
	leaders int               // machines whose role is leader
}

func newCoverage() *coverage {
	return &coverage{sum: emptyCoverage(), role: map[string]string{}}
}

func (c *coverage) event(e *trace.Event) {
	states := c.sum.States
	switch e.Kind {
	case env.KindRole:
		c.became(e.Machine, e.Text)
	case trace.KindBoot, trace.KindExit:
		c.became(e.Machine, "")
	case trace.KindCrash:
		if c.role[e.Machine] == "leader" {
			states[stateLeaderCrash]++
		}
		c.became(e.Machine, "")
	case env.KindLog:
		if e.Boot > 1 && e.Count > 0 {
			states[stateRestart]++
		}
	case env.KindRestore:
		switch e.Text {
		case "install":
			states[stateInstall]++
		case "start":
			states[stateRestartSnap]++
		}
	case env.KindTruncate:
		if e.Text == "suffix" {
			states[stateConflict]++
		}
	case env.KindSnapshot:
		states[stateSnapshot]++
	case env.KindCorrupt:
		states[stateTorn]++
	case env.KindApply:
		if e.Text == "duplicate" {
			states[stateDuplicate]++
		}
	case env.KindLocal:
		if e.Text == "jump" {
			states[stateJump]++
		}
	case env.KindCommit:
		c.sum.Commits = max(c.sum.Commits, e.Index)
	case env.KindReturn:
		outcome, _, _ := strings.Cut(e.Text, " ")
		c.sum.Operations[outcome]++
	case trace.KindReset:
		states[stateReset]++
	case trace.KindHold:
		states[stateHeld]++
	case trace.KindFault:
		c.sum.Faults[faultKind(e.Text)]++
	case trace.KindIdle:
		c.sum.Idle[faultKind(e.Text)]++
	}
}

// became notes a machine's role and what that change means.
func (c *coverage) became(machine, role string) {
	was := c.role[machine]
	c.role[machine] = role
	if was == "leader" {
		c.leaders--
	}
	switch {
	case role == "leader":
		c.leaders++
		c.sum.States[stateElection]++
		if c.leaders > 1 {
			c.sum.States[stateTwoLeaders]++
		}
	case was == "candidate" && role == "follower":
		c.sum.States[stateFailed]++
	}
}

// faultKind is the kind of fault that a trace's words begin with.
func faultKind(words string) string {
	kind, _, _ := strings.Cut(words, " ")
	return strings.TrimSuffix(kind, ":")
}
