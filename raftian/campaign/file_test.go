package campaign

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/campaigntest"
)

// check judges a file of the faulty program again; it must be sound.
func check(t *testing.T, p *Program, file string) *Result {
	t.Helper()
	r, err := Check(t.Context(), file, func(string) (*Program, error) { return p, nil })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t *testing.T, file string) *trace.Reader {
	t.Helper()
	f, err := trace.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// keep makes a run of the faulty program and returns the file it is kept in.
func keep(t *testing.T, p *Program, texts ...string) (*Result, string) {
	t.Helper()
	r, err := p.Run(t.Context(), faultyPlan(t, texts...))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kept.run")
	if err := r.Save(file, p); err != nil {
		t.Fatal(err)
	}
	return r, file
}

func TestAKeptRunIsJudgedAndRunAgainAlike(t *testing.T) {
	p := faulty(t)
	r, file := keep(t, p, adds(20)...)
	if r.Failed() {
		t.Fatalf("twenty additions fail: %v", r.Verdicts)
	}
	again := check(t, p, file)
	if again.Digest != r.Digest || again.Events != r.Events || len(again.History) != len(r.History) {
		t.Errorf("read back: %d events, %d operations, digest %s; it had %d, %d, %s",
			again.Events, len(again.History), again.Digest, r.Events, len(r.History), r.Digest)
	}
	if !slices.EqualFunc(again.Verdicts, r.Verdicts, func(a, b linearizability.Verdict) bool {
		return a.Judge == b.Judge && a.Outcome == b.Outcome && a.Reason == b.Reason
	}) {
		t.Errorf("judged again: %v\nit was: %v", again.Verdicts, r.Verdicts)
	}
	if _, d, err := Rerun(t.Context(), p, open(t, file)); d != nil || err != nil {
		t.Errorf("run again it differs: %+v, %v", d, err)
	}
}

func TestARerunShowsTheFirstEventThatDiffers(t *testing.T) {
	p := faulty(t)
	r, file := keep(t, p, "add", "get")
	middle := int(r.Events / 2)
	cases := map[string]struct {
		change    func([]trace.Event) []trace.Event
		then, now bool // which side has an event
	}{
		"one is another": {func(all []trace.Event) []trace.Event { all[middle].Text += "x"; return all }, true, true},
		"one is missing": {func(all []trace.Event) []trace.Event { return slices.Delete(all, middle, middle+1) }, true, true},
		"the file has more": {func(all []trace.Event) []trace.Event {
			return append(all, trace.Event{At: all[len(all)-1].At, Note: env.Note{Kind: "afterthought"}})
		}, true, false},
		"the file has less": {func(all []trace.Event) []trace.Event { return all[:len(all)-1] }, false, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			doctored := campaigntest.Doctor(t, file, c.change)
			_, d, err := Rerun(t.Context(), p, open(t, doctored))
			if err != nil || d == nil {
				t.Fatalf("difference %+v, error %v", d, err)
			}
			if (d.Then != nil) != c.then || (d.Now != nil) != c.now {
				t.Fatalf("then %v, now %v", d.Then, d.Now)
			}
			if c.then && c.now && (d.Then.N != uint64(middle+1) || d.Now.N != uint64(middle+1)) {
				t.Errorf("they differ in event %d, then event %d, now %d", middle+1, d.Then.N, d.Now.N)
			}
		})
	}
}

func TestAFileThatIsCutOffIsJudgedAsFarAsItGoes(t *testing.T) {
	p := faulty(t)
	r, file := keep(t, p, adds(20)...)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.run")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	never := func(string) (*Program, error) {
		t.Error("the guest's model was asked for")
		return nil, errors.New("no")
	}
	part, err := Check(t.Context(), cut, never)
	if !errors.Is(err, trace.ErrCut) || part == nil || part.Events == 0 || part.Events >= r.Events {
		t.Fatalf("half a file of %d events: %+v, %v", r.Events, part, err)
	}
	for _, v := range part.Verdicts {
		if v.Outcome == linearizability.Fail {
			t.Errorf("%s fails a sound run that was cut off: %s", v.Judge, v.Reason)
		}
	}
	for _, judge := range []string{"liveness", "no-panic"} {
		if v := verdictOf(t, part, judge); v.Outcome != linearizability.Inconclusive {
			t.Errorf("%s says %v of a run whose end it has not seen", judge, v.Outcome)
		}
	}
}

// A run that simply stops, in a file that is whole, did not end well.
func TestAFileWithoutTheEndOfItsRunFails(t *testing.T) {
	p := faulty(t)
	_, file := keep(t, p, "add")
	doctored := campaigntest.Doctor(t, file, func(all []trace.Event) []trace.Event { return all[:len(all)-1] })
	if v := verdictOf(t, check(t, p, doctored), "no-panic"); v.Outcome != linearizability.Fail ||
		!strings.Contains(v.Reason, "does not hold the end") {
		t.Errorf("no-panic says %v: %s", v.Outcome, v.Reason)
	}
}

func TestARunIsNotRerunByAnotherGuestsProgram(t *testing.T) {
	p := faulty(t)
	_, file := keep(t, p, "add")
	p.Guest = "another"
	_, _, err := Rerun(t.Context(), p, open(t, file))
	if err == nil || !strings.Contains(err.Error(), `the run is of guest "faulty"`) {
		t.Errorf("the error is %v", err)
	}
}
