package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
)

func trialsCommand() *cobra.Command {
	f := &trialFlags{}
	c := &cobra.Command{
		DisableFlagsInUseLine: true,
		Use:                   "test [--seeds 1-100] [FLAGS OF GO TEST] [PACKAGES] [-args ARGUMENTS OF THE TESTS]",
		Short:                 "go test with seeds: run anyone's synctest tests, deterministically, over many seeds",
		Long: `Test is go test with seeds. It builds the tests of packages with the same edited
runtime as world programs, and runs the tests of each package once per seed. What
happens inside testing/synctest bubbles — which goroutine goes next, the order of a map,
of the cases of a select and of timers of one instant, math/rand, crypto/rand — then
depends on the seed alone: a test that fails once in a thousand times fails at a seed,
and fails again with it. Tests without a bubble are run, too, but are none the more
deterministic.

All seeds are tried. Failures of the same tests for the same reason, numbers apart, are
one group, of which the first is shown, with the command that makes it again and the
share of seeds that failed. The first seed of each group is run a second time: if that
does not fail alike, the tests depend on more than their seed — real time, goroutines
outside bubbles, files, the network, the addresses in a map keyed by pointers — and the
exit status is 3, unless others failed and did so again.

--minimize looks for the few choices of the scheduler that a failure needs, while all else
is first in, first out: the goroutine that has waited longest goes next, a select tries
its cases as they are written, timers of one instant fire as they were set. It prints
which goroutine went next, where it was in the code, and which one had waited longer; or,
if the same failure comes of that alone, where a goroutine has to be held back until no
other can go on. --choices makes that run again.

Flags of go test work as there, with one dash or two: -run, -skip, -short, -v, -count,
-failfast, -timeout, -race, -tags, -cover and its kin, -json, -shuffle, -args, and
those for the build that are listed below. Where seeds make a difference:
  -count N     each seed runs the tests N times, one after the other in one process
  -shuffle on  the order of tests is drawn from the seed
  -failfast    ends a seed's tests at the first that fails; --fail-fast ends the seeds, and
               --max-failures N those of a package
  -timeout     is for the tests of one package with one seed, in real time. Who is not
               done by then prints the stacks of its goroutines. It is not told to the
               tests: T.Deadline has none
  -cover       what was covered by any seed; -coverprofile is of all seeds
  -v           prints what the tests print with the first seed, and with those that fail
  -json        events as of go test -json, for all seeds; each has a field Seed besides,
               but for those of all seeds, which end each package
One test runs at a time (-parallel 1), and one thread of Go code (-cpu 1).

Waiting for a sync.Mutex or RWMutex counts as idle here, so that virtual time goes on
and synctest.Wait returns, and a bubble all of whose goroutines wait, some for a mutex,
panics with "deadlock". With stock Go it does not count as idle: there time stands still
while one waits for a mutex, and such a deadlock hangs until the test is killed. A test
that passes here may therefore hang there, if a goroutine sleeps while it holds a mutex
that another one wants.

The environment is the caller's, except for GOMAXPROCS (1), GOGC (off: the garbage
collector does not run), GOMEMLIMIT, GOTRACEBACK (all), GOCOVERDIR, RAFTIAN_*, and
asyncpreemptoff=1, which is added to GODEBUG. PATH begins with Go's bin, and GOROOT and
PWD are set, as by go test. Its size may change the addresses of what tests allocate,
and so the order of a map of more than eight entries that is keyed by pointers. cgo is
off, unless CGO_ENABLED=1 is in the environment or -race is given, which needs a C
compiler. The tests are not vetted.

A package that is edited to make runs repeat, such as os, math/rand and runtime,
cannot be covered: the go command instruments the files on disk, not their replacements.

Exit status: 0 all passed; 1 a test failed, or none ran, since none matches or all are
skipped; 2 bad usage, or tests that do not compile; 3 two runs of one seed differ.`,
		Example: `  raftian test ./...                          100 seeds of each package
  raftian test --seeds 1-1000 -run TestQueue -short ./queue
  raftian test --seeds 17 --minimize -run TestQueue ./queue
  raftian test --for 10m --seeds from-time ./queue
  raftian test -cover -coverprofile all.out ./queue`,
	}
	f.add(c)
	c.SetFlagErrorFunc(wrongTestFlag)
	c.RunE = func(c *cobra.Command, args []string) error {
		patterns, rest := args, []string(nil)
		if dash := c.ArgsLenAtDash(); dash >= 0 {
			patterns, rest = args[:dash], args[dash:]
		}
		if len(patterns) == 0 {
			patterns = []string{"."}
		}
		asked := f.seeds
		t, err := f.testRun(c, rest)
		if err != nil {
			return err
		}
		if t.endless || strings.Contains(asked, plan.FromTime) {
			t.tellSeeds()
		}
		if err := t.junit.begin(); err != nil {
			return err
		}
		return t.tell(t.test(c.Context(), patterns))
	}
	return c
}

// tellSeeds says which seeds are tried, where the command line does not.
func (t *testRun) tellSeeds() {
	to := io.Writer(Out)
	if t.json {
		to = os.Stderr
	}
	fmt.Fprintf(to, "seeds %s\n", t.seeds)
}

// test tests the packages that patterns name, and says what they come to.
func (t *testRun) test(ctx context.Context, patterns []string) error {
	packages, err := toolchain.Packages(ctx, t.build, patterns)
	if err != nil {
		return t.unfit(ctx, err)
	}
	if len(packages) == 0 {
		return Usage(fmt.Errorf("no tests in %s", strings.Join(patterns, " ")))
	}
	if err := t.coverable(ctx, packages); err != nil {
		return err
	}
	for _, pkg := range packages {
		more, err := t.tryPackage(ctx, pkg)
		if err != nil {
			return t.unfit(ctx, err)
		}
		if !more {
			break
		}
	}
	if err := t.writeProfile(); err != nil {
		return Tool(err)
	}
	switch {
	case t.failed:
		return finding()
	case t.differ != nil:
		return Tool(t.differ)
	case t.broken != nil:
		return Usage(t.broken)
	case t.tally.Ran == 0:
		return t.noneRan(patterns)
	}
	return nil
}

// unfit tells apart what the user can mend, what the tool failed in, and an end that was
// asked for.
func (t *testRun) unfit(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	said, unfit := (*toolchain.GoError)(nil), toolchain.UnfitError(nil)
	if errors.As(err, &said) && !errors.As(err, &unfit) {
		return Usage(err)
	}
	return Tool(err)
}

// noneRan says that no test was run, which is no success.
func (t *testRun) noneRan(patterns []string) error {
	where := strings.Join(patterns, " ")
	why := "no test ran in " + where
	if t.match != "" {
		why = fmt.Sprintf("no test matched -run %s in %s", t.match, where)
	}
	if t.tally.Skipped > 0 {
		why = fmt.Sprintf("no test ran in %s: %d were skipped", where, t.tally.Skipped)
	}
	return &exitError{ExitFail, errors.New(why)}
}
