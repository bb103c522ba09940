package cli

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/cli/clitest"
)

// junitRead is a JUnit file as a server reads it.
type junitRead struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Cases    []struct {
		Name    string `xml:"name,attr"`
		Class   string `xml:"classname,attr"`
		Failure *struct {
			Message string `xml:"message,attr"`
			Type    string `xml:"type,attr"`
			Text    string `xml:",chardata"`
		} `xml:"failure"`
		Error *struct {
			Message string `xml:"message,attr"`
		} `xml:"error"`
		Skipped *struct {
			Message string `xml:"message,attr"`
		} `xml:"skipped"`
		Out string `xml:"system-out"`
	} `xml:"testsuite>testcase"`
}

func readJUnit(t *testing.T, path string) (got junitRead) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = xml.Unmarshal(b, &got)
	}
	if err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	return got
}

// onActions runs the command as a step of GitHub Actions does.
func onActions(t *testing.T, args ...string) (got clitest.Said, summary string) {
	t.Helper()
	campaigntest.Sources(t)
	file := filepath.Join(t.TempDir(), "summary.md")
	cmd := exec.CommandContext(t.Context(), "raftian", args...)
	cmd.Env = append(os.Environ(), "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY="+file)
	got = clitest.Finish(t, cmd)
	b, _ := os.ReadFile(file)
	return got, string(b)
}

func TestACampaignIsToldToCI(t *testing.T) {
	dir := t.TempDir()
	junit := filepath.Join(dir, "junit.xml")
	args := append([]string{"explore", "--seeds", "6-7", "--out", dir, "--bug", "ack-before-commit", "--junit", junit}, clitest.Small()...)
	again := "raftian run --seed 7 --length 5s --machines 3 --rate 20 --bug ack-before-commit"
	kept := filepath.Join(dir, "seed-7.run")

	got, summary := onActions(t, args...)
	got.Want(t, ExitFail, "")
	got.WantLines(t, "seed 7 fails  linearizability: no order of the calls", "::error title=seed 7%3A linearizability::linearizability: no order", "%0Akept in "+kept+"%0Aagain: "+again+"\n",
		"judge  pass", "seed 7  linearizability: fail")
	for _, words := range []string{"### raftian explore: 1 of 2 runs failed\n", "seeds 6-7;", "| 7 | linearizability: no order", "`" + kept + "` | `" + again + "` |\n", "| linearizability | 1 | 0 | 1 | 0 | 0 |"} {
		if !strings.Contains(summary, words) {
			t.Errorf("the summary does not say %q:\n%s", words, summary)
		}
	}
	x := readJUnit(t, junit)
	if x.Tests != 2 || x.Failures != 1 || x.Errors != 0 || x.Cases[0].Name != "seed 6" || x.Cases[0].Failure != nil || x.Cases[1].Class != "game" {
		t.Fatalf("%+v", x)
	}
	f := x.Cases[1].Failure
	if f == nil || !strings.HasPrefix(f.Message, "linearizability: no order") || f.Type != "linearizability" || !strings.Contains(f.Text, "event ") || !strings.HasSuffix(f.Text, "kept in "+kept+"; again: "+again+"\n") {
		t.Errorf("%+v", f)
	}

	// What is JSON stays JSON.
	got, _ = onActions(t, append(args, "--json")...)
	if got.Status != ExitFail || strings.Count(got.Out, "\n") != 1 || !strings.HasPrefix(got.Out, "{") || !strings.HasPrefix(got.Stderr, "seed 7 fails") || strings.Count(got.Stderr, "::error ") != 1 {
		t.Errorf("exit status %d; it says %s and on standard error %s", got.Status, got.Out, got.Stderr)
	}
}

func TestAToolThatFailsLeavesAFileThatSaysSo(t *testing.T) {
	junit := filepath.Join(t.TempDir(), "junit.xml")
	got := clitest.Raftian(t, "explore", "--world", "../../raftian/campaign/testdata/broken", "--seeds", "1", "--junit", junit)
	got.Want(t, ExitTool, "undefined")
	if x := readJUnit(t, junit); x.Errors != 1 || x.Cases[0].Name != "the campaign" || !strings.Contains(x.Cases[0].Error.Message, "undefined: undefined") {
		t.Errorf("%+v", x)
	}
	clitest.Raftian(t, "explore", "--junit", filepath.Join(t.TempDir(), "no", "junit.xml")).Want(t, ExitUsage, "its directory does not exist")
}

func TestSeedsFromTheTimeAreSaidSoThatTheyCanBeRunAgain(t *testing.T) {
	args := append([]string{"--out", t.TempDir(), "--faults", "calm"}, clitest.Small()...)
	before := uint64(time.Now().UnixMilli()) * 1000
	s := exploreJSON(t, ExitPass, append(args, "--seeds", "from-time+2")...)
	if s.Runs != 2 || s.First < before || s.Last != s.First+1 {
		t.Fatalf("%d runs, of seeds %d to %d", s.Runs, s.First, s.Last)
	}
	seeds := fmt.Sprintf("%d-%d", s.First, s.Last)
	got := clitest.Raftian(t, append([]string{"explore", "--seeds", seeds}, args...)...)
	got.WantLines(t, "seeds "+seeds+": 2 runs of 5s", "digest over all runs "+s.Digest[:16])

	got = clitest.Raftian(t, append([]string{"explore", "--seeds", "from-time", "--for", "500ms", "--jobs", "1"}, args...)...)
	got.Want(t, ExitPass, "")
	_, rest, _ := strings.Cut(got.Out, "seeds from ")
	first, rest, _ := strings.Cut(rest, ": runs of")
	if n, err := strconv.ParseUint(first, 10, 64); err != nil || n < before || !strings.Contains(rest, "ended with seeds "+first+" to ") {
		t.Errorf("it says\n%s", got.Out)
	}
}

func TestSeedsAreSaidAsTheyAreRead(t *testing.T) {
	for want, seeds := range map[string][]uint64{"5": {5}, "1-3,9": {1, 2, 3, 9}, "1,3,5-6": {1, 3, 5, 6}} {
		if got := rangeWords(seeds); got != want {
			t.Errorf("%v are %s", seeds, got)
		}
	}
}
