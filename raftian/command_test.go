package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"raftian/experiments/campaign/campaigntest"
)

// TestMain builds the command as a user has it and puts it first on the path:
// these tests type what a user types, and see what he sees.
func TestMain(m *testing.M) { os.Exit(buildAndTest(m)) }

func buildAndTest(m *testing.M) int {
	dir, err := os.MkdirTemp("", "raftian-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "raftian"), ".")
	build.Stderr = os.Stderr
	err = build.Run()
	if err == nil {
		err = os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the command:", err)
		return 1
	}
	return m.Run()
}

// said is what the command came to.
type said struct {
	status      int
	out, stderr string
}

// raftian runs the command.
func raftian(t testing.TB, args ...string) said {
	t.Helper()
	campaigntest.Sources(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a build of everything takes a minute
	defer cancel()
	return finish(t, exec.CommandContext(ctx, "raftian", args...))
}

func finish(t testing.TB, cmd *exec.Cmd) said {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return said{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// want checks the status, and that what else it says on standard error is
// nothing, or one line with some words if there are any to look for.
func (s said) want(t testing.TB, status int, words string) {
	t.Helper()
	if s.status != status {
		t.Errorf("exit status %d; want %d\nstandard error: %s", s.status, status, s.stderr)
	}
	lines := strings.Count(s.stderr, "\n")
	if words == "" && s.stderr != "" {
		t.Errorf("on standard error it says %q; want nothing", s.stderr)
	}
	if words != "" && (lines != 1 || !strings.HasPrefix(s.stderr, "raftian: ") || !strings.Contains(s.stderr, words)) {
		t.Errorf("on standard error it says %q; want one line with %q", s.stderr, words)
	}
}

// small are flags of a run that is over soon.
func small(more ...string) []string {
	return append([]string{"--length", "5s", "--machines", "3", "--rate", "20"}, more...)
}

// keptSeed is a seed whose small run is sound and has calls.
const keptSeed = "5"

// keptRun is that run, made once, as the bytes of its file.
var keptRun = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "raftian-test-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "kept.run")
	out, err := exec.Command("raftian", append([]string{"run", "--seed", keptSeed, "--out", file}, small()...)...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("making a run: %w: %s", err, out)
	}
	return os.ReadFile(file)
})

// kept is a file of that run.
func kept(t testing.TB) string {
	t.Helper()
	campaigntest.Sources(t)
	b, err := keptRun()
	if err != nil {
		t.Fatal(err)
	}
	return file(t, "kept.run", b)
}

// file writes a file in a directory of its own.
func file(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// names lists a directory.
func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
