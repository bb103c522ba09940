package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// seedVariable is where the edited runtime of a test binary finds its seed.
const seedVariable = "RAFTIAN_SEED"

// TestProgram is a package's test binary with the edited runtime: what its tests
// do inside testing/synctest bubbles is a function of the seed.
type TestProgram struct {
	Program
	Package string // import path
	Dir     string // where its tests expect to run
}

// Packages lists the packages that patterns name which have tests. A Go that cannot build
// them is an UnfitError.
func Packages(ctx context.Context, dir string, patterns []string) (paths []string, err error) {
	dist, err := FindGo(ctx, dir)
	if err == nil {
		err = dist.Check()
	}
	if err != nil {
		return nil, err
	}
	const tested = `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{"\n"}}{{end}}`
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-f", tested, "--"}, patterns...)...)
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return nil, fmt.Errorf("listing packages: %w", err)
	}
	return strings.Fields(string(out)), nil
}

// BuildTest compiles a package's tests, as Build does a program.
func BuildTest(ctx context.Context, o Options) (TestProgram, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "--", o.Package)
	cmd.Dir = o.Dir
	dir, err := output(cmd)
	if err != nil {
		return TestProgram{}, fmt.Errorf("looking for %s: %w", o.Package, err)
	}
	o.tests = true
	p, err := Build(ctx, o)
	return TestProgram{Program: p, Package: o.Package, Dir: strings.TrimSpace(string(dir))}, err
}

// Trial is how a test binary fared with one seed.
type Trial struct {
	Seed   uint64
	Failed bool
	Output string // of the tests that failed
}

// ErrNoTests says that a pattern chose none of a package's tests.
var ErrNoTests = errors.New("no tests to run")

// Run runs the tests that match a regular expression (all, if it is empty) with
// one seed. Tests run one after the other, and the collector not at all: there
// is no moment when it would not be in somebody's way. limit bounds the time in
// real time.
func (p TestProgram) Run(ctx context.Context, seed uint64, match string, limit time.Duration) (Trial, error) {
	return p.run(ctx, seed, match, limit)
}

// run is Run, with more flags for the test binary.
func (p TestProgram) run(ctx context.Context, seed uint64, match string, limit time.Duration, more ...string) (Trial, error) {
	limited, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done after %s of real time", limit))
	defer cancel()
	cmd := exec.CommandContext(limited, p.Path, append(more, "-test.run="+match, "-test.count=1", "-test.parallel=1")...)
	cmd.Dir = p.Dir
	cmd.Env = append(Environment(), "GOGC=off", seedVariable+"="+strconv.FormatUint(seed, 10))
	cmd.WaitDelay = time.Second
	Isolate(cmd)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	words := strings.TrimSpace(out.String())
	t := Trial{Seed: seed, Failed: err != nil, Output: words}
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return t, ctx.Err()
	case limited.Err() != nil:
		t.Output = strings.TrimSpace(words + "\n" + context.Cause(limited).Error())
		return t, nil
	case err != nil && !errors.As(err, &exit):
		return t, fmt.Errorf("starting the tests of %s: %w", p.Package, err)
	case strings.Contains(words, "testing: warning: no tests to run"):
		return t, ErrNoTests
	}
	return t, nil
}

// Tally is how many of a package's tests ran to an end, subtests not counted, and how many
// were skipped.
type Tally struct{ Ran, Skipped int }

// Count runs the tests as Run does, with one seed, for nothing but to count them: they say
// what they do as they do it, which may change it. If none matches, it is ErrNoTests.
func (p TestProgram) Count(ctx context.Context, seed uint64, match string, limit time.Duration) (Tally, error) {
	t, err := p.run(ctx, seed, match, limit, "-test.v=test2json")
	if err != nil {
		return Tally{}, err
	}
	var n Tally
	for line := range strings.Lines(t.Output) {
		// The byte before it keeps a line of the test framework apart from a test's own.
		rest, ok := strings.CutPrefix(line, "\x16--- ")
		outcome, name, _ := strings.Cut(rest, ": ")
		switch {
		case !ok || strings.Contains(name, "/"):
		case outcome == "SKIP":
			n.Skipped++
		default:
			n.Ran++
		}
	}
	return n, nil
}
