package campaign

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign/coverage"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// sampleReport is a report with something in every part.
func sampleReport() *Report {
	c := coverage.Empty()
	maps.Copy(c.Operations, map[string]int{"ok": 120, "fail": 3, "unknown": 7})
	maps.Copy(c.Faults, map[string]int{"kill": 4, "partition": 2})
	maps.Copy(c.Idle, map[string]int{"power": 1})
	maps.Copy(c.States, map[coverage.State]int{coverage.Elections: 9, coverage.TwoLeaders: 1})
	c.Commits = 131
	return &Report{
		Runs: 3, Repeated: 1, Coverage: c, Virtual: 90 * time.Second, Wall: 1500 * time.Millisecond, CPU: 450 * time.Millisecond,
		Converge: []time.Duration{100 * time.Millisecond, 2 * time.Second},
		Events:   5000, Wire: 180_000, Digest: "0123456789abcdef0123456789abcdef", Interrupted: true,
		Tallies: []Tally{
			{Judge: "election-safety", Pass: 3},
			{Judge: "monotonic", Pass: 2, Known: 1},
			{Judge: "linearizability", Pass: 1, Fail: 1, Inconclusive: 1},
		},
		Known: []KnownRun{{Finding: "term-goes-back", Seed: 4, File: "runs/seed-4.run", Where: "raftian/defects/term-goes-back"}},
		Failures: []Failure{{Seed: 7, File: "runs/seed-7.run", Verdicts: []linearizability.Verdict{
			{Judge: "linearizability", Outcome: linearizability.Fail, Reason: "p1#7 & p2#3 cannot both be true",
				Evidence: []linearizability.Evidence{{Event: 12, Text: "p1#7 was answered 5"}, {Text: "no order explains it"}}},
			{Judge: "liveness", Outcome: linearizability.Inconclusive, Reason: "the run is too short"},
		}}},
	}
}

func TestTheReportForPeople(t *testing.T) {
	var b bytes.Buffer
	r := sampleReport()
	r.Print(&b)
	for _, f := range r.Failures {
		f.Print(&b)
	}
	(&Report{Coverage: coverage.Empty()}).Print(&b)
	golden(t, "testdata/report.txt", b.Bytes())
}

// golden compares with a file, or writes it if asked to.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("it prints\n%s\nwhere %s has\n%s", got, file, want)
	}
}

// The fields are a contract with scripts: this test lists them with their
// types, and must be changed only to add some.
func TestTheReportForScripts(t *testing.T) {
	p := &Program{Program: toolchain.Program{Raft: "v1.8.0", Digest: "feed"}}
	text, err := json.Marshal(sampleReport().Summary(p, 2*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]any{
		"runs": 3., "virtual_s": 90., "wall_s": 1.5, "cpu_s": 2., "operations": 130., "commits": 131.,
		"digest": "0123456789abcdef0123456789abcdef", "repeated": 1., "events": 5000., "raft": "v1.8.0",
		"program": "feed", "interrupted": true,
	} {
		if got[field] != want {
			t.Errorf("%s is %v; want %v", field, got[field], want)
		}
	}
	for field, want := range map[string]map[string]any{
		"faults":   {"kill": 4., "partition": 2.},
		"idle":     {"power": 1.},
		"outcomes": {"ok": 120., "fail": 3., "unknown": 7.},

		"converge_s": {"runs": 2., "median": 0.1, "p95": 2., "max": 2.},
	} {
		if m, ok := got[field].(map[string]any); !ok || !maps.Equal(m, want) {
			t.Errorf("%s is %v; want %v", field, got[field], want)
		}
	}
	// Every state is there, also those that were not reached.
	reached, _ := got["coverage"].(map[string]any)
	var names []string
	for _, s := range coverage.States() {
		names = append(names, string(s.State))
	}
	if !slices.Equal(slices.Sorted(maps.Keys(reached)), slices.Sorted(slices.Values(names))) || reached[string(coverage.Elections)] != 9. {
		t.Errorf("coverage is %v", reached)
	}
	if known, _ := got["known"].([]any); len(known) != 1 || !maps.Equal(known[0].(map[string]any),
		map[string]any{"finding": "term-goes-back", "seed": 4., "file": "runs/seed-4.run", "where": "raftian/defects/term-goes-back"}) {
		t.Errorf("known is %v", got["known"])
	}
	failed, _ := got["failed"].([]any)
	if len(failed) != 1 {
		t.Fatalf("failed is %v", got["failed"])
	}
	first, _ := failed[0].(map[string]any)
	verdicts, _ := first["verdicts"].([]any)
	if first["seed"] != 7. || first["file"] != "runs/seed-7.run" || len(verdicts) != 2 {
		t.Errorf("the first failure is %v", first)
	}
	if v, _ := verdicts[0].(map[string]any); v["judge"] != "linearizability" || v["outcome"] != "fail" {
		t.Errorf("its first verdict is %v", verdicts[0])
	}
}

// A list without members is a list in JSON, and so is an object: scripts do not
// look for null.
func TestAReportOfNothingHasNoNulls(t *testing.T) {
	text, err := json.Marshal((&Report{Coverage: coverage.Empty()}).Summary(&Program{}, 0))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("null")) {
		t.Errorf("the summary has a null: %s", text)
	}
}
