package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/cli/clitest"
)

const testdata = "raftian/netsim/toolchain/testdata/"

func TestThatNoTestRanIsNoSuccess(t *testing.T) {
	campaigntest.Sources(t)
	for _, c := range []struct {
		args   string
		status int
		words  string
	}{
		{"-run NOSUCH " + testdata + "racy", ExitFail, "no test matched -run NOSUCH in " + testdata + "racy"},
		{"-run NOSUCH " + testdata + "racy " + testdata + "skipped", ExitFail, "no test matched -run NOSUCH in"},
		{"-run NotHere " + testdata + "skipped", ExitFail, "no test ran in " + testdata + "skipped: 1 were skipped"},
		{"raftian/netsim/testdata/pulse", ExitUsage, "no tests in raftian/netsim/testdata/pulse"},
		{"-run Parts " + testdata + "racy " + testdata + "skipped", ExitPass, ""},
	} {
		args := append([]string{"test", "--seeds", "1-2"}, strings.Fields(c.args)...)
		clitest.Raftian(t, args...).Want(t, c.status, c.words)
	}
	got := clitest.Raftian(t, "test", "--seeds", "1-2", testdata+"skipped")
	got.Want(t, ExitPass, "")
	got.WantLines(t, "ok    "+testdata+"skipped  1 test, 1 skipped, 2 seeds in ")
}

// tried is what raftian test says of a package of testdata.
func tried(t *testing.T, pkg string, args ...string) clitest.Said {
	t.Helper()
	campaigntest.Sources(t)
	return clitest.Raftian(t, append([]string{"test", testdata + pkg}, args...)...)
}

func TestAllSeedsAreTriedAndTheShareToldThatFails(t *testing.T) {
	got := tried(t, "classics", "--seeds", "1-40", "-run", "Money|Bell")
	got.Want(t, ExitFail, "")
	const again = "again: raftian test --seeds \\d+ -run 'Money\\|Bell' " + testdata + "classics\n"
	for _, want := range []string{
		"FAIL  " + testdata + "classics  seed \\d+\n      --- FAIL: TestNoMoney.*\n *classics_test.go:36: the balance is -100",
		"FAIL  " + testdata + `classics  \d+ of 40 seeds failed \([\d.]+ %\) in `,
		`TestNoMoneyIsTakenTwice: classics_test.go:36: the balance is -100\n      [\d.]+ % of seeds, \d+ seeds: \d+, \d+, .*\n      ` + again,
		`TestTheBellIsHeard: classics_test.go:64: the bell was not heard\n      [\d.]+ % of seeds, \d+ seeds?: \d+.*\n      ` + again,
	} {
		if !regexp.MustCompile(want).MatchString(got.Out) {
			t.Errorf("there is no %q in\n%s", want, got.Out)
		}
	}
	fast := tried(t, "classics", "--seeds", "1-40", "-run", "Money|Bell", "--fail-fast")
	fast.Want(t, ExitFail, "")
	if strings.Count(fast.Out, "--- FAIL") > 2 || !regexp.MustCompile(`\n.*  1 of \d+ seeds? failed`).MatchString(fast.Out) {
		t.Errorf("more than one seed is told of, or none:\n%s", fast.Out)
	}
}

// What is left of a schedule is one choice, at the line of the race.
func TestAScheduleIsMinimizedToTheRace(t *testing.T) {
	for _, c := range []struct{ match, race string }{
		{"Money", `, all else first in, first out \(\d+ runs in .*\n +choice \d+, 0s into the bubble: goroutine \d+ .*\n +\d+ .*\n +started in .*\n +\d+ .*\n +started in .*\n +again, with these choices alone`},
		{"Bell", `holding back 1 goroutine .*\n.* held back; .*\n +\d+ would go on in classics.\(\*Bell\).Wait \(\S*classics.go:43\)`},
		{"Door", `holding back 1 goroutine .*\n.* held back; .*\n +\d+ would go on in classics.\(\*Door\).Close \(\S*classics.go:65\)`},
	} {
		got := tried(t, "classics", "-run", c.match, "--fail-fast", "--minimize")
		got.Want(t, ExitFail, "")
		if !regexp.MustCompile(c.race).MatchString(got.Out) {
			t.Errorf("%s: there is no %q in\n%s", c.match, c.race, got.Out)
		}
		_, command, _ := strings.Cut(got.Out, "again, with these choices alone: raftian ")
		args := strings.Fields(command)
		again := clitest.Raftian(t, args...)
		again.Want(t, ExitFail, "")
		again.WantLines(t, "1 of 1 seed failed")
		args[slices.Index(args, "--choices")+1] = "none"
		clitest.Raftian(t, args...).Want(t, ExitPass, "")
	}
	got := tried(t, "racy", "--seeds", "1-200", "--fail-fast", "--minimize")
	got.Want(t, ExitFail, "")
	got.WantLines(t, "fails without any choice of the scheduler", "--choices none")
}

func TestWhoDependsOnMoreThanTheSeedIsToldSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "there")
	t.Setenv("MOODY", file)
	got := tried(t, "surround", "--seeds", "1-2", "--jobs", "1", "-run", "Moody")
	got.Want(t, ExitTool, "did not fail alike when it was run again")
	got.WantLines(t, "the file was not there", "1 of 2 seeds failed (50 %)", "seed 1 run again passes: these tests depend on more than their seed")
}

func TestHangsShowTheirGoroutines(t *testing.T) {
	got := tried(t, "surround", "--seeds", "1", "-run", "WaitsForEver", "-timeout", "300ms", "-args", "hang")
	got.Want(t, ExitFail, "")
	got.WantLines(t, "not done after 300ms of real time", "surround.TestWaitsForEver(", "TestWaitsForEver: not done after",
		"again: raftian test --seeds 1 -run WaitsForEver -timeout 300ms "+testdata+"surround -args hang\n")
}

func TestFlagsOfGoTest(t *testing.T) {
	got := tried(t, "skipped", "--seeds=1-2", "-v", "-count=2", "-short", "-skip=NotHere", "-shuffle=on")
	got.Want(t, ExitPass, "")
	got.WantLines(t, "ok    "+testdata+"skipped  seed 1\n", "-test.shuffle 0\n", "--- PASS: TestWithParts", "--- PASS: TestWithParts", "1 test, 2 seeds")
	for _, c := range []struct{ args, words string }{
		{"-cpu 4", "raftian test has no -cpu: there is one thread of Go code"},
		{"-bench=.", "raftian test has no -bench: benchmarks measure real time"},
		{"-parallel 2", "raftian test has no -parallel: one test runs at a time"},
		{"-list=.", "raftian test has no -list: go test -list lists tests"},
		{"-run [", "-run: "},
		{"-shuffle maybe", `-shuffle "maybe" is neither on, off nor a number`},
		{"-covermode some", `-covermode "some" is not set, count or atomic`},
		{"-coverpkg os", "-coverpkg: package os cannot be covered"},
		{"--choices 3", "--choices are of one seed"},
		{"--seeds 1 --choices x", "are not numbers"},
		{"-timeout -1s", "-timeout must not be less than nothing"},
		{"-coverprofile no/such/file", "its directory does not exist"},
		{"--seed 4", "test takes many: --seeds 5"},
	} {
		tried(t, "racy", strings.Fields(c.args)...).Want(t, ExitUsage, c.words)
	}
	t.Setenv("GOFLAGS", os.Getenv("GOFLAGS")+" -overlay=x.json")
	tried(t, "racy").Want(t, ExitUsage, "GOFLAGS has -overlay")
}

func TestARaceDetectorWithoutACompilerIsOneLine(t *testing.T) {
	t.Setenv("CC", "no-such-compiler")
	tried(t, "racy", "-race").Want(t, ExitUsage, "-race needs a C compiler, and there is no no-such-compiler")
}

func TestCoverageIsOfAllSeeds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "profile")
	got := tried(t, "racy", "--seeds", "1-3", "-covermode", "count", "-coverprofile", file)
	got.Want(t, ExitPass, "")
	got.WantLines(t, "ok    ", "1 test, 3 seeds in ", ", coverage 100.0% of statements")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Two people withdraw with each seed.
	if want := "racy.go:23.57,24.26 1 6\n"; !strings.HasPrefix(string(text), "mode: count\n") || !strings.Contains(string(text), want) {
		t.Errorf("the profile has no %q:\n%s", want, text)
	}
}

func TestEventsCarryTheirSeed(t *testing.T) {
	got := tried(t, "racy", "--seeds", "8-9", "-json")
	got.Want(t, ExitFail, "")
	verdicts := map[uint64]string{}
	for line := range strings.Lines(got.Out) {
		var e struct {
			Time, Action, Package, Test, Output string
			Seed                                uint64
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Package != testdata+"racy" {
			t.Fatalf("%q: %v", line, err)
		}
		if e.Test == "TestAnAccountIsNeverOverdrawn" && (e.Action == "pass" || e.Action == "fail") {
			verdicts[e.Seed] += e.Action
		}
	}
	if len(verdicts) != 2 || verdicts[8] != "pass" || verdicts[9] != "fail" {
		t.Errorf("by seed the test comes to %v", verdicts)
	}
	got.WantLines(t, "1 of 2 seeds failed (50 %)")
}

func TestServersAreToldOfTests(t *testing.T) {
	dir := t.TempDir()
	file, summary := filepath.Join(dir, "junit.xml"), filepath.Join(dir, "summary.md")
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	got := tried(t, "racy", "--seeds", "8-9", "--junit", file)
	got.Want(t, ExitFail, "")
	got.WantLines(t, "::error title="+testdata+"racy%3A seed 9 fails::TestAnAccountIsNeverOverdrawn")
	for name, want := range map[string]string{file: `<testcase name="seed 9" classname="` + testdata + `racy"`, summary: "| `" + testdata + "racy` | 2 | 1 | 50 % |"} {
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("there is no %q in\n%s (%v)", want, text, err)
		}
	}
}

func TestTestsThatDoNotCompileEndNoOthers(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.26.0\n", "bad/bad_test.go": "package bad\n\nvar x int = nowhere\n",
		"good/good_test.go": "package good\n\nimport \"testing\"\n\nfunc TestGood(*testing.T) {}\n",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	got := clitest.Raftian(t, "test", "--seeds", "1", "./...")
	got.Want(t, ExitUsage, "the tests of example.org/m/bad do not compile")
	got.WantLines(t, "FAIL  example.org/m/bad  does not compile", "undefined: nowhere", "ok    example.org/m/good  1 test, 1 seed in ")
}

func TestOneDashStandsForTwo(t *testing.T) {
	for _, c := range []struct{ typed, read string }{
		{"test -run X ./...", "test --run X ./..."},
		{"test -run -x -v", "test --run -x --v"},
		{"test -run=X -args -v -- -run", "test --run=X -- -v -- -run"},
		{"test --args -v", "test -- -v"},
		{"test -v -- -run", "test --v -- -run"},
		{"test -h", "test -h"},
		{"test -nonsense x", "test --nonsense x"},
		{"run -v", "run -v"},
	} {
		if got := strings.Join(likeGoTest(strings.Fields(c.typed)), " "); got != c.read {
			t.Errorf("%q is read as %q; want %q", c.typed, got, c.read)
		}
	}
}
