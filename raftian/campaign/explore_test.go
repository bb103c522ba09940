package campaign

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign/coverage"
)

// explore makes a small campaign on the faulty program.
func explore(t *testing.T, o Options) *Report {
	t.Helper()
	if o.Out == "" {
		o.Out = t.TempDir()
	}
	r, err := Explore(t.Context(), faulty(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// At 20 calls a second a run of five seconds makes some 40: too few for an
// addition to be lost. At 60 every run loses one.
const (
	rateClean = 20
	rateLossy = 60
)

func TestACounterThatLosesAnAdditionIsCaught(t *testing.T) {
	dir := t.TempDir()
	draw := smallDraw()
	draw.Rate = rateLossy
	r := explore(t, Options{Seeds: []uint64{8, 9}, Draw: draw, Jobs: 2, Out: dir})
	if len(r.Failures) != 2 || r.Failures[0].Seed != 8 || r.Failures[1].Seed != 9 {
		t.Fatalf("the failures are %+v; want seeds 8 and 9, in order", r.Failures)
	}
	p := faulty(t)
	for _, f := range r.Failures {
		if len(f.Verdicts) != 1 || f.Verdicts[0].Judge != "linearizability" || f.Verdicts[0].Outcome != linearizability.Fail {
			t.Fatalf("seed %d: %+v; want linearizability alone to fail", f.Seed, f.Verdicts)
		}
		if f.Verdicts[0].Reason == "" || len(f.Verdicts[0].Evidence) == 0 {
			t.Errorf("seed %d: no reason or no evidence: %+v", f.Seed, f.Verdicts[0])
		}
		if want := filepath.Join(dir, "seed-"+string('0'+rune(f.Seed))+".run"); f.File != want {
			t.Errorf("seed %d is kept in %s; want %s", f.Seed, f.File, want)
		}
		if v := verdictOf(t, check(t, p, f.File), "linearizability"); v.Reason != f.Verdicts[0].Reason {
			t.Errorf("seed %d: judged again: %s\nit was: %s", f.Seed, v.Reason, f.Verdicts[0].Reason)
		}
	}
}

// What is known of the library is reported, and is no failure.
func TestAKnownFindingIsNoFailure(t *testing.T) {
	draw := smallDraw()
	draw.Rate = rateLossy
	known := func(r *Result) [][]string {
		names := make([][]string, len(r.Verdicts))
		for k, v := range r.Verdicts {
			for range v.Violations {
				if v.Judge == "linearizability" {
					names[k] = append(names[k], "it-loses-some")
				}
			}
		}
		return names
	}
	r := explore(t, Options{Seeds: []uint64{9, 8}, Draw: draw, Jobs: 2, Known: known})
	if len(r.Failures) != 0 || len(r.Known) != 2 || r.Known[0].Seed != 8 || r.Known[0].Finding != "it-loses-some" {
		t.Fatalf("failures %+v, known %+v", r.Failures, r.Known)
	}
	if _, err := os.Stat(r.Known[1].File); err != nil {
		t.Errorf("its run is not kept: %v", err)
	}
	for _, tally := range r.Tallies {
		if (tally.Known == 2) != (tally.Judge == "linearizability") || tally.Fail != 0 {
			t.Errorf("the tally is %+v", tally)
		}
	}
}

// What failed before comes first, once.
func TestSeedsThatAreToBeFirstAre(t *testing.T) {
	draw := smallDraw()
	draw.Rate = rateLossy
	var made []uint64
	var plans []string
	finished := func(m Made) {
		made, plans = append(made, m.Seed), append(plans, m.Plan)
		if m.Failure == nil || m.Failure.Seed != m.Seed || m.File == "" || m.Took <= 0 || len(m.Plan) != 64 {
			t.Errorf("%+v", m)
		}
	}
	r := explore(t, Options{Seeds: []uint64{7, 8}, First: []uint64{9, 8}, Draw: draw, Jobs: 1, Finished: finished})
	if !slices.Equal(made, []uint64{9, 8, 7}) || r.Runs != 3 || r.First != 7 || r.Last != 7 || r.Interrupted || plans[0] == plans[1] {
		t.Errorf("made were %v, and the report is %d runs, of seeds %d to %d", made, r.Runs, r.First, r.Last)
	}
	made = nil
	r = explore(t, Options{Seeds: []uint64{7}, First: []uint64{8}, Draw: draw, Jobs: 1, Endless: true, MaxFailures: 3, Finished: finished})
	if !slices.Equal(made, []uint64{8, 7, 9}) || r.First != 7 || r.Last != 9 {
		t.Errorf("without an end made were %v, and the report has seeds %d to %d", made, r.First, r.Last)
	}
	r = explore(t, Options{Seeds: []uint64{7}, First: []uint64{8}, Draw: draw, Jobs: 1, MaxFailures: 1})
	if r.Runs != 1 || r.Ended == "" || r.Failures[0].Seed != 8 {
		t.Errorf("after a failure of the first seeds: %+v", r)
	}
}

func TestTheDigestDoesNotDependOnHowManyRunAtOnce(t *testing.T) {
	seeds := []uint64{5, 3, 4}
	one := explore(t, Options{Seeds: seeds, Draw: smallDraw(), Jobs: 1})
	three := explore(t, Options{Seeds: seeds, Draw: smallDraw(), Jobs: 3, Twice: true})
	if one.Digest != three.Digest || len(one.Digest) != 64 {
		t.Errorf("digest %s with one job, %s with three", one.Digest, three.Digest)
	}
	if one.Repeated != 1 || three.Repeated != 3 {
		t.Errorf("%d and %d runs were repeated; want the first of sixteen, and all three", one.Repeated, three.Repeated)
	}
	other := explore(t, Options{Seeds: []uint64{5, 3, 6}, Draw: smallDraw(), Jobs: 3})
	if other.Digest == one.Digest {
		t.Error("other seeds have the same digest")
	}
}

func TestWhatIsKeptIsWhatWasAskedFor(t *testing.T) {
	for keepAll, want := range map[bool][]string{false: nil, true: {"seed-1.run", "seed-2.run"}} {
		dir := filepath.Join(t.TempDir(), "made", "when", "needed")
		r := explore(t, Options{Seeds: []uint64{1, 2}, Draw: smallDraw(), Jobs: 2, Out: dir, KeepAll: keepAll})
		if len(r.Failures) > 0 || r.Runs != 2 {
			t.Fatalf("%d runs, failures %+v", r.Runs, r.Failures)
		}
		var got []string
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if !slices.Equal(got, want) {
			t.Errorf("keep all %v: the directory holds %v; want %v", keepAll, got, want)
		}
	}
}

func TestACampaignThatIsStoppedSaysWhatIsDone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	runs := 0
	finished := func(Made) {
		if runs++; runs == 2 {
			stop()
		}
	}
	seeds := make([]uint64, 1000)
	for k := range seeds {
		seeds[k] = uint64(k)
	}
	r, err := Explore(ctx, faulty(t), Options{Seeds: seeds, Draw: smallDraw(), Jobs: 1, Out: t.TempDir(), Finished: finished})
	if err != nil || !r.Interrupted || r.Runs < 2 || r.Runs > 3 || len(r.Failures) > 0 {
		t.Fatalf("report %+v, error %v; want two or three good runs", r, err)
	}
}

func TestACampaignWhoseProgramIsGoneIsAnError(t *testing.T) {
	p := faulty(t)
	p.Program = toolchain.Program{Path: filepath.Join(t.TempDir(), "gone")}
	r, err := Explore(t.Context(), p, Options{Seeds: []uint64{1, 2, 3}, Draw: smallDraw(), Jobs: 2, Out: t.TempDir()})
	if err == nil || r.Runs != 0 {
		t.Errorf("report %+v, error %v", r, err)
	}
}

// wrapped is the faulty program inside a shell script, which stands for whatever
// makes two runs of a plan differ.
func wrapped(t *testing.T, script, dir string) *Program {
	t.Helper()
	p := faulty(t)
	if err := exec.Command("sed", "--version").Run(); err != nil {
		t.Skip("this needs a Unix shell: ", err)
	}
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.NewReplacer("PROGRAM", p.Path, "DIR", dir).Replace(string(text))
	p.Path = filepath.Join(dir, "wrapped")
	if err := os.WriteFile(p.Path, []byte(words), 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRunsThatDifferAreTheToolsFailureAndBothAreKept(t *testing.T) {
	dir := t.TempDir()
	p := wrapped(t, "testdata/moody.sh", dir)
	_, err := Explore(t.Context(), p, Options{Seeds: []uint64{1}, Draw: smallDraw(), Jobs: 1, Out: dir, Twice: true})
	if !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), "seed 1: ") {
		t.Fatalf("the error is %v", err)
	}
	for _, name := range []string{"seed-1.first.run", "seed-1.second.run"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// A program that was killed from outside, for lack of memory say, is not taken
// for a run that fails, nor for one that passes.
func TestAProgramThatDiesOnlyOnceIsTheToolsFailure(t *testing.T) {
	p := wrapped(t, "testdata/faint.sh", t.TempDir())
	_, err := p.Run(t.Context(), faultyPlan(t, "add"))
	if !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("the error is %v", err)
	}
}

func TestWhatACampaignAddsUp(t *testing.T) {
	one := explore(t, Options{Seeds: []uint64{1}, Draw: smallDraw(), Jobs: 1})
	two := explore(t, Options{Seeds: []uint64{2}, Draw: smallDraw(), Jobs: 1})
	both := explore(t, Options{Seeds: []uint64{1, 2}, Draw: smallDraw(), Jobs: 1})
	sum := coverage.Empty()
	sum.Add(one.Coverage)
	sum.Add(two.Coverage)
	if both.Coverage.Commits != sum.Commits || !maps.Equal(both.Coverage.Operations, sum.Operations) ||
		!maps.Equal(both.Coverage.States, sum.States) || !maps.Equal(both.Coverage.Faults, sum.Faults) {
		t.Errorf("two runs give %+v\none and one give %+v", both.Coverage, sum)
	}
	if both.Virtual != one.Virtual+two.Virtual || both.Events != one.Events+two.Events || both.Wire != one.Wire+two.Wire {
		t.Errorf("%s, %d events, %d bytes; want the sums", both.Virtual, both.Events, both.Wire)
	}
	for _, tally := range both.Tallies {
		if tally.Pass != 2 || tally.Fail+tally.Inconclusive != 0 {
			t.Errorf("the tally is %+v", tally)
		}
	}
}

// A run of another plan that has the name is evidence of something else.
func TestACampaignReplacesItsOwnRunsOnly(t *testing.T) {
	dir, draw := t.TempDir(), smallDraw()
	first := filepath.Join(dir, "seed-8.run")
	if err := os.WriteFile(first, []byte("a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, draw.Rate = range []float64{rateClean, rateLossy, rateClean, rateLossy} {
		explore(t, Options{Seeds: []uint64{8}, Draw: draw, Jobs: 1, Out: dir, KeepAll: true})
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 3 {
		t.Errorf("there are %v; want a letter and a run for each rate", names)
	}
	if text, err := os.ReadFile(first); err != nil || string(text) != "a letter" {
		t.Errorf("the letter reads %.20q (%v)", text, err)
	}
}
