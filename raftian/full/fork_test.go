package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"raftian/game/replay"
	"raftian/netsim/trace"
	"raftian/raftian/cli/clitest"
)

// A run that comes of a change is a run of the changed plan, kept until the viewer is
// closed; one that is saved stays, and takes nobody's name.
func TestARunOfAChangedPlanIsMadeAndSaved(t *testing.T) {
	from, err := trace.Open(clitest.Kept(t))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	was, err := replay.Read(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := &forks{header: was.Header, name: filepath.Join(t.TempDir(), "a.run")}
	p := was.Plan
	p.Script = p.Script[:len(p.Script)-1]
	run, file, err := f.run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Plan.Script) != len(was.Plan.Script)-1 || len(run.Verdicts) == 0 || run.Broken != nil {
		t.Errorf("the run has %d calls, %d verdicts, %v", len(run.Plan.Script), len(run.Verdicts), run.Broken)
	}
	if n := replay.FirstDifference(was, run); n < 2 {
		t.Errorf("the first difference is event %d", n)
	}
	for _, want := range []string{"a-fork-1.run", "a-fork-1-2.run"} {
		got, err := f.save(file, 1)
		if err != nil || filepath.Base(got) != want {
			t.Fatalf("saved as %s (%v), want %s", got, err, want)
		}
		from, err := trace.Open(got)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := replay.Read(from, nil)
		if err != nil || saved.Broken != nil {
			t.Errorf("what was saved does not read: %v", err)
		}
		_ = from.Close()
	}
	f.close()
	if _, err := os.Stat(file); err == nil {
		t.Error("what was not saved is left behind")
	}
}
