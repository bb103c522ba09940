// Package clitest runs the command as a user does, for tests of its packages.
package clitest

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

	"raftian/raftian/campaign/campaigntest"
)

// Main builds the command of a package as a user has it, puts it first on the path,
// and runs the tests: they type what a user types, and see what he sees. It returns
// the status to exit with.
func Main(m *testing.M, pkg string) int {
	dir, err := os.MkdirTemp("", "raftian-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "raftian"), pkg)
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

// Said is what the command came to.
type Said struct {
	Status      int
	Out, Stderr string
}

// Raftian runs the command.
func Raftian(t testing.TB, args ...string) Said {
	t.Helper()
	campaigntest.Sources(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a build of everything takes a minute
	defer cancel()
	return Finish(t, exec.CommandContext(ctx, "raftian", args...))
}

func Finish(t testing.TB, cmd *exec.Cmd) Said {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Said{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// Want checks the status, and that what else it says on standard error is
// nothing, or one line with some words if there are any to look for.
func (s Said) Want(t testing.TB, status int, words string) {
	t.Helper()
	if s.Status != status {
		t.Errorf("exit status %d; want %d\nstandard error: %s", s.Status, status, s.Stderr)
	}
	lines := strings.Count(s.Stderr, "\n")
	if words == "" && s.Stderr != "" {
		t.Errorf("on standard error it says %q; want nothing", s.Stderr)
	}
	if words != "" && (lines != 1 || !strings.HasPrefix(s.Stderr, "raftian: ") || !strings.Contains(s.Stderr, words)) {
		t.Errorf("on standard error it says %q; want one line with %q", s.Stderr, words)
	}
}

// WantLines checks that texts are there, in this order.
func (s Said) WantLines(t testing.TB, texts ...string) {
	t.Helper()
	rest := s.Out
	for _, text := range texts {
		k := strings.Index(rest, text)
		if k < 0 {
			t.Fatalf("there is no %q where it should be in\n%s", text, s.Out)
		}
		rest = rest[k+len(text):]
	}
}

// Small are flags of a run that is over soon.
func Small(more ...string) []string {
	return append([]string{"--length", "5s", "--machines", "3", "--rate", "20"}, more...)
}

// KeptSeed is a seed whose small run is sound and has calls.
const KeptSeed = "5"

// keptRun is that run, made once, as the bytes of its file.
var keptRun = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "raftian-test-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "kept.run")
	out, err := exec.Command("raftian", append([]string{"run", "--seed", KeptSeed, "--out", file}, Small()...)...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("making a run: %w: %s", err, out)
	}
	return os.ReadFile(file)
})

// Kept is a file of that run.
func Kept(t testing.TB) string {
	t.Helper()
	campaigntest.Sources(t)
	b, err := keptRun()
	if err != nil {
		t.Fatal(err)
	}
	return File(t, "kept.run", b)
}

// File writes a file in a directory of its own.
func File(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Names lists a directory.
func Names(t testing.TB, dir string) []string {
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
