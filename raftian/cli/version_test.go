package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/raftian/cli/clitest"
)

func TestVersionTellsWhatIsUsedAndWhereItIs(t *testing.T) {
	out, err := exec.Command("go", "env", "GOVERSION", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(string(out), "\n")
	words := clitest.Raftian(t, "version")
	words.Want(t, ExitPass, "")
	words.WantLines(t, "raftian ", "hashicorp/raft  v1.", "Go supported    1.26, 1.27\n", "Go used         "+answers[0]+"\n", "found at "+answers[1]+"\n", "GOTOOLCHAIN=")

	got := clitest.Raftian(t, "version", "--json")
	got.Want(t, ExitPass, "")
	var v versions
	if err := json.Unmarshal([]byte(got.Out), &v); err != nil {
		t.Fatal(err)
	}
	if v.Go.Version != answers[0] || v.Go.Root != answers[1] || !v.Go.Supported || v.Go.Command == "" ||
		!slices.Equal(v.Supported, []string{"1.26", "1.27"}) || !strings.HasPrefix(v.Raft, "v1.") || v.Raftian == "" || v.BuiltWith == "" {
		t.Errorf("it is %+v", v)
	}
}

// pretend puts a go command first on the path that chooses a Go of some version: the real
// one's sources without its go command. What else it is asked it hands on, but for
// building, which comes to what build says, if anything.
func pretend(t *testing.T, version, build string) (root string) {
	t.Helper()
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	root = filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(strings.TrimSpace(string(out)), "src"), filepath.Join(root, "src")); err != nil {
		t.Skip(err)
	}
	script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in\n'env GOROOT'*) printf '%%s\\n' '%s' '%s' auto /nowhere; exit ;;\nbuild*|test*) printf '%s' >&2; exit 1 ;;\nesac\nexec '%s' \"$@\"\n",
		root, version, build, real)
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return root
}

func TestAGoThatIsNotSupportedIsOneLine(t *testing.T) {
	kept := clitest.Kept(t)
	for _, version := range []string{"go1.25.3", "go1.28rc1"} {
		root := pretend(t, version, "")
		want := version + " (" + root + ") is not supported, Go 1.26 or 1.27 is"
		for _, line := range []string{"explore", "explore --raft v1.7.3", "run", "rerun " + kept, "shrink " + kept + " --out " + filepath.Join(t.TempDir(), "small.run")} {
			clitest.Raftian(t, strings.Fields(line)...).Want(t, ExitTool, want)
		}
		clitest.Raftian(t, "test", "raftian/netsim/toolchain/testdata/racy").Want(t, ExitTool, want)
		got := clitest.Raftian(t, "version")
		got.Want(t, ExitPass, "")
		got.WantLines(t, "Go used         none: "+want)
	}
}

// The rule and the version of Go are what a report must have.
func TestRulesThatDoNotFitAGoAreOneLine(t *testing.T) {
	pretend(t, "go1.27.99", `# runtime\nruntime/raftian.go:5:2: package internal/chacha8rand is not in std\n`)
	want := `runtime rule "streams" does not compile in src/runtime/raftian.go of go1.27.99: raftian.go:5:2: package internal/chacha8rand`
	for _, line := range []string{"explore", "test raftian/netsim/toolchain/testdata/racy"} {
		clitest.Raftian(t, strings.Fields(line)...).Want(t, ExitTool, want)
	}
	root := pretend(t, "go1.26.99", "")
	if err := os.Remove(filepath.Join(root, "src")); err != nil {
		t.Fatal(err)
	}
	clitest.Raftian(t, "explore").Want(t, ExitTool, `runtime rule "bootstrap-seed" must match src/runtime/rand.go of go1.26.99 exactly once, but matches 0 times`)
}
