package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/linearizability/export"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

// forms are what a run can be exported as.
func forms() []string { return []string{"porcupine", "perfetto", "jepsen", "csv", "jsonl", "svg"} }

func exportCommand(rest Rest) *cobra.Command {
	var (
		form, out string
		at        time.Duration
		h         histories
		again     Again
	)
	c := &cobra.Command{
		Use:   "export FILE.run --as FORM --out FILE | export --model MODEL FILE --as FORM --out FILE",
		Short: "Write a kept run, or a history recorded elsewhere, for other programs to read",
		Long: `Export writes what happened in a run in the form of another program:

  porcupine  a web page: the calls of each client, an order that explains their
             answers or the first answer that none does; faults and leaders beside
  perfetto   a trace for ui.perfetto.dev or chrome://tracing: machines, roles,
             messages, calls, faults and what programs printed on one time axis
  jepsen     the calls and faults as a Jepsen history, in EDN
  csv        the calls as a table, for pandas or R
  jsonl      the calls as JSON, one a line
  svg        what raftian replay shows, as a drawing: of the first violation, or of
             the moment that --at says

A run file that is cut off is exported as far as it goes; that it is cut is said,
and the exit status is 2.

With --model it writes a history that was recorded elsewhere, read as check --model
reads it, in any of these forms but perfetto. Its svg is a lane for each client, with
the first answer that no order explains and the calls before it; its jepsen has values
as Jepsen's checkers of registers take them.`,
		Args: One("FILE.run"),
	}
	c.Flags().StringVar(&form, "as", "", "the form: "+strings.Join(forms(), ", "))
	c.Flags().StringVar(&out, "out", "", "the file to write")
	c.Flags().DurationVar(&at, "at", 0, "the virtual time that a drawing is of, such as 3.2s")
	again.AddProgram(c)
	h.flags(c, "read a history recorded elsewhere, by this model: ")
	c.RunE = func(c *cobra.Command, args []string) error {
		hasAt := c.Flags().Changed("at")
		switch {
		case form == "":
			return Usage(fmt.Errorf("say with --as in which form: %s", strings.Join(forms(), ", ")))
		case !slices.Contains(forms(), form):
			return Usage(fmt.Errorf("--as %q is none of %s", form, strings.Join(forms(), ", ")))
		case hasAt && form != "svg":
			return Usage(errors.New("--at belongs to --as svg"))
		case hasAt && c.Flags().Changed("model"):
			return Usage(errors.New("--at is for runs; of a history, the first wrong answer is drawn"))
		case out == "":
			return Usage(errors.New("say with --out which file to write"))
		}
		var err error
		if out, err = FileToBe("--out", out, args...); err != nil {
			return Usage(err)
		}
		if c.Flags().Changed("model") {
			return h.export(c, args[0], form, out)
		}
		for _, name := range []string{"machines", "nil", "initial"} {
			if c.Flags().Changed(name) {
				return Usage(fmt.Errorf("--%s has no meaning without --model", name))
			}
		}
		if form == "svg" {
			return rest.draw(c, args[0], out, at, hasAt)
		}
		x, err := openExport(args[0])
		if errors.Is(err, trace.ErrNotRun) {
			err = fmt.Errorf("%w; a history that was recorded elsewhere takes --model", err)
		}
		if err != nil {
			return Usage(err)
		}
		defer x.from.Close()
		x.again = again
		err = WriteFile(out, func(w io.Writer) error { return x.write(c.Context(), w, form) })
		switch own := (*exitError)(nil); {
		case c.Context().Err() != nil:
			return c.Context().Err()
		case errors.As(err, &own):
			return err
		case err != nil:
			return Tool(err)
		case x.broken != nil:
			return Usage(fmt.Errorf("%s: %w; %s holds what is before", args[0], x.broken, out))
		}
		return written(args[0], form, out)
	}
	return c
}

// written says what was written.
func written(name, form, out string) error {
	info, err := os.Stat(out)
	if err != nil {
		return Tool(err)
	}
	fmt.Fprintf(Out, "%s as %s, %d bytes, in %s\n", name, form, info.Size(), out)
	return nil
}

// draw draws a run, or has raftian/full do it.
func (rest Rest) draw(c *cobra.Command, run, out string, at time.Duration, hasAt bool) error {
	switch {
	case rest.Draw == nil:
		return handOver(c.Context(), "--as svg")
	case !hasAt:
		return rest.Draw(c, run, out, nil)
	}
	return rest.Draw(c, run, out, &at)
}

// exporting is a run file on its way to another form.
type exporting struct {
	from   *trace.Reader
	plan   plan.Plan
	ending *ending
	broken error // why the file cannot be read further
	again  Again
}

// openExport opens a run file. It is read through once before, because its
// verdicts, which say what to point at, come last.
func openExport(name string) (*exporting, error) {
	x := &exporting{}
	var err error
	if x.ending, err = readEnding(name); err != nil {
		return nil, err
	}
	if x.from, err = trace.Open(name); err != nil {
		return nil, err
	}
	if x.plan, err = plan.Parse(x.from.Header().Plan); err != nil {
		_ = x.from.Close()
		return nil, fmt.Errorf("%s: its plan: %w", name, err)
	}
	x.broken = x.ending.broken
	return x, nil
}

// write writes the run in a form, as far as it can be read.
func (x *exporting) write(ctx context.Context, w io.Writer, form string) error {
	if form == "perfetto" {
		return export.Perfetto(w, x.events(), export.Cast{
			Machines: x.plan.Machines, Verdicts: x.ending.verdicts, Printed: x.ending.printed, Name: fmt.Sprintf("seed %d", x.plan.Seed)})
	}
	r, err := export.Read(x.events(), x.ending.verdicts)
	if err != nil {
		return err
	}
	switch form {
	case "porcupine":
		return campaign.Picture(ctx, w, x.plan, r, func() (*campaign.Program, error) {
			return x.again.Build(ctx, x.from.Header())
		})
	case "jepsen":
		return export.Jepsen(w, r)
	case "csv":
		return export.CSV(w, r)
	}
	return export.JSONL(w, r)
}

// events are those that can be read; where they stop early is kept.
func (x *exporting) events() export.Source { return readable{x} }

type readable struct{ x *exporting }

// Event implements export.Source.
func (r readable) Event(e *trace.Event) error {
	err := r.x.from.Event(e)
	if err != nil && err != io.EOF {
		r.x.broken = err
		return io.EOF
	}
	return err
}
