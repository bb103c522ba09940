package coverage

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

func TestFaultsOperationsAndCommitsAreCounted(t *testing.T) {
	sum := tell(
		fault(1, "kill n1 for 2s"),
		fault(2, "kill n2,n3 for 2s"),
		fault(3, "partition n1 | n2,n3 for 2s"),
		fault(4, "fsync-error n1 for 2s"),
		fault(5, "kill n4 for 2s"),
		mend(1, "kill"),
		idle(6, "power: nobody leads"),
		idle(4, "fsync-error: it touched nothing"),
		idle(5, "kill: it touched nothing"),
		invokes("n1", "p1", 1, "hit"), returns("n1", "p1", 1, "ok hit n2 90"),
		invokes("n1", "p1", 2, "hit"), returns("n1", "p1", 2, "ok"),
		invokes("n1", "p1", 3, "hit"), returns("n1", "p1", 3, "unknown no answer"),
		invokes("n1", env.Operator, 1, "transfer"), returns("n1", env.Operator, 1, "ok"),
		commits("n1", 7), commits("n2", 5),
	).counts()
	got := fmt.Sprintf("%s; %s; %s; %d", words(sum.Faults), words(sum.Idle), words(sum.Operations), sum.Commits)
	// A fault that began and then touched nothing took no effect.
	if want := "kill 2, partition 1; fsync-error 1, kill 1, power 1; ok 2, unknown 1; 7"; got != want {
		t.Errorf("counted %s; want %s", got, want)
	}
}

func TestCountsAddUp(t *testing.T) {
	a := tell(leads("n1", 1), fault(1, "kill n1 for 1s"), commits("n1", 3), returns("n1", "p1", 1, "ok")).counts()
	b := tell(leads("n1", 1), fault(1, "kill n1 for 1s"), idle(2, "rot: no file"), commits("n1", 4)).counts()
	sum := Empty()
	sum.Add(a)
	sum.Add(b)
	if sum.Commits != 7 || words(sum.Faults) != "kill 2" || words(sum.Idle) != "rot 1" || words(sum.Operations) != "ok 1" ||
		words(sum.States) != "elections 2" {
		t.Errorf("the sum is %+v", sum)
	}
	if words(a.States) != "elections 1" {
		t.Errorf("adding changed what was added: %+v", a)
	}
}

// The names are a contract with scripts; the words are shown in two columns.
func TestStatesAreNamedSoThatScriptsAndPeopleCanRead(t *testing.T) {
	const wordsMax = 39
	seen := map[State]bool{}
	for _, s := range States() {
		name := string(s.State)
		if seen[s.State] || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("state %+v is named twice, or in a way scripts cannot rely on", s)
		}
		if n := utf8.RuneCountInString(s.Words); n == 0 || n > wordsMax {
			t.Errorf("state %s: %q has %d characters; it may have %d", s.State, s.Words, n, wordsMax)
		}
		seen[s.State] = true
	}
	// Names that scripts may know from the first version.
	for _, name := range []State{"elections", "failed_candidacies", "two_leaders", "leader_crashes", "conflicts", "snapshots",
		"snapshot_installs", "restarts_from_log", "restarts_from_snapshot", "torn_tails", "duplicates", "resets",
		"held_segments", "local_log_jumps"} {
		if !seen[name] {
			t.Errorf("state %s is gone", name)
		}
	}
}

// Whatever comes, in whatever order, is counted without a panic: a file may have
// been cut off or put together by hand.
func FuzzCounter(f *testing.F) {
	kinds := []string{trace.KindBoot, trace.KindCrash, trace.KindExit, trace.KindFault, trace.KindMend, trace.KindIdle,
		trace.KindEnd, trace.KindReset, trace.KindFsync, env.KindRole, env.KindVote, env.KindRPC, env.KindReply,
		env.KindLog, env.KindAppend, env.KindTruncate, env.KindCommit, env.KindConfig, env.KindSnapshot, env.KindRestore,
		env.KindInvoke, env.KindReturn, env.KindApply, env.KindDiag, env.KindMember}
	texts := []string{"", "leader", "follower", "candidate", "partition n1 | n2,n3 for 1s", "flap", "partition | , for",
		"n1 n2 voters, n3 nonvoters", "voters", "suffix", "prefix", "install", "InstallSnapshot", "RequestVote", "TimeoutNow",
		"ok", "unknown", "duplicate", "verified x", "empty disk", "configuration", "in", "out", "left", "lease x", "local x"}
	f.Add([]byte{0, 0, 0, 0, 9, 1, 0, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		s := tell()
		for len(script) >= 4 {
			b := script[:4]
			script = script[4:]
			machine := s.plan.Machines[int(b[2]&7)%5]
			n := env.Note{Kind: kinds[int(b[0])%len(kinds)], Text: texts[int(b[1])%len(texts)], Peer: s.plan.Machines[int(b[2]>>3)%5],
				Client: "p1", Seq: uint64(b[3] & 3), Term: uint64(b[3] >> 2), Index: uint64(b[3]), Count: uint64(b[3] & 7), Conn: uint64(b[3] & 3)}
			note(machine, n)(s)
		}
		c := s.counts()
		for k := range maps.Values(c.States) {
			if k < 0 {
				t.Errorf("a count below zero: %v", c.States)
			}
		}
	})
}
