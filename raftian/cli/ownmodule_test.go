package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/cli/clitest"
)

// ownModule is a module of a user's own that has the game's world program, and whose
// go.mod has another hashicorp/raft stand for the one that is required.
func ownModule(t *testing.T, raft string) string {
	t.Helper()
	campaigntest.Sources(t)
	house, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(house, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	mod := strings.Replace(read("go.mod"), "module raftian\n", "module own\n", 1)
	mod = regexp.MustCompile(`(?s)\ntool \(.*?\n\)\n`).ReplaceAllString(mod, "\n")
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": mod, "go.sum": read("go.sum"), "world/main.go": read("raftian/world/main.go")} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	inside(t, dir, "go", "mod", "edit", "-require=raftian@v0.0.0", "-replace=raftian="+house, "-replace=github.com/hashicorp/raft="+raft,
		// The newest has not the package that older ones import.
		"-replace=github.com/hashicorp/go-metrics=github.com/hashicorp/go-metrics@v0.5.4").Want(t, 0, "")
	inside(t, dir, "go", "list", "-mod=mod", "-deps", "./world")
	return dir
}

// inside runs a command in a directory.
func inside(t *testing.T, dir string, words ...string) clitest.Said {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = dir
	return clitest.Finish(t, cmd)
}

func TestAKeptRunIsRunAgainInAModuleThatReplacesRaft(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/hashicorp/raft").Output()
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "raft")
	if err := os.CopyFS(own, os.DirFS(strings.TrimSpace(string(out)))); err != nil {
		t.Fatal(err)
	}
	for raft, named := range map[string]string{
		"github.com/hashicorp/raft@v1.7.3": "hashicorp/raft v1.7.3, ",
		own:                                "hashicorp/raft " + own + " (made from v1.8.0), ",
	} {
		t.Run(filepath.Base(raft), func(t *testing.T) {
			dir := ownModule(t, raft)
			run := append([]string{"raftian", "run", "--world", "./world", "--seed", clitest.KeptSeed, "--out", "a.run"}, clitest.Small()...)
			got := inside(t, dir, run...)
			got.Want(t, ExitPass, "")
			got.WantLines(t, "guest game, "+named)
			got = inside(t, dir, "raftian", "rerun", "a.run")
			got.Want(t, ExitPass, "")
			got.WantLines(t, "same ")
			inside(t, dir, "raftian", "shrink", "a.run", "--out", "b.run").Want(t, ExitUsage, "nothing to shrink")
			got = inside(t, dir, "raftian", "show", "a.run")
			got.Want(t, ExitPass, "")
			if strings.Contains(got.Out, "github.com/hashicorp/raft v") {
				t.Errorf("the path of the module is named before its version:\n%.200s", got.Out)
			}
		})
	}
}

// What the module asks for is what --raft asks for, whatever go.mod replaces.
func TestRaftIsAskedForAgainstAReplacement(t *testing.T) {
	dir := ownModule(t, "github.com/hashicorp/raft@v1.7.3")
	if got := inside(t, dir, append([]string{"raftian", "run", "--world", "./world", "--raft", "v1.7.2", "--seed", "5"}, clitest.Small()...)...); got.Status == ExitTool {
		t.Error(got.Stderr)
	} else {
		got.WantLines(t, "hashicorp/raft v1.7.2, ")
	}
}

func TestAHeadersRaftIsAskedForAsTheFlagTakesIt(t *testing.T) {
	if got := raftOfRun("github.com/hashicorp/raft v1.7.3"); got != "v1.7.3" {
		t.Errorf("a header that names the module twice asks for %q", got)
	}
	if err := raftToBe("example.org/raft v1.2.3"); err != nil {
		t.Error(err)
	}
}
