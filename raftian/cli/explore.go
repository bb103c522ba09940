package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"raftian/experiments/campaign"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/guest"
)

func exploreCommand() *cobra.Command {
	var (
		f     planFlags
		seeds string
		jobs  int
		out   string
		keep  string
		twice bool
		asked bool
		limit time.Duration
		most  int
	)
	c := &cobra.Command{
		Use:   "explore",
		Short: "Run many seeds and judge each run",
		Long: `Explore draws a plan from each seed, runs it, and judges what happened. Runs that
fail are kept in files; the last lines say how to reproduce each.`,
		Args: cobra.NoArgs,
	}
	f.add(c)
	c.Flags().StringVar(&seeds, "seeds", "1-32", "seeds: 5, 1-32 or 1-3,9")
	c.Flags().IntVar(&jobs, "jobs", runtime.NumCPU(), "runs at once")
	c.Flags().StringVar(&out, "out", "runs", "directory for run files")
	c.Flags().StringVar(&keep, "keep", "failing", "which runs to keep: failing or all")
	c.Flags().BoolVar(&twice, "twice", false, "run every seed twice and compare, not only every sixteenth")
	c.Flags().BoolVar(&asked, "json", false, "print one JSON object instead of words")
	c.Flags().DurationVar(&limit, "for", 0, "begin runs for so long, in real time; without --seeds from seed 1 on, as many as there are")
	c.Flags().IntVar(&most, "max-failures", 0, "begin no more runs once so many have failed")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if c.Flags().Changed("for") && limit <= 0 || c.Flags().Changed("max-failures") && most < 1 {
			return Usage(errors.New("--for and --max-failures must be more than nothing"))
		}
		draw, err := f.options()
		if err != nil {
			return err
		}
		list, err := plan.ParseSeeds(seeds)
		if err != nil {
			return Usage(err)
		}
		if jobs < 1 || jobs > 1024 {
			return Usage(errors.New("--jobs must be from 1 to 1024"))
		}
		if keep != "failing" && keep != "all" {
			return Usage(fmt.Errorf("--keep %q is neither failing nor all", keep))
		}
		if err := DirectoryToBe("--out", out); err != nil {
			return Usage(err)
		}
		endless := limit > 0 && !c.Flags().Changed("seeds")
		if endless {
			list = list[:1]
		}
		words := io.Writer(Out)
		if asked {
			words = io.Discard
		}
		return explore(c, &f, words, asked, campaign.Options{
			Seeds: list, Draw: draw, Jobs: jobs, Out: out, KeepAll: keep == "all", Twice: twice,
			Limit: limit, Endless: endless, MaxFailures: most})
	}
	return c
}

// machinesOf says on how many machines plans are drawn.
func machinesOf(o guest.Options) string {
	switch {
	case o.Machines != 0:
		return trace.Some(o.Machines, "machine")
	case o.Faults == plan.Calm:
		return "5 machines"
	}
	return "1 to 7 machines"
}

func explore(c *cobra.Command, f *planFlags, words io.Writer, asJSON bool, o campaign.Options) error {
	p, err := f.build(c.Context())
	if err != nil {
		return err
	}
	printProgram(words, p)
	many, total := trace.Some(len(o.Seeds), "run"), len(o.Seeds)
	seeds := c.Flags().Lookup("seeds").Value.String()
	if o.Endless {
		seeds, many, total = "from 1", "runs", -1
	}
	fmt.Fprintf(words, "seeds %s: %s of %s on %s, %g calls per second, faults %s\n",
		seeds, many, f.length, machinesOf(o.Draw), f.rate, f.faults)
	bar := NewBar(total, "running")
	o.Finished = func() { bar.Add(1) }
	o.Known = known(f.excuse)
	r, err := campaign.Explore(c.Context(), p, o)
	bar.Close()
	if err != nil && r.Runs == 0 {
		return ownFailure(c, err)
	}
	r.Print(words)
	if len(r.Failures) > 0 {
		fmt.Fprintln(words)
	}
	for _, failure := range r.Failures {
		failure.Print(words)
		fmt.Fprintf(words, "    kept in %s; again: %s run --seed %d%s\n", failure.File, self(), failure.Seed, f.words(c))
	}
	if asJSON && err == nil {
		err = printJSON(r.Summary(p, cpuTime()))
	}
	switch {
	case err != nil:
		return ownFailure(c, err)
	case len(r.Failures) > 0:
		return finding()
	case r.Interrupted:
		return c.Context().Err()
	}
	return nil
}
