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

func TestAHistoryFromElsewhereIsExported(t *testing.T) {
	history := clitest.File(t, "stale.edn", []byte(`{:process 0, :type :invoke, :f :write, :value 3}
{:process 0, :type :ok, :f :write, :value 3}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value 4}
`))
	begins := opens()
	begins["jepsen"] = "{:index 0, :time 1, :process 0, :type :invoke, :f :write, :value 3}"
	for form, begin := range begins {
		out := filepath.Join(t.TempDir(), "out."+form)
		got := clitest.Raftian(t, "export", "--model", "register", history, "--as", form, "--out", out)
		if form == "perfetto" {
			got.Want(t, ExitUsage, "--as perfetto shows machines and messages, which a history recorded elsewhere does not have")
			continue
		}
		got.Want(t, ExitPass, "")
		b, err := os.ReadFile(out)
		if err != nil || !bytes.HasPrefix(b, []byte(begin)) || !strings.Contains(got.Out, out) {
			t.Errorf("%s begins with %.70q (%v); it says %q", form, b, err, got.Out)
		}
		if form == "jepsen" || form == "jsonl" { // they are histories again, with the same verdict
			clitest.Raftian(t, "check", "--model", "register", out).Want(t, ExitFail, "")
		}
	}
}

func TestAnExportOfAHistoryThatCannotBeIsOneLine(t *testing.T) {
	history := clitest.File(t, "a.edn", []byte(soundEDN))
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{history}, "a history that was recorded elsewhere takes --model"},
		{[]string{history, "--model", "kv"}, "a.edn: line 1: the :value 3 is no key with a value"},
		{[]string{history, "--model", "chess"}, `unknown model "chess"`},
		{[]string{history, "--model", "register", "--nil", "perhaps"}, `--nil "perhaps" is neither`},
		{[]string{history, "--nil", "absent"}, "--nil has no meaning without --model"},
		{[]string{filepath.Dir(history), "--model", "register"}, "is a directory: name one of its histories"},
		{[]string{"x.run", "--model", "register"}, "a run has a model of its own"},
	} {
		clitest.Raftian(t, append([]string{"export", "--as", "csv", "--out", out}, c.args...)...).Want(t, ExitUsage, c.want)
	}
	clitest.Raftian(t, "export", "--as", "svg", "--at", "2s", "--out", out, "--model", "register", history).Want(t, ExitUsage, "--at is for runs")
}
