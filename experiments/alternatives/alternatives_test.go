package alternatives

import (
	"strings"
	"testing"

	"raftian/experiments/lab"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

func applied(machine, client string, seq uint64, how string) trace.Event {
	return trace.Event{Machine: machine, Note: env.Note{Kind: env.KindApply, Client: client, Seq: seq, Text: how}}
}

// The digest of a log depends on the order of commands only, not on machines and times.
func TestLogOrder(t *testing.T) {
	a := logOf([]trace.Event{applied("n1", "p", 1, ""), applied("n2", "p", 1, ""), applied("n1", "q", 1, ""), applied("n1", "q", 1, "duplicate")})
	late := applied("n2", "q", 1, "")
	late.At = 5
	if b := logOf([]trace.Event{applied("n2", "p", 1, ""), late}); a != b {
		t.Error("the same order has another digest")
	}
	if b := logOf([]trace.Event{applied("n2", "q", 1, ""), applied("n2", "p", 1, "")}); a == b {
		t.Error("another order has the same digest")
	}
}

func TestNondeterministicWorldRefused(t *testing.T) {
	run := func(way, digest string) lab.Record[Measure] {
		return lab.Record[Measure]{Value: Measure{Way: way, Plan: calm, Events: 1, CPU: 1, Wall: 1, Reached: 1, Trace: digest}}
	}
	if err := check([]lab.Record[Measure]{run(world, "a"), run(world, "a"), run(plain, "a"), run(plain, "b")}); err != nil {
		t.Error(err)
	}
	if err := check([]lab.Record[Measure]{run(world, "a"), run(world, "b")}); err == nil || !strings.Contains(err.Error(), "2 different traces") {
		t.Errorf("%v", err)
	}
}

func TestPlansShareOneScript(t *testing.T) {
	a, err := planOf(lab.Setup{}, calm)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{wholeLogs, faults} {
		b, err := planOf(lab.Setup{}, name)
		if err != nil || len(b.Machines) != len(a.Machines) || b.Length != a.Length || name == faults && len(b.Faults) == 0 || name == wholeLogs && len(b.Script) != len(a.Script) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
