package trials_test

import (
	"slices"
	"strings"
	"testing"

	"raftian/netsim/toolchain"
	"raftian/raftian/trials"
)

func TestAFailureIsItsTestsAndItsReason(t *testing.T) {
	const race = "==================\nWARNING: DATA RACE\nWrite at 0x00c000014150 by goroutine 9:\n  x.(*Q).Put()\n      /a/q.go:31 +0x44\n\n" +
		"Previous read at 0x00c000014150 by goroutine 8:\n  x.(*Q).Len()\n      /a/q.go:12 +0x44\n\nGoroutine 9 (running) created at:\n  x.TestQ()\n      /a/q_test.go:7 +0x1\n"
	for name, c := range map[string]struct {
		trial  toolchain.Trial
		tests  string
		reason string
	}{
		"logged": {toolchain.Trial{Output: "--- FAIL: TestA (0.00s)\n    a_test.go:3: first\n    a_test.go:4: last\n--- FAIL: TestB (0.00s)\n    b_test.go:1: other\nFAIL"},
			"TestA TestB", "a_test.go:4: last"},
		"subtest": {toolchain.Trial{Output: "--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/x=1 (0.00s)\n        a_test.go:3: bad\nFAIL"},
			"TestA/x=1", "a_test.go:3: bad"},
		"verbose": {toolchain.Trial{Output: "=== RUN   TestA\n    a_test.go:3: bad\n--- FAIL: TestA (0.00s)\n=== RUN   TestB\n    b_test.go:9: fine\n--- PASS: TestB (0.00s)\nFAIL"},
			"TestA", "a_test.go:3: bad"},
		"testify": {toolchain.Trial{Output: "--- FAIL: TestA (0.00s)\n    a_test.go:3: \n        \tError Trace:\t/x/a_test.go:3\n        \tError:      \tShould be true\nFAIL"},
			"TestA", "a_test.go:3: Should be true"},
		"panic": {toolchain.Trial{Output: "--- FAIL: TestA (0.00s)\npanic: close of closed channel [recovered]\n\ngoroutine 8 [running]:\n"},
			"TestA", "panic: close of closed channel [recovered]"},
		"race": {toolchain.Trial{Output: race + "--- FAIL: TestQ (0.00s)\n    testing.go:9: race detected during execution of test\n"},
			"TestQ", "WARNING: DATA RACE q.go:31 q.go:12"},
		"hang": {toolchain.Trial{Hung: true, Output: "not done after 1s of real time; its goroutines:\nSIGQUIT: quit\n\ngoroutine 7 [chan receive]:\n" +
			"testing/synctest.Test(0xc0)\n\t/go/synctest.go:29\nexample.org/x.TestSlow(0xc00)\n\t/x/x_test.go:4\n"},
			"TestSlow", "not done after 1s of real time; its goroutines:"},
		"silent": {toolchain.Trial{Output: "exit status 3"}, "", ""},
	} {
		f := trials.FailureOf(c.trial)
		if strings.Join(f.Tests, " ") != c.tests || f.Reason != c.reason {
			t.Errorf("%s: tests %q, reason %q", name, f.Tests, f.Reason)
		}
	}
}

func TestFailuresAreAlikeButForNumbers(t *testing.T) {
	of := func(test, line string) trials.Failure {
		return trials.FailureOf(toolchain.Trial{Output: "--- FAIL: " + test + " (0.01s)\n    " + line + "\n"})
	}
	one := of("TestA", "a_test.go:31: at 0xc00012 are 17 of 20")
	for _, c := range []struct {
		other trials.Failure
		alike bool
	}{
		{of("TestA", "a_test.go:31: at 0xc00ff0 are 2 of 20"), true},
		{of("TestA", "a_test.go:32: at 0xc00012 are 17 of 20"), false},
		{of("TestA2", "a_test.go:31: at 0xc00012 are 17 of 20"), false},
		{of("TestA", "a_test.go:31: at 0xc00012 are none of 20"), false},
	} {
		if one.Alike(c.other) != c.alike {
			t.Errorf("%+v and %+v: alike is %v", one, c.other, !c.alike)
		}
	}
}

func TestSeedsThatFailAlikeAreAGroup(t *testing.T) {
	var g trials.Groups
	for seed, line := range []string{"x_test.go:1: 5", "x_test.go:2: 5", "x_test.go:1: 7"} {
		fresh := g.Add(toolchain.Trial{Seed: uint64(seed), Failed: true, Output: "--- FAIL: TestX (0.00s)\n    " + line + "\n"})
		if (fresh != nil) != (seed < 2) {
			t.Errorf("seed %d: new is %v", seed, fresh != nil)
		}
	}
	if len(g) != 2 || g.Seeds() != 3 || !slices.Equal(g[0].Seeds, []uint64{0, 2}) || g[0].First.Seed != 0 {
		t.Errorf("the groups are %+v", g)
	}
}
