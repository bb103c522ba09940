package cli

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/raftian/campaign"
	"raftian/raftian/cli/clitest"
)

// summary is what scripts read off `explore --json`; DESIGN's contract, spelled
// out a second time so that a changed field is noticed.
type summary struct {
	Judges []campaign.Tally
	Runs   int `json:"runs"`
	Failed []struct {
		Seed     uint64           `json:"seed"`
		Verdicts []map[string]any `json:"verdicts"`
		File     string           `json:"file"`
	} `json:"failed"`
	VirtualS    float64        `json:"virtual_s"`
	WallS       float64        `json:"wall_s"`
	CPUS        float64        `json:"cpu_s"`
	Operations  int            `json:"operations"`
	Commits     uint64         `json:"commits"`
	Faults      map[string]int `json:"faults"`
	Coverage    map[string]int `json:"coverage"`
	Digest      string         `json:"digest"`
	Interrupted bool           `json:"interrupted"`
	First       uint64         `json:"first_seed"`
	Last        uint64         `json:"last_seed"`
	Corpus      *struct {
		Fail []uint64 `json:"fail"`
	} `json:"corpus"`
	Known []campaign.KnownRun `json:"known"`
	Unmet []string            `json:"known_unmet"`
}

// exploreJSON runs explore and reads the one object it prints.
func exploreJSON(t *testing.T, status int, args ...string) summary {
	t.Helper()
	got := clitest.Raftian(t, append([]string{"explore", "--json"}, args...)...)
	told := strings.Count(got.Stderr, "\n") // what fails is told there at once
	if got.Stderr = ""; told > 0 != (status == ExitFail) {
		t.Errorf("%d lines on standard error", told)
	}
	got.Want(t, status, "")
	var s summary
	if err := json.Unmarshal([]byte(got.Out), &s); err != nil {
		t.Fatalf("%v: %s", err, got.Out)
	}
	if strings.Count(got.Out, "\n") != 1 {
		t.Errorf("it prints more than one line:\n%s", got.Out)
	}
	return s
}

func TestTheSummaryHasWhatScriptsReadAndRepeats(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs")
	args := clitest.Small("--seeds", "1-3,9", "--out", dir, "--faults", "crash")
	one := exploreJSON(t, ExitPass, append(args, "--jobs", "1")...)
	if one.Runs != 4 || one.Failed == nil || len(one.Failed) != 0 {
		t.Errorf("%d runs, failed %v", one.Runs, one.Failed)
	}
	if one.VirtualS != 20 || one.WallS <= 0 || one.CPUS <= 0 || one.Operations < 50 || one.Commits < 50 || len(one.Digest) != 64 {
		t.Errorf("the summary is %+v", one)
	}
	if one.Faults["kill"]+one.Faults["power"] == 0 || one.Faults["partition"] != 0 {
		t.Errorf("of crashes alone it counts %v", one.Faults)
	}
	if one.Coverage["elections"] < 4 {
		t.Errorf("coverage is %v", one.Coverage)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("nothing was to be kept, but there is %s", dir)
	}
	two := exploreJSON(t, ExitPass, append(args, "--jobs", "3", "--twice")...)
	if two.Digest != one.Digest || !maps.Equal(one.Coverage, two.Coverage) {
		t.Errorf("the digest is %s with one job and %s with three", one.Digest, two.Digest)
	}
	if other := exploreJSON(t, ExitPass, clitest.Small("--seeds", "4-6,9", "--out", dir)...); other.Digest == one.Digest {
		t.Error("other seeds have the same digest")
	}
}

func TestWhatIsKeptIsSaidAndCanBeMadeAgain(t *testing.T) {
	dir := t.TempDir()
	got := clitest.Raftian(t, append([]string{"explore", "--seeds", "1-2", "--keep", "all", "--out", dir}, clitest.Small()...)...)
	got.Want(t, ExitPass, "")
	for _, words := range []string{"hashicorp/raft v", "seeds 1-2: 2 runs of 5s on 3 machines", "linearizability", "digest over all runs"} {
		if !strings.Contains(got.Out, words) {
			t.Errorf("it does not say %q:\n%s", words, got.Out)
		}
	}
	if left := clitest.Names(t, dir); !slices.Equal(left, []string{"seed-1.run", "seed-2.run"}) {
		t.Fatalf("the directory holds %v", left)
	}
	clitest.Raftian(t, "rerun", filepath.Join(dir, "seed-2.run")).Want(t, ExitPass, "")
}

// The faulty counter of the campaign's own tests loses additions: each run
// fails, is kept, and comes with the command that makes it again.
func TestAFailureIsAFindingThatCanBeReproduced(t *testing.T) {
	dir := t.TempDir()
	world := "../../raftian/campaign/testdata/faulty"
	args := []string{"--world", world, "--length", "5s", "--machines", "3", "--faults", "calm"}
	got := clitest.Raftian(t, append([]string{"explore", "--seeds", "7", "--out", dir}, args...)...)
	got.Want(t, ExitFail, "")
	kept := filepath.Join(dir, "seed-7.run")
	again := "raftian run --seed 7 --length 5s --machines 3 --faults calm --world " + world
	if !strings.Contains(got.Out, "kept in "+kept+"; again: "+again+"\n") {
		t.Fatalf("it does not say how to reproduce it:\n%s", got.Out)
	}
	run := clitest.Raftian(t, strings.Fields(again)[1:]...)
	run.Want(t, ExitFail, "")
	if !strings.Contains(run.Out, "fail          linearizability") {
		t.Errorf("made again, it does not fail alike:\n%s", run.Out)
	}
	// The model is the world program's own; the file says which that is.
	check := clitest.Raftian(t, "check", kept)
	check.Want(t, ExitFail, "")
	if !strings.Contains(check.Out, "fail          linearizability") {
		t.Errorf("judged again, it does not fail alike:\n%s", check.Out)
	}
	s := exploreJSON(t, ExitFail, append([]string{"--seeds", "7-8", "--out", dir}, args...)...)
	if len(s.Failed) != 2 || s.Failed[0].Seed != 7 || s.Failed[0].File != kept ||
		s.Failed[0].Verdicts[0]["judge"] != "linearizability" || s.Failed[0].Verdicts[0]["outcome"] != "fail" {
		t.Errorf("failed is %+v", s.Failed)
	}
}

// What the compiler says is passed on, in one line with the command that repeats it.
func TestAWorldThatDoesNotCompileIsTheToolsFailure(t *testing.T) {
	got := clitest.Raftian(t, "explore", "--world", "../../raftian/campaign/testdata/broken", "--seeds", "1")
	got.Want(t, ExitTool, "main.go:5:15: undefined: undefined); to repeat it: go build -o /dev/null ../../raftian/campaign/testdata/broken")
}

func TestARunThatPanicsIsKeptAndTold(t *testing.T) {
	world := "../../raftian/campaign/testdata/faulty"
	plan := clitest.Raftian(t, "run", "--plan", "--world", world, "--length", "5s", "--machines", "3", "--faults", "calm")
	plan.Want(t, ExitPass, "")
	text := strings.Replace(plan.Out, " add\n", " panic\n", 1)
	out := filepath.Join(t.TempDir(), "panic.run")
	run := clitest.Raftian(t, "run", clitest.File(t, "panic.plan", []byte(text)), "--world", world, "--out", out)
	run.Want(t, ExitFail, "")
	show := clitest.Raftian(t, "show", out)
	show.Want(t, ExitPass, "")
	for _, words := range []string{`"panic" -> NO ANSWER until the run ended`, "the world program died:\npanic: planted at entry ", "fail          no-panic"} {
		if !strings.Contains(show.Out, words) {
			t.Errorf("show does not tell %q:\n%s", words, show.Out)
		}
	}
	clitest.Raftian(t, "rerun", out).Want(t, ExitPass, "")
	clitest.Raftian(t, "check", out).Want(t, ExitFail, "")
}

// A panic lists every goroutine that there was.
func TestALongTextIsCutAndSaysSo(t *testing.T) {
	if got := beginning("a\nb\n", 2); got != "a\nb" {
		t.Errorf("of two lines %q is left", got)
	}
	if got := beginning("a\nb\nc\n", 2); !strings.HasPrefix(got, "a\nb\n(1 more line;") || strings.Contains(got, "c\n") {
		t.Errorf("of three lines %q is left", got)
	}
}

// Of a world that reports its calls alone, the judges of these say something, and the
// others say that they have seen nothing.
func TestAWorldThatReportsOnlyCallsIsJudgedByThese(t *testing.T) {
	world := "../../raftian/campaign/testdata/sparse"
	args := []string{"--world", world, "--length", "30s", "--machines", "3", "--faults", "calm"}
	s := exploreJSON(t, ExitPass, append([]string{"--seeds", "1-2", "--out", t.TempDir()}, args...)...)
	for _, j := range s.Judges {
		passes := slices.Contains([]string{"linearizability", "liveness", "no-panic"}, j.Judge)
		if passes && j.Pass != 2 || !passes && j.NotRun != 2 {
			t.Errorf("%+v", j)
		}
	}
	got := clitest.Raftian(t, append([]string{"run", "--seed", "1"}, args...)...)
	got.Want(t, ExitPass, "")
	for _, words := range []string{`not-run       election-safety         no note "role leader" from n1 n2 n3`, "pass          liveness                judged by "} {
		if !strings.Contains(got.Out, words) {
			t.Errorf("run does not say %q:\n%s", words, got.Out)
		}
	}
}

// A run of which no judge can say anything is no success.
func TestARunThatNobodyCanJudgeIsNoSuccess(t *testing.T) {
	world := "../../raftian/campaign/testdata/sparse"
	args := []string{"--world", world, "--length", "30s", "--machines", "3", "--faults", "calm"}
	drawn := clitest.Raftian(t, append([]string{"run", "--plan"}, args...)...)
	drawn.Want(t, ExitPass, "")
	out := filepath.Join(t.TempDir(), "silent.run")
	silent := clitest.File(t, "silent.plan", []byte(strings.Replace(drawn.Out, "set report calls", "set report nothing", 1)))
	const words = "no judge had anything to judge"
	for _, got := range []clitest.Said{
		clitest.Raftian(t, "run", silent, "--world", world, "--out", out),
		clitest.Raftian(t, "check", out),
	} {
		if got.Status != ExitFail || strings.Count(got.Stderr, "\n") != 1 || !strings.Contains(got.Stderr, words) {
			t.Errorf("exit status %d: %s", got.Status, got.Stderr)
		}
	}
}

func TestExploreEndsWhenItsTimeIsOverOrEnoughHasFailed(t *testing.T) {
	got := clitest.Raftian(t, append([]string{"explore", "--for", "1s", "--jobs", "1", "--out", t.TempDir(), "--faults", "calm"}, clitest.Small()...)...)
	got.Want(t, ExitPass, "")
	got.WantLines(t, "seeds from 1: runs of 5s", "ended with seeds 1 to ", ": its time of 1s is over")

	got = clitest.Raftian(t, append([]string{"explore", "--seeds", "7,9,2,3,4,5,6", "--max-failures", "1", "--jobs", "1", "--bug", "ack-before-commit",
		"--out", t.TempDir(), "--json"}, clitest.Small()...)...)
	if got.Status != ExitFail || !strings.HasPrefix(got.Stderr, "seed 2 fails  linearizability: ") {
		t.Errorf("exit status %d: %s", got.Status, got.Stderr)
	}
	var sum struct {
		Runs   int
		Ended  string
		Failed []struct{ Seed int }
	}
	if err := json.Unmarshal([]byte(got.Out), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Runs != 1 || len(sum.Failed) != 1 || sum.Failed[0].Seed != 2 || sum.Ended != "1 run failed, and no more were asked for" {
		t.Errorf("%+v", sum)
	}
}
