// Command experiments measures and shows: raftian experiment builds it and becomes it. Each
// experiment is a package beside this file; so are the guests that serve as examples, and
// what real processes are put through.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"raftian/experiments/alternatives"
	"raftian/experiments/bench"
	"raftian/experiments/failover"
	"raftian/experiments/framerate"
	"raftian/experiments/hunt"
	"raftian/experiments/lab"
	"raftian/raftian/cli"
)

func main() {
	cli.Main(cli.Rest{Commands: []*cobra.Command{experimentCommand()}})
}

// experiment is a question that data answer.
type experiment struct {
	name, asks string
	run        func(context.Context, lab.Setup) error
}

// experiments are all of them, in the order in which they are told of.
func experiments() []experiment {
	return []experiment{
		{framerate.Name, "does a game loop disturb Raft, and does its frame rate matter", framerate.Run},
		{failover.Name, "what a player feels when a leader fails", failover.Run},
		{bench.Name, "how fast the bench is, what it costs, and whether runs repeat", bench.Run},
		{hunt.Name, "how soon bugs are found, and what the parts of the generator are worth", hunt.Run},
		{alternatives.Name, "what a run costs in other ways, and whether it can be had again", alternatives.Run},
	}
}

func experimentCommand() *cobra.Command {
	var names strings.Builder
	for _, e := range experiments() {
		fmt.Fprintf(&names, "  %-13s %s\n", e.name, e.asks)
	}
	var s lab.Setup
	var out string
	c := cli.Command("experiment")
	c.Long = `Experiment measures, and writes raw data, tables and plots to a directory. What has
been measured is kept: whatever ends it, the next start goes on with what is missing,
and one that lacks nothing draws the tables and plots again. What was found is told in
experiments/NAME/README.md.

` + names.String()
	c.Example = `  raftian experiment framerate --quick
  raftian experiment framerate --out experiments/results`
	c.Args = cobra.ArbitraryArgs
	c.Flags().BoolVar(&s.Quick, "quick", false, "little data within two minutes, to see that everything works")
	c.Flags().BoolVar(&s.Whole, "whole", false, "all combinations of conditions; it takes hours")
	c.Flags().IntVar(&s.Repeats, "repeat", 0, "how often each condition is measured; 0 is what the experiment thinks right")
	c.Flags().IntVar(&s.Jobs, "jobs", runtime.NumCPU(), "measurements at once, where they do not disturb each other")
	c.Flags().StringVar(&out, "out", "results", "directory for results, in NAME below it, or NAME-quick")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return cli.Usage(errors.New("name one experiment; raftian experiment --help lists them"))
		}
		if s.Jobs < 1 || s.Jobs > 1024 || s.Repeats < 0 || s.Repeats > 1_000_000 {
			return cli.Usage(errors.New("--jobs must be from 1 to 1024, --repeat from 0 to 1000000"))
		}
		for _, e := range experiments() {
			if e.name == args[0] {
				return e.start(c.Context(), s, out)
			}
		}
		return cli.Usage(fmt.Errorf("unknown experiment %q; raftian experiment --help lists them", args[0]))
	}
	return c
}

// start runs an experiment with its results below a directory.
func (e experiment) start(ctx context.Context, s lab.Setup, out string) error {
	if s.Out = filepath.Join(out, e.name); s.Quick {
		s.Out += "-quick"
	}
	if err := cli.DirectoryToBe("--out", s.Out); err != nil {
		return cli.Usage(err)
	}
	if err := os.MkdirAll(s.Out, 0o755); err != nil {
		return cli.Tool(err)
	}
	s.Raftian = cli.Full
	s.Words = cli.Out
	s.Progress = func(steps int, words string) (step, end func()) {
		bar := cli.NewBar(steps, words)
		return func() { bar.Add(1) }, bar.Close
	}
	err := e.run(ctx, s)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(cli.Out, "interrupted; what was measured is in %s, and the next start goes on from there\n", s.Out)
		return ctx.Err()
	case errors.Is(err, lab.ErrOther):
		return cli.Usage(err)
	case err != nil:
		return cli.Tool(err)
	}
	fmt.Fprintf(cli.Out, "\ndata, tables and plots are in %s:\n", s.Out)
	return fs.WalkDir(os.DirFS(s.Out), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			fmt.Fprintln(cli.Out, "  "+filepath.Join(s.Out, path))
		}
		return err
	})
}
