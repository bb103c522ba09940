package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// opens are how the first bytes of each form begin.
func opens() map[string]string {
	return map[string]string{
		"porcupine": "<!doctype html>",
		"perfetto":  `{"displayTimeUnit"`,
		"jepsen":    "{:index 0, :time ",
		"csv":       "client,seq,machine,input,",
		"jsonl":     `{"client":"`,
		"svg":       "<svg xmlns=",
	}
}

func TestAKeptRunIsExportedInEveryForm(t *testing.T) {
	run := kept(t)
	for form, begin := range opens() {
		out := filepath.Join(t.TempDir(), "out")
		got := raftian(t, "export", run, "--as", form, "--out", out)
		got.want(t, exitPass, "")
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, []byte(begin)) || !strings.Contains(got.out, out) {
			t.Errorf("%s begins with %.40q; it says %q", form, b, got.out)
		}
		if form == "perfetto" && !json.Valid(b) {
			t.Errorf("%s is no JSON", form)
		}
	}
}

// What can be read of a file that is cut off is exported, and what is missing is
// said.
func TestAFileThatIsCutOffIsExportedAsFarAsItGoes(t *testing.T) {
	whole, err := os.ReadFile(kept(t))
	if err != nil {
		t.Fatal(err)
	}
	cut := file(t, "cut.run", whole[:len(whole)*3/4])
	for form, begin := range opens() {
		out := filepath.Join(t.TempDir(), "out")
		raftian(t, "export", cut, "--as", form, "--out", out).want(t, exitUsage, "the run is cut off after event")
		b, err := os.ReadFile(out)
		if err != nil || !bytes.HasPrefix(b, []byte(begin)) || len(b) < 1000 {
			t.Errorf("%s begins with %.40q (%v)", form, b, err)
		}
		if form == "perfetto" && !json.Valid(b) {
			t.Errorf("%s is no JSON", form)
		}
	}
}

// A name that something else has keeps it, whatever goes wrong.
func TestAnExportThatFailsLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	raftian(t, "export", file(t, "plain", []byte("words\n")), "--as", "csv", "--out", taken).want(t, exitUsage, "not a run file")
	raftian(t, "export", kept(t), "--as", "svg", "--at", "2h", "--out", taken).want(t, exitUsage, "the run goes from 0s to")
	if b, err := os.ReadFile(taken); err != nil || string(b) != "mine" {
		t.Errorf("the file holds %q (%v)", b, err)
	}
	if all := names(t, dir); !slices.Equal(all, []string{"taken"}) {
		t.Errorf("the directory holds %v", all)
	}
}
