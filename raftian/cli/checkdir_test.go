package cli

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
)

// runsIn is a directory with run files of these contents, by name.
func runsIn(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// soundAndBad are a run that passes and one that fails, and the latter's file.
func soundAndBad(t *testing.T) (sound, bad []byte, failing string) {
	t.Helper()
	sound, err := os.ReadFile(clitest.Kept(t))
	if err != nil {
		t.Fatal(err)
	}
	failing = filepath.Join(t.TempDir(), "bug.run")
	clitest.Raftian(t, append([]string{"run", "--bug", "ack-before-commit", "--seed", "7", "--out", failing}, clitest.Small()...)...)
	if bad, err = os.ReadFile(failing); err != nil {
		t.Fatal(err)
	}
	return sound, bad, failing
}

func TestADirectoryOfRunsIsJudgedInOneTable(t *testing.T) {
	sound, bad, _ := soundAndBad(t)

	dir := runsIn(t, map[string][]byte{"a.run": sound, "below/b.run": sound, "notes.txt": []byte("words")})
	got := clitest.Raftian(t, "check", dir)
	got.Want(t, ExitPass, "")
	got.WantLines(t, "FILE", "a.run ", "pass", "below/b.run ", "pass", "2 runs: 2 pass, 0 do not, 0 cannot be read to their end")

	dir = runsIn(t, map[string][]byte{"a.run": sound, "cut.run": sound[:len(sound)/2], "none.run": []byte("words")})
	got = clitest.Raftian(t, "check", dir)
	got.Want(t, ExitUsage, "2 of 3 runs cannot be read to their end")
	got.WantLines(t, "a.run", "pass", "cut.run", "cut off", "none.run", "unreadable", "3 runs: 1 pass, 0 do not, 2 cannot")

	dir = runsIn(t, map[string][]byte{"a.run": sound, "bug.run": bad, "cut.run": sound[:len(sound)/2]})
	got = clitest.Raftian(t, "check", "--json", "--jobs", "2", dir)
	got.Want(t, ExitFail, "")
	var sum checkedAll
	if err := json.Unmarshal([]byte(got.Out), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Passed != 1 || sum.Failed != 1 || sum.Unreadable != 1 || len(sum.Runs) != 3 || sum.Runs[1].File != filepath.Join(dir, "bug.run") ||
		sum.Runs[2].Error == "" {
		t.Errorf("%+v", sum)
	}
	clitest.Raftian(t, "check", "--jobs", "0", dir).Want(t, ExitUsage, "--jobs must be from 1 to 1024")
}

func TestARunsPlanIsPrintedAndRunsNothing(t *testing.T) {
	want := clitest.Raftian(t, append([]string{"run", "--plan", "--seed", clitest.KeptSeed}, clitest.Small()...)...)
	got := clitest.Raftian(t, "run", clitest.Kept(t), "--plan")
	got.Want(t, ExitPass, "")
	if got.Out != want.Out {
		t.Errorf("the plan in the file is\n%s\nthat of its seed\n%s", got.Out, want.Out)
	}
	clitest.Raftian(t, "run", clitest.Kept(t)).Want(t, ExitUsage, "--plan prints the plan in it")
}

func TestTheLanguageOfPlansIsInTheHelp(t *testing.T) {
	got := clitest.Raftian(t, "help", "plan")
	got.Want(t, ExitPass, "")
	got.WantLines(t, "raftian plan 1", "Lines\n", "  heal T\n", "Faults, with", "partition WHO | WHO … for T", "(network)", "fault 3s partition n1 | n2,n3 for 2s",
		"nth N", "1 to 1000000", "Events", "hold [of cut|loss|down|stall] [to MACHINE]", "Settings", "set max-append N, 1 to 1024 (64)")
}

func TestShrinkSaysWhatItHadNoTimeToTry(t *testing.T) {
	failing := filepath.Join(t.TempDir(), "bug.run")
	clitest.Raftian(t, append([]string{"run", "--bug", "ack-before-commit", "--seed", "7", "--out", failing}, clitest.Small()...)...)
	got := clitest.Raftian(t, "shrink", failing, "--time", "1ms", "--out", filepath.Join(t.TempDir(), "small.run"))
	got.Want(t, ExitFail, "")
	got.WantLines(t, "not all was tried: its time of 1ms ran out; --time 0", "fewer faults", "fewer calls", "rounder numbers", "other seeds: each plan was tried with 1 seed, of at most 256")
}

func TestFilesThatAreJudgedAreToldToCI(t *testing.T) {
	sound, bad, failing := soundAndBad(t)
	draft := clitest.Raftian(t, "check", failing, "--print-known")
	draft.Want(t, ExitPass, "")
	unfinished := clitest.File(t, "own.known", []byte(draft.Out))
	clitest.Raftian(t, "check", failing, "--known", unfinished, "--excuse").Want(t, ExitUsage, "it has no step")
	steps := strings.ReplaceAll(draft.Out, "# Add what led there:", "step boot\n# Add what led there:")
	known := clitest.File(t, "own.known", []byte(steps))
	junit := filepath.Join(t.TempDir(), "junit.xml")

	dir := runsIn(t, map[string][]byte{"a.run": sound, "bug.run": bad, "cut.run": sound[:len(sound)/2]})
	got, summary := onActions(t, "check", dir, "--junit", junit)
	got.Want(t, ExitFail, "")
	if n := strings.Count(got.Out, "::error title="+dir); n != 2 {
		t.Errorf("%d files are annotated:\n%s", n, got.Out)
	}
	if !strings.Contains(summary, "### raftian check: 2 of 3 run files did not pass\n") || strings.Count(summary, "\n| `"+dir) != 2 {
		t.Errorf("the summary is\n%s", summary)
	}
	x := readJUnit(t, junit)
	if x.Tests != 3 || x.Failures != 1 || x.Errors != 1 {
		t.Fatalf("%+v", x)
	}
	for _, c := range x.Cases {
		if f := c.Failure; (f != nil) != (c.Name == filepath.Join(dir, "bug.run")) || f != nil && (f.Type != "linearizability" || !strings.Contains(f.Text, "event ")) {
			t.Errorf("%+v", c)
		}
	}

	got = clitest.Raftian(t, "check", failing, "--known", known, "--excuse", "--junit", junit)
	got.Want(t, ExitFail, "")
	got.WantLines(t, "known         linearizability         linearizability-1 ("+known+")", "event ")
	if x := readJUnit(t, junit); x.Tests != 1 || x.Failures != 0 || x.Cases[0].Skipped == nil || x.Cases[0].Skipped.Message != "known: linearizability-1" {
		t.Errorf("%+v", x)
	}
	// A planted bug excuses nothing.
	got = clitest.Raftian(t, "check", failing, "--known", known, "--junit", junit)
	if x := readJUnit(t, junit); x.Failures != 1 || strings.Contains(got.Out, "known  ") {
		t.Errorf("%+v\n%s", x, got.Out)
	}
	clitest.Raftian(t, "check", clitest.Kept(t), "--print-known").Want(t, ExitUsage, "no judge fails it")
	clitest.Raftian(t, "check", "--model", "register", "--junit", junit, failing).Want(t, ExitUsage, "--junit is for runs")
}
