package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
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
	run := clitest.Kept(t)
	for form, begin := range opens() {
		out := filepath.Join(t.TempDir(), "out")
		got := clitest.Raftian(t, "export", run, "--as", form, "--out", out)
		got.Want(t, ExitPass, "")
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, []byte(begin)) || !strings.Contains(got.Out, out) {
			t.Errorf("%s begins with %.40q; it says %q", form, b, got.Out)
		}
		if form == "perfetto" && !json.Valid(b) {
			t.Errorf("%s is no JSON", form)
		}
	}
}

// What can be read of a file that is cut off is exported, and what is missing is
// said.
func TestAFileThatIsCutOffIsExportedAsFarAsItGoes(t *testing.T) {
	whole, err := os.ReadFile(clitest.Kept(t))
	if err != nil {
		t.Fatal(err)
	}
	cut := clitest.File(t, "cut.run", whole[:len(whole)*3/4])
	for form, begin := range opens() {
		out := filepath.Join(t.TempDir(), "out")
		clitest.Raftian(t, "export", cut, "--as", form, "--out", out).Want(t, ExitUsage, "the run is cut off after event")
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
	clitest.Raftian(t, "export", clitest.File(t, "plain", []byte("words\n")), "--as", "csv", "--out", taken).Want(t, ExitUsage, "not a run file")
	clitest.Raftian(t, "export", clitest.Kept(t), "--as", "svg", "--at", "2h", "--out", taken).Want(t, ExitUsage, "the run goes from 0s to")
	if b, err := os.ReadFile(taken); err != nil || string(b) != "mine" {
		t.Errorf("the file holds %q (%v)", b, err)
	}
	if all := clitest.Names(t, dir); !slices.Equal(all, []string{"taken"}) {
		t.Errorf("the directory holds %v", all)
	}
}
