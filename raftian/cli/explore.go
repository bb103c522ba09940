package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
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
		t     teller
		limit time.Duration
		most  int
	)
	c := &cobra.Command{
		Use:   "explore",
		Short: "Run many seeds and judge each run",
		Long: `Explore draws a plan from each seed, runs it, and judges what happened. Runs that
fail are told at once and kept in files; the last lines say how to reproduce each.

On GitHub Actions, which is known by GITHUB_ACTIONS=true, the step gets an annotation for
each seed that fails and a summary.`,
		Args: cobra.NoArgs,
	}
	f.add(c)
	f.known.flag(c)
	c.Flags().StringVar(&seeds, "seeds", "1-32", "seeds: 5, 1-32 or 1-3,9; from-time: 32 that were not tried before, or from-time+1000")
	c.Flags().IntVar(&jobs, "jobs", runtime.NumCPU(), "runs at once")
	c.Flags().StringVar(&out, "out", "runs", "directory for run files")
	c.Flags().StringVar(&keep, "keep", "failing", "which runs to keep: failing or all")
	c.Flags().BoolVar(&twice, "twice", false, "run every seed twice and compare, not only every sixteenth")
	c.Flags().BoolVar(&t.asJSON, "json", false, "print one JSON object instead of words")
	t.flags(c)
	c.Flags().DurationVar(&limit, "for", 0, "begin runs for so long, in real time; without --seeds from seed 1 on, or of from-time, as many as there are")
	c.Flags().IntVar(&most, "max-failures", 0, "begin no more runs once so many have failed")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if c.Flags().Changed("for") && limit <= 0 || c.Flags().Changed("max-failures") && most < 1 {
			return Usage(errors.New("--for and --max-failures must be more than nothing"))
		}
		draw, err := f.options()
		if err != nil {
			return err
		}
		list, err := plan.ParseSeedsAt(seeds, time.Now())
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
		endless := limit > 0 && (!c.Flags().Changed("seeds") || seeds == plan.FromTime)
		if endless {
			list = list[:1]
		}
		if t.words = Out; t.asJSON {
			t.words = io.Discard
		}
		return explore(c, &f, &t, campaign.Options{
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

// seedsWords are the seeds of a campaign, as --seeds takes them if it has an end.
func seedsWords(c *cobra.Command, o *campaign.Options) string {
	switch asked := c.Flags().Lookup("seeds").Value.String(); {
	case o.Endless:
		return fmt.Sprintf("from %d", o.Seeds[0])
	case strings.Contains(asked, plan.FromTime):
		return rangeWords(o.Seeds)
	default:
		return asked
	}
}

// rangeWords are seeds, which are sorted, as plan.ParseSeeds reads them.
func rangeWords(seeds []uint64) string {
	var parts []string
	for k := 0; k < len(seeds); {
		first := k
		for k++; k < len(seeds) && seeds[k] == seeds[k-1]+1; k++ {
		}
		part := fmt.Sprint(seeds[first])
		if k-first > 1 {
			part += fmt.Sprintf("-%d", seeds[k-1])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// explored is what `explore --json` prints.
type explored struct {
	campaign.Summary
	Corpus *corpusSum `json:"corpus,omitempty"`
	Unmet  []string   `json:"known_unmet,omitempty"` // entries of --known that no run met
}

func explore(c *cobra.Command, f *planFlags, t *teller, o campaign.Options) (err error) {
	if err := t.check(); err != nil {
		return err
	}
	defer func() { err = t.junit.end(err) }()
	p, err := f.build(c.Context())
	if err != nil {
		return err
	}
	surviveClosedPipe()
	printProgram(t.words, p)
	many, total := trace.Some(len(o.Seeds), "run"), len(o.Seeds)
	seeds := seedsWords(c, &o)
	if o.Endless {
		many, total = "runs", -1
	}
	fmt.Fprintf(t.words, "seeds %s: %s of %s on %s, %g calls per second, faults %s\n",
		seeds, many, f.length, machinesOf(o.Draw), f.rate, f.faults)
	t.again = func(seed uint64) string { return fmt.Sprintf("%s run --seed %d%s", self(), seed, f.words(c)) }
	t.known = &f.known
	if err := t.begin(p, &o, seeds); err != nil {
		return err
	}
	t.bar = NewBar(total, "running")
	o.Finished = t.made
	o.Known, o.Where = f.known.names, f.known.where
	r, err := campaign.Explore(c.Context(), p, o)
	t.bar.Close()
	if err != nil && r.Runs == 0 {
		return ownFailure(c, err)
	}
	return t.report(c, r, seeds, err)
}

// report prints a campaign, and is the error with which the command ends. broken is the
// tool's own, that ended the campaign.
func (t *teller) report(c *cobra.Command, r *campaign.Report, seeds string, broken error) error {
	r.Print(t.words)
	t.known.printUnmet(t.words, trace.Some(r.Runs, "run"))
	lost := t.end(r, seeds)
	if len(r.Failures) > 0 {
		fmt.Fprintln(t.words)
	}
	for _, failure := range r.Failures {
		fmt.Fprint(t.words, t.evidence(failure))
	}
	err := broken
	if t.asJSON && err == nil {
		sum := explored{Summary: r.Summary(t.program, cpuTime()), Unmet: t.known.unmet()}
		if t.corpus != nil {
			sum.Corpus = &t.corpus.Sum
		}
		err = printJSON(sum)
	}
	switch {
	case err != nil:
		return ownFailure(c, err)
	case lost != nil:
		return lost
	case len(r.Failures) > 0:
		return finding()
	case r.Interrupted:
		return c.Context().Err()
	}
	return nil
}
