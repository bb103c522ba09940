package toolchain_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/toolchain"
)

const (
	racy     = "raftian/netsim/toolchain/testdata/racy"
	classics = "raftian/netsim/toolchain/testdata/classics"
	surround = "raftian/netsim/toolchain/testdata/surround"
)

// built are the tests of a small package.
func built(t *testing.T, pkg string, flags ...string) toolchain.TestProgram {
	t.Helper()
	noteSources(t)
	p, err := toolchain.BuildTest(t.Context(), toolchain.Options{Package: pkg, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// matching is the order to run the tests that match.
func matching(match string) toolchain.Order {
	return toolchain.Order{Flags: []string{"-test.run=" + match}, Limit: time.Minute}
}

// try is the outcome of one seed.
func try(t *testing.T, p toolchain.TestProgram, seed uint64, o toolchain.Order) toolchain.Trial {
	t.Helper()
	trial, err := p.Run(t.Context(), seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

// The race of the package is met about once in a hundred seeds, and with a seed
// always or never.
func TestARaceIsMetAtASeedAndAgainWithIt(t *testing.T) {
	p := built(t, racy)
	var met []uint64
	for seed := uint64(1); seed <= 60; seed++ {
		if try(t, p, seed, matching("")).Failed {
			met = append(met, seed)
		}
	}
	if len(met) == 0 || len(met) > 20 {
		t.Fatalf("of 60 seeds these meet the race: %v", met)
	}
	for range 3 {
		for _, seed := range append(met, 1, 2, 3) {
			again := try(t, p, seed, matching(""))
			if again.Failed != slices.Contains(met, seed) {
				t.Errorf("with seed %d, failed is %v, and was not before", seed, again.Failed)
			}
			if again.Failed && !strings.Contains(again.Output, "the balance is -100") {
				t.Errorf("with seed %d the tests say %q", seed, again.Output)
			}
		}
	}
}

func TestAPatternThatChoosesNothingIsNoSuccess(t *testing.T) {
	p := built(t, racy)
	if _, err := p.Run(t.Context(), 1, matching("TestNobodyWrote")); !errors.Is(err, toolchain.ErrNoTests) {
		t.Errorf("the error is %v", err)
	}
}

func TestTestsAreCountedThatRan(t *testing.T) {
	p := built(t, "raftian/netsim/toolchain/testdata/skipped")
	for match, want := range map[string]toolchain.Tally{
		"": {Ran: 1, Skipped: 1}, "NotHere": {Skipped: 1}, "Parts": {Ran: 1}, "Parts/one": {Ran: 1},
	} {
		if got, err := p.Count(t.Context(), 1, matching(match)); err != nil || got != want {
			t.Errorf("of %q there are %+v, %v; want %+v", match, got, err, want)
		}
	}
	for _, match := range []string{"TestNobodyWrote", "Parts/three"} {
		if got, err := p.Count(t.Context(), 1, matching(match)); !errors.Is(err, toolchain.ErrNoTests) {
			t.Errorf("of %q there are %+v, %v", match, got, err)
		}
	}
}

// A test that waits for ever, or computes for ever, has failed, and shows where.
func TestWhoHangsShowsItsGoroutines(t *testing.T) {
	p := built(t, surround)
	for _, match := range []string{"TestWaitsForEver", "TestComputesForEver"} {
		o := matching(match)
		o.Flags = append(o.Flags, "-test.v=false")
		o.Args = []string{"hang"}
		o.Limit = 300 * time.Millisecond
		trial := try(t, p, 1, o)
		if !trial.Failed || !trial.Hung || !strings.HasPrefix(trial.Output, "not done after 300ms of real time") ||
			!strings.Contains(trial.Output, "surround."+match) || trial.Took > 4*time.Second {
			t.Errorf("%s: after %s: %+v", match, trial.Took, trial)
		}
	}
}

// The package's test says which variables it finds, and with which arguments it runs.
func TestTheCallersEnvironmentIsKept(t *testing.T) {
	p := built(t, surround)
	for name, value := range map[string]string{
		"DB_URL": "mine", "GOMAXPROCS": "7", "GOGC": "50", "GOMEMLIMIT": "1MiB", "GOTRACEBACK": "none", "RAFTIAN_CHOICES": "3",
		"GODEBUG": "asyncpreemptoff=0,http2debug=1",
	} {
		t.Setenv(name, value)
	}
	o := matching("TestSurroundings")
	o.Args = []string{"one", "-two"}
	said := try(t, p, 5, o).Output
	for _, want := range []string{
		"DB_URL=mine\n", "GOMAXPROCS=1\n", "GOGC=off\n", "GOMEMLIMIT=\n", "GOTRACEBACK=all\n", "RAFTIAN_SEED=5\n",
		"GODEBUG=asyncpreemptoff=0,http2debug=1,asyncpreemptoff=1\n", "HOME=" + os.Getenv("HOME") + "\n",
		"PWD=" + p.Dir + "\n", "arguments one -two\n", "PATH=" + filepath.Join(p.Root, "bin") + ":",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("there is no %q in\n%s", want, said)
		}
	}
}

func TestPackagesAreThoseWithTests(t *testing.T) {
	got, err := toolchain.Packages(t.Context(), toolchain.Options{}, []string{racy, "raftian/netsim/testdata/pulse"})
	if err != nil || !slices.Equal(got, []string{racy}) {
		t.Errorf("the packages are %v, %v", got, err)
	}
	if _, err := toolchain.Packages(t.Context(), toolchain.Options{}, []string{"./nowhere"}); err == nil {
		t.Error("a package that is not there is no error")
	}
}

// A package whose files stand for others in the build would be covered as it is on disk.
func TestWhatIsEditedIsNotCovered(t *testing.T) {
	for _, patterns := range [][]string{{"sync"}, {"std"}, {racy, "math/rand/..."}, {"all"}} {
		if err := toolchain.Coverable(t.Context(), toolchain.Options{}, patterns); !errors.As(err, new(*toolchain.CoverError)) {
			t.Errorf("of %q the error is %v", patterns, err)
		}
	}
	if err := toolchain.Coverable(t.Context(), toolchain.Options{}, []string{racy, "net/..."}); err != nil {
		t.Error(err)
	}
}

// Coverage counts, but changes no run.
func TestCoverageChangesNothing(t *testing.T) {
	plain, covered := built(t, racy), built(t, racy, "-cover")
	for seed := uint64(1); seed <= 12; seed++ {
		if a, b := try(t, plain, seed, matching("")), try(t, covered, seed, matching("")); a.Failed != b.Failed {
			t.Errorf("seed %d: failed is %v, with coverage %v", seed, a.Failed, b.Failed)
		}
	}
}

func TestEventsAreThoseOfGoTest(t *testing.T) {
	p := built(t, racy)
	o := matching("")
	o.Flags = append(o.Flags, "-test.v=test2json")
	var err error
	if o.Converter, err = toolchain.FindConverter(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	events := string(try(t, p, 9, o).Events)
	for _, want := range []string{`"Action":"start"`, `"Action":"run","Package":"` + racy + `","Test":"TestAnAccountIsNeverOverdrawn"`,
		"the balance is -100", `"Action":"fail","Package":"` + racy + `","Test":"TestAnAccount`, `"Action":"fail","Package":"` + racy + `","Elapsed"`} {
		if !strings.Contains(events, want) {
			t.Errorf("there is no %q in\n%s", want, events)
		}
	}
}
