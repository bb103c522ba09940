package cli

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/raftian/cli/clitest"
)

const (
	soundEDN = `{:process 0, :type :invoke, :f :write, :value 3}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 0, :type :info, :f :write, :value 3}
{:process 1, :type :ok, :f :read, :value 3}
`
	staleLog = "lein test\nINFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 0\t:ok\t:write\t3\n" +
		"INFO  jepsen.util - 1\t:invoke\t:read\tnil\nINFO  jepsen.util - 1\t:ok\t:read\t4\n"
	soundGame = `{"client":"p1","seq":1,"input":"n1 attack n2","output":"hit n2 90","outcome":"ok","call":1,"return":2,"index":3}
{"client":"p2","seq":1,"input":"n2 attack n1","output":"","outcome":"unknown","call":1}
`
	brokenEDN = "{:process 0, :type :invoke, :f :read}\n{:process 0, :type :invoke, :f :read}\n"
)

func TestAHistoryFromElsewhereIsJudged(t *testing.T) {
	for _, c := range []struct {
		name, text, model string
		status            int
		words             []string
	}{
		{"sound.edn", soundEDN, "register", ExitPass, []string{"2 operations, 1 of them without an answer", "pass", "linearizability"}},
		{"stale.log", staleLog, "register", ExitFail, []string{"fail", `was answered "4"`, "event 5: ", "1 line was left out"}},
		{"game.jsonl", soundGame, "game", ExitPass, []string{"2 operations, 1 of"}},
	} {
		got := clitest.Raftian(t, "check", "--model", c.model, clitest.File(t, c.name, []byte(c.text)))
		got.Want(t, c.status, "")
		for _, w := range c.words {
			if !strings.Contains(got.Out, w) {
				t.Errorf("%s: it does not say %q:\n%s", c.name, w, got.Out)
			}
		}
	}
}

func TestABrokenHistoryIsOneLineThatNamesFileAndLine(t *testing.T) {
	path := clitest.File(t, "broken.edn", []byte(brokenEDN))
	got := clitest.Raftian(t, "check", "--model", "register", path)
	got.Want(t, ExitUsage, path+": line 2: process 0 makes a call")
	if got.Out != "" {
		t.Errorf("on standard output it says %q", got.Out)
	}
	clitest.Raftian(t, "check", "--model", "kv", path).Want(t, ExitUsage, path+": line 1: ")
}

// directory holds histories by name.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestADirectoryOfHistoriesIsATable(t *testing.T) {
	files := map[string]string{"b-broken.edn": brokenEDN, "a-sound.edn": soundEDN, "results.svg": ""}
	got := clitest.Raftian(t, "check", "--model", "register", directory(t, files))
	got.Want(t, ExitUsage, "1 of 2 histories cannot be read")
	var rows [][]string
	for line := range strings.Lines(got.Out) {
		rows = append(rows, strings.Fields(line))
	}
	if len(rows) != 5 || strings.Join(rows[1], " ") != "a-sound.edn 2 1 pass" ||
		strings.Join(rows[2][:4], " ") != "b-broken.edn - - unreadable" || !strings.Contains(got.Out, "b-broken.edn: line 2: process 0") ||
		!strings.Contains(got.Out, "2 histories: 1 pass, 0 do not, 1 cannot be read; 1 file of other kinds") {
		t.Errorf("it prints\n%s", got.Out)
	}

	files["c-stale.log"] = staleLog // a finding counts for more than a file that cannot be read
	dir := directory(t, files)
	got = clitest.Raftian(t, "check", "--model", "register", "--json", "--jobs", "2", dir)
	got.Want(t, ExitFail, "")
	var all judgedAll
	if err := json.Unmarshal([]byte(got.Out), &all); err != nil {
		t.Fatalf("%v: %s", err, got.Out)
	}
	if all.Passed != 1 || all.Failed != 1 || all.Unreadable != 1 || len(all.Histories) != 3 {
		t.Fatalf("it says %+v", all)
	}
	broken, stale := all.Histories[1], all.Histories[2]
	if !strings.Contains(broken.Error, "line 2") || broken.Verdicts[0].Outcome != linearizability.NotRun {
		t.Errorf("of the broken one it says %+v", broken)
	}
	if v := stale.Verdicts[0]; stale.File != filepath.Join(dir, "c-stale.log") || v.Outcome != linearizability.Fail || len(v.Evidence) == 0 {
		t.Errorf("of the stale one it says %+v", stale)
	}
}

func TestADirectoryWithoutHistoriesIsRefused(t *testing.T) {
	clitest.Raftian(t, "check", "--model", "kv", t.TempDir()).Want(t, ExitUsage, "it holds no .edn, .log, .txt, .json or .jsonl file")
}

// What might be meant otherwise stands below the verdict, and in JSON.
func TestAVerdictThatHangsOnWhatNilMeansSaysSo(t *testing.T) {
	path := clitest.File(t, "nil.edn", []byte(strings.Replace(soundEDN, ":f :read, :value 3", ":f :read, :value nil", 1)))
	stale := clitest.File(t, "stale.edn", []byte(`{:process 0, :type :invoke, :f :write, :value 3}
{:process 0, :type :ok, :f :write, :value 3}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value nil}
`))
	if got := clitest.Raftian(t, "check", "--model", "register", path); strings.Contains(got.Out, "hint") {
		t.Errorf("either way it passes, but it says\n%s", got.Out)
	}
	got := clitest.Raftian(t, "check", "--model", "register", stale)
	got.Want(t, ExitPass, "")
	if !strings.Contains(got.Out, "\nhint: 1 read was answered nil, which was taken as --nil unknown; with --nil absent the verdict is fail") {
		t.Errorf("it says\n%s", got.Out)
	}
	got = clitest.Raftian(t, "check", "--model", "register", "--nil", "absent", "--json", stale)
	got.Want(t, ExitFail, "")
	var j judged
	if err := json.Unmarshal([]byte(got.Out), &j); err != nil || j.NilReads != 1 || j.Nil != "absent" || len(j.Hints) != 1 {
		t.Errorf("%v: %s", err, got.Out)
	}
	clitest.Raftian(t, "check", "--model", "register", "--initial", "nil", stale).Want(t, ExitPass, "")
}

func TestAStoreIsATableWithWhatJepsenSaid(t *testing.T) {
	dir := t.TempDir()
	for run, valid := range map[string]string{"a": "true", "b": "false"} {
		path := filepath.Join(dir, "etcd", run)
		if err := errors.Join(os.MkdirAll(path, 0o755),
			os.WriteFile(filepath.Join(path, "history.edn"), []byte(soundEDN), 0o600),
			os.WriteFile(filepath.Join(path, "jepsen.log"), []byte(staleLog), 0o600),
			os.WriteFile(filepath.Join(path, "results.edn"), []byte("{:valid? "+valid+"}"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	got := clitest.Raftian(t, "check", "--model", "register", dir)
	got.Want(t, ExitPass, "")
	for _, want := range []string{"verdict       jepsen", "etcd/a/history.edn", "valid, agrees", "invalid, differs (verdict of the whole test)",
		"2 histories: 2 pass, 0 do not, 0 cannot be read; of 1 Jepsen said otherwise"} {
		if !strings.Contains(got.Out, want) {
			t.Errorf("it does not say %q:\n%s", want, got.Out)
		}
	}
	var all judgedAll
	got = clitest.Raftian(t, "check", "--model", "register", "--json", dir)
	if err := json.Unmarshal([]byte(got.Out), &all); err != nil || all.Differ != 1 || all.Histories[0].Jepsen.Agrees != "yes" || all.Histories[1].Jepsen.Agrees != "no" {
		t.Errorf("%v: %s", err, got.Out)
	}
	if got := clitest.Raftian(t, "check", "--model", "register", filepath.Join(dir, "etcd", "b", "history.edn")); !strings.Contains(got.Out, "Jepsen's results beside it: invalid, differs") {
		t.Errorf("of one file it says\n%s", got.Out)
	}
}
