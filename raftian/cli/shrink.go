package cli

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

func shrinkCommand() *cobra.Command {
	var (
		out   string
		jobs  int
		seeds int
		again Again
		judge string
		limit time.Duration
	)
	c := &cobra.Command{
		Use:   "shrink FILE.run --out FILE.run",
		Short: "Cut a failing run down to what matters",
		Long: `Shrink runs the plan in a file again and again with less in it — fewer faults,
calls, machines, settings, shorter times — and keeps what still fails alike: by the
same judge, with the same kind of evidence. Ctrl-C keeps the best so far, and so does
the end of the time it has.`,
		Args: One("FILE.run"),
	}
	c.Flags().StringVar(&out, "out", "", "keep the smallest run in this file")
	c.Flags().IntVar(&jobs, "jobs", runtime.NumCPU(), "runs at once")
	c.Flags().IntVar(&seeds, "seeds", 256, "how many seeds to try each smaller plan with, at most")
	c.Flags().DurationVar(&limit, "time", time.Minute, "how long it may take; 0 is as long as it takes")
	c.Flags().StringVar(&judge, "judge", "", "go by the failure that this judge sees; by default the first that sees one")
	again.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if jobs < 1 || jobs > 1024 || seeds < 1 || seeds > 1000 {
			return Usage(errors.New("--jobs must be from 1 to 1024, --seeds from 1 to 1000"))
		}
		if limit < 0 {
			return Usage(errors.New("--time must not be negative"))
		}
		if out == "" {
			return Usage(errors.New("say with --out where to keep the smallest run"))
		}
		var err error
		if out, err = FileToBe("--out", out, args...); err != nil {
			return Usage(err)
		}
		h, pl, err := readHeader(args[0])
		if err != nil {
			return Usage(err)
		}
		if end, err := readEnding(args[0]); err == nil && end.broken != nil {
			fmt.Fprintf(Out, "%s: %s; its plan is whole, and is run\n", args[0], OneLine(end.broken))
		}
		p, err := again.Build(c.Context(), h)
		if err != nil {
			return err
		}
		return shrink(c, p, pl, out, campaign.ShrinkOptions{Jobs: jobs, Judge: judge, Seeds: seeds, Limit: limit})
	}
	return c
}

// readHeader reads a run file's header and the plan in it.
func readHeader(name string) (trace.Header, plan.Plan, error) {
	f, err := trace.Open(name)
	if err != nil {
		return trace.Header{}, plan.Plan{}, err
	}
	defer f.Close()
	pl, err := plan.Parse(f.Header().Plan)
	if err != nil {
		return trace.Header{}, plan.Plan{}, fmt.Errorf("%s: its plan: %w", name, err)
	}
	return f.Header(), pl, nil
}

func shrink(c *cobra.Command, p *campaign.Program, pl plan.Plan, out string, o campaign.ShrinkOptions) error {
	printProgram(Out, p)
	fmt.Fprintf(Out, "before: %s\n", campaign.Size(pl))
	bar := NewBar(-1, "shrinking")
	o.Tried = func(_ int, best plan.Plan) {
		bar.Describe("shrinking: " + campaign.Size(best))
		bar.Add(1)
	}
	began := time.Now()
	s, err := p.Shrink(c.Context(), pl, o)
	bar.Close()
	switch {
	case errors.Is(err, campaign.ErrPasses):
		return Usage(fmt.Errorf("nothing to shrink: %w", err))
	case err != nil && s == nil:
		return ownFailure(c, err)
	}
	fmt.Fprintf(Out, "after:  %s, in %s and %.1f s\n\n%s", campaign.Size(s.Result.Plan), trace.Some(s.Runs, "run"),
		time.Since(began).Seconds(), s.Result.Plan)
	printUntried(s.Untried, o.Limit, c.Context().Err() != nil)
	printVerdicts(Out, s.Result.Verdicts)
	(&excuses{}).print(Out, s.Result)
	if err := s.Result.Save(out, p); err != nil {
		return Tool(err)
	}
	fmt.Fprintf(Out, "\nkept in %s; again: %s rerun %s\n", out, self(), out)
	if err != nil {
		return Tool(err)
	}
	if c.Context().Err() != nil {
		return c.Context().Err()
	}
	return finding()
}

// printUntried says that shrinking ended before all was tried, why, and what was left.
func printUntried(untried []string, limit time.Duration, interrupted bool) {
	if len(untried) == 0 {
		return
	}
	why := fmt.Sprintf("its time of %s ran out; --time 0 takes as long as it takes", limit)
	if interrupted {
		why = "it was interrupted"
	}
	fmt.Fprintf(Out, "\nnot all was tried: %s. Left to try:\n", why)
	for _, words := range untried {
		fmt.Fprintf(Out, "  %s\n", words)
	}
}
