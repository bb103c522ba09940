package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
)

func trialsCommand() *cobra.Command {
	var (
		seeds string
		match string
		jobs  int
		limit time.Duration
	)
	c := &cobra.Command{
		Use:   "test [--seeds 1-100] PACKAGES [-run R]",
		Short: "Run anyone's synctest tests, deterministically, over many seeds",
		Long: `Test builds the tests of packages with the same edited runtime as world programs and
runs them once per seed. What happens inside testing/synctest bubbles — which
goroutine goes first, map order, select, math/rand — then depends on the seed alone:
a test that fails once in a thousand times fails at a seed, and fails again with it.
Tests without a bubble are run, too, but are none the more deterministic.

That no test ran, because none matches or all are skipped, is no success: exit status 1.`,
		Args: cobra.MinimumNArgs(1),
	}
	c.Flags().StringVar(&seeds, "seeds", "1-100", "seeds: 5, 1-100 or 1-3,9")
	c.Flags().StringVar(&match, "run", "", "only tests that match this regular expression, as of go test")
	c.Flags().IntVar(&jobs, "jobs", runtime.NumCPU(), "processes at once")
	c.Flags().DurationVar(&limit, "timeout", time.Minute, "real time for the tests of one package with one seed")
	c.RunE = func(c *cobra.Command, args []string) error {
		list, err := plan.ParseSeeds(seeds)
		if err != nil {
			return Usage(err)
		}
		if jobs < 1 || jobs > 1024 || limit <= 0 {
			return Usage(errors.New("--jobs must be from 1 to 1024, --timeout more than nothing"))
		}
		for _, part := range strings.Split(match, "/") {
			if _, err := regexp.Compile(part); err != nil {
				return Usage(fmt.Errorf("--run: %w", err))
			}
		}
		packages, err := toolchain.Packages(c.Context(), "", args)
		if err != nil {
			return Usage(err)
		}
		if len(packages) == 0 {
			return Usage(fmt.Errorf("no tests in %s", strings.Join(args, " ")))
		}
		t := trials{seeds: list, match: match, jobs: jobs, limit: limit}
		failed := false
		for _, pkg := range packages {
			bad, err := t.run(c.Context(), pkg)
			if err != nil {
				return ownFailure(c, err)
			}
			failed = failed || bad
		}
		switch {
		case failed:
			return finding()
		case t.tally.Ran == 0:
			return noneRan(match, t.tally, args)
		}
		return nil
	}
	return c
}

// noneRan says that no test was run, which is no success.
func noneRan(match string, tally toolchain.Tally, patterns []string) error {
	why := "no test ran in " + strings.Join(patterns, " ")
	if match != "" {
		why = fmt.Sprintf("no test matched --run %s in %s", match, strings.Join(patterns, " "))
	}
	if tally.Skipped > 0 {
		why = fmt.Sprintf("no test ran in %s: %d were skipped", strings.Join(patterns, " "), tally.Skipped)
	}
	return &exitError{ExitFail, errors.New(why)}
}

// trials are the runs of packages' tests over seeds.
type trials struct {
	seeds []uint64
	match string
	jobs  int
	limit time.Duration
	tally toolchain.Tally // of all packages
}

// run tests one package and prints what came of it.
func (t *trials) run(ctx context.Context, pkg string) (failed bool, err error) {
	p, err := toolchain.BuildTest(ctx, toolchain.Options{Package: pkg})
	if err != nil {
		return false, err
	}
	began := time.Now()
	first, done, err := t.all(ctx, p)
	switch {
	case errors.Is(err, toolchain.ErrNoTests):
		fmt.Fprintf(Out, "?     %s  no tests to run\n", pkg)
		return false, nil
	case err != nil:
		return false, err
	case first == nil:
		n, err := p.Count(ctx, t.seeds[0], t.match, t.limit)
		if err != nil {
			return false, err
		}
		t.tally.Ran += n.Ran
		t.tally.Skipped += n.Skipped
		mark := "ok   "
		if n.Ran == 0 {
			mark = "?    "
		}
		fmt.Fprintf(Out, "%s %s  %s, %s in %s\n", mark, pkg, tests(n), trace.Some(done, "seed"), time.Since(began).Round(10*time.Millisecond))
		return false, nil
	}
	again, err := p.Run(ctx, first.Seed, t.match, t.limit)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(Out, "FAIL  %s  seed %d\n%s\n", pkg, first.Seed, indent(first.Output))
	if !again.Failed {
		return false, fmt.Errorf("%s failed with seed %d and then passed with it: it depends on more than its bubbles", pkg, first.Seed)
	}
	run := ""
	if t.match != "" {
		run = " -run '" + t.match + "'"
	}
	fmt.Fprintf(Out, "      again: %s test --seeds %d %s%s\n", self(), first.Seed, pkg, run)
	return true, nil
}

// tests says how many tests ran.
func tests(n toolchain.Tally) string {
	text := trace.Some(n.Ran, "test")
	if n.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", n.Skipped)
	}
	return text
}

// all runs the seeds in order, some at once, until one fails; it returns the
// first of those that failed.
func (t *trials) all(ctx context.Context, p toolchain.TestProgram) (first *toolchain.Trial, done int, err error) {
	bar := NewBar(len(t.seeds), p.Package)
	defer bar.Close()
	for left := t.seeds; len(left) > 0 && first == nil; {
		now := left[:min(len(left), t.jobs)]
		left = left[len(now):]
		results := make([]toolchain.Trial, len(now))
		errs := make([]error, len(now))
		var wait sync.WaitGroup
		for k, seed := range now {
			wait.Go(func() { results[k], errs[k] = p.Run(ctx, seed, t.match, t.limit) })
		}
		wait.Wait()
		for _, err := range errs {
			if err != nil {
				return nil, done, err
			}
		}
		done += len(now)
		bar.Add(len(now))
		for k := range results {
			if results[k].Failed && first == nil {
				first = &results[k]
			}
		}
	}
	return first, done, nil
}

// indent sets text apart.
func indent(text string) string {
	return "      " + strings.ReplaceAll(text, "\n", "\n      ")
}

// likeGoTest lets -run stand for --run, as everyone writes it.
func likeGoTest(args []string) []string {
	if len(args) == 0 || args[0] != "test" {
		return args
	}
	out := append([]string(nil), args...)
	for k, arg := range out {
		if arg == "-run" || strings.HasPrefix(arg, "-run=") {
			out[k] = "-" + arg
		}
	}
	return out
}
