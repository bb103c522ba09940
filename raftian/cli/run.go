package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

func runCommand() *cobra.Command {
	var (
		f    planFlags
		seed uint64
		out  string
	)
	c := &cobra.Command{
		Use:   "run [PLAN | FILE.run --plan | --seed N]",
		Short: "Run one plan and judge it",
		Long: `Run makes one run: of a plan in a file ("-" is standard input), or of the plan that
a seed and the flags stand for, which are those of explore. --plan prints the plan
and runs nothing; with it the file may also be a run, whose plan is printed as it is.
raftian help plan is the reference of what a plan may say.`,
		Args: cobra.MaximumNArgs(1),
	}
	f.add(c)
	c.Flags().Uint64Var(&seed, "seed", 1, "seed to draw the plan from")
	c.Flags().StringVar(&out, "out", "", "keep the run in this file")
	f.known.flag(c)
	only := c.Flags().Bool("plan", false, "print the plan and run nothing")
	c.RunE = func(c *cobra.Command, args []string) error {
		draw, err := f.options()
		if err != nil {
			return err
		}
		var pl plan.Plan
		var text string // of the plan in a file
		if len(args) == 1 {
			if err := refuse(c, "seed", "length", "machines", "faults", "rate", "bug"); err != nil {
				return err
			}
			if *only && out == "" {
				if _, pl, err := readHeader(args[0]); err == nil {
					fmt.Fprint(Out, pl)
					return nil
				}
			}
			if pl, text, err = readPlan(args[0]); err != nil {
				return Usage(err)
			}
		}
		if *only && out != "" {
			return Usage(errors.New("--plan runs nothing that --out could keep"))
		}
		if out != "" {
			if out, err = FileToBe("--out", out, args...); err != nil {
				return Usage(err)
			}
		}
		p, err := f.build(c.Context())
		if err != nil {
			return err
		}
		if len(args) == 0 {
			draw.Seed = seed
			if pl, err = p.Draw(c.Context(), draw); err != nil {
				return Usage(err)
			}
		}
		if pl.Guest != p.Guest {
			return Usage(fmt.Errorf("the plan is for guest %q, the world program runs %q; name another with --world", pl.Guest, p.Guest))
		}
		if err := pl.CheckEvents(p.Events); err != nil && len(args) == 1 {
			return inPlan(args[0], text, err)
		}
		if *only {
			fmt.Fprint(Out, pl)
			return nil
		}
		err = run(c, p, pl, out, &f.known)
		if errors.Is(err, campaign.ErrRefused) && len(args) == 1 {
			err = inPlan(args[0], text, err)
		}
		return err
	}
	return c
}

// inPlan names the line of a plan's text with the setting or the fault for which it is
// refused.
func inPlan(file, text string, err error) error {
	why := strings.TrimPrefix(OneLine(err), campaign.ErrRefused.Error()+": ")
	faults := 0
	for k, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		switch words[0] {
		case "fault":
			faults++
			if what, ok := strings.CutPrefix(why, fmt.Sprintf("fault %d: ", faults)); ok {
				return Usage(fmt.Errorf("%s: line %d: %s", file, k+1, what))
			}
		case "set":
			value := strings.Join(words[2:], " ")
			if strings.Contains(why, "setting "+words[1]+":") || strings.Contains(why, fmt.Sprintf("%q", words[1]+"="+value)) {
				return Usage(fmt.Errorf("%s: line %d: %s", file, k+1, why))
			}
		}
	}
	return Usage(fmt.Errorf("%s: %s", file, why))
}

// refuse says that flags of drawing a plan have no place beside a plan.
func refuse(c *cobra.Command, names ...string) error {
	for _, name := range names {
		if c.Flags().Changed(name) {
			return Usage(fmt.Errorf("--%s has no meaning with a plan in a file", name))
		}
	}
	return nil
}

func readPlan(name string) (pl plan.Plan, content string, err error) {
	text, err := os.ReadFile(name)
	if name == "-" {
		text, err = io.ReadAll(os.Stdin)
	}
	if err != nil {
		return plan.Plan{}, "", err
	}
	pl, err = plan.Parse(string(text))
	if err != nil {
		if f, no := trace.Open(name); no == nil {
			_ = f.Close()
			err = errors.New("it is a run, which raftian rerun runs again, and no plan; --plan prints the plan in it")
		}
		return plan.Plan{}, "", fmt.Errorf("%s: %w", name, err)
	}
	return pl, string(text), nil
}

func run(c *cobra.Command, p *campaign.Program, pl plan.Plan, out string, known *excuses) error {
	printProgram(Out, p)
	fmt.Fprintf(Out, "seed %d: %s on %s, %s, %s\n", pl.Seed, pl.Length, trace.Some(len(pl.Machines), "machine"),
		trace.Some(len(pl.Script), "call"), trace.Some(len(pl.Faults), "fault"))
	r, err := p.Run(c.Context(), pl)
	if err != nil {
		return ownFailure(c, err)
	}
	printVerdicts(Out, r.Verdicts)
	known.print(Out, r)
	price := "" // of a run that ended before it began there is none
	if r.Virtual > 0 {
		price = fmt.Sprintf(", %.1f ms of CPU per virtual second", r.CPU.Seconds()*1000/r.Virtual.Seconds())
	}
	fmt.Fprintf(Out, "\n%s, %s%s\ndigest %s\n", trace.Some(r.Events, "event"), trace.Some(len(r.History), "operation"), price, r.Digest)
	if r.Exit != "" {
		fmt.Fprintf(Out, "the world program died:\n%s\n", beginning(r.Exit, 20))
	}
	if out != "" {
		if err := r.Save(out, p); err != nil {
			return Tool(err)
		}
		fmt.Fprintf(Out, "kept in %s; again: %s rerun %s\n", out, self(), out)
	}
	switch {
	case r.Failed():
		return finding()
	case r.Unjudged():
		return unjudged()
	}
	return nil
}

// unjudged is the exit of a run of which no judge can say anything.
func unjudged() error {
	fmt.Fprintf(os.Stderr, "raftian: %s\n", campaign.UnjudgedWords)
	return finding()
}

// beginning is the first lines of a text, and how many are left out: a panic lists
// every goroutine that there is.
func beginning(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(all) <= lines {
		return strings.Join(all, "\n")
	}
	return fmt.Sprintf("%s\n(%s; %s show has them of a run that is kept with --out)", strings.Join(all[:lines], "\n"), trace.Some(len(all)-lines, "more line"), self())
}

// ownFailure tells an interruption from the tool's own failure.
func ownFailure(c *cobra.Command, err error) error {
	if c.Context().Err() != nil {
		return c.Context().Err()
	}
	if errors.Is(err, campaign.ErrRefused) || errors.Is(err, campaign.ErrOutside) {
		return Usage(err)
	}
	return Tool(err)
}

func printVerdicts(w io.Writer, verdicts []linearizability.Verdict) {
	fmt.Fprintln(w)
	for _, v := range verdicts {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-12s  %-22s  %s", v.Outcome, v.Judge, v.Reason), " "))
		campaign.PrintEvidence(w, "                ", v)
	}
}

func rerunCommand() *cobra.Command {
	var again Again
	c := &cobra.Command{
		Use:   "rerun FILE.run",
		Short: "Run a kept run again and compare every event",
		Long: `Rerun makes the run in a file again and compares it event by event. It says "same"
and the digest, or shows the first event that differs, from both sides, and exits
with 3. That programs printed something else is said, and is no difference: what they
print may hold addresses, say. It does not judge; see check.`,
		Args: One("FILE.run"),
	}
	again.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		// A file that is not whole is refused before anything is built for it.
		if e, err := readEnding(args[0]); err != nil {
			return Usage(err)
		} else if e.broken != nil {
			return Usage(fmt.Errorf("%s: %w", args[0], e.broken))
		}
		f, err := trace.Open(args[0])
		if err != nil {
			return Usage(err)
		}
		defer f.Close()
		h := f.Header()
		p, err := again.Build(c.Context(), h)
		if err != nil {
			return err
		}
		if h.Program != p.Digest {
			fmt.Fprintf(os.Stderr, "raftian: the run was made by another program (%.16s with raft %s%s and %s; this is %.16s with raft %s%s and %s)\n",
				h.Program, orNone(h.Raft), mendedWith(h.Mends), h.Go, p.Digest, orNone(p.Raft), mendedWith(p.Mends), p.GoVersion)
			if h.Go != p.GoVersion && h.Go != "" {
				fmt.Fprintf(os.Stderr, "raftian: runs repeat with one version of Go; GOTOOLCHAIN=%s chooses that of the file\n", h.Go)
			}
		}
		r, d, err := campaign.Rerun(c.Context(), p, f)
		switch {
		case err != nil && c.Context().Err() != nil:
			return c.Context().Err()
		case errors.Is(err, campaign.ErrDiffers):
			return Tool(err)
		case err != nil:
			return Usage(fmt.Errorf("%s: %w", args[0], err))
		case d != nil:
			printDifference(d)
			return Tool(errors.New("the run differs"))
		}
		fmt.Fprintf(Out, "same %s\n", r.Digest)
		printOutputDifference(r.Before, r.Printed)
		return nil
	}
	return c
}

// printOutputDifference says where what programs print is not what it was.
func printOutputDifference(then, now []trace.Line) {
	for k := range max(len(then), len(now)) {
		if k < len(then) && k < len(now) && then[k] == now[k] {
			continue
		}
		say := func(word string, lines []trace.Line) {
			if k < len(lines) {
				fmt.Fprintf(Out, "%s  %s\n", word, outputLine(&lines[k]))
			} else {
				fmt.Fprintf(Out, "%s  nothing more\n", word)
			}
		}
		fmt.Fprintf(Out, "all events are the same; programs printed something else, first in line %d\n", k+1)
		say("then", then)
		say("now ", now)
		return
	}
}

func printDifference(d *campaign.Difference) {
	say := func(word string, e *trace.Event) {
		if e == nil {
			fmt.Fprintf(Out, "%s  the run has ended\n", word)
			return
		}
		fmt.Fprintf(Out, "%s  event %d  %s  %s  %s\n", word, e.N, e.At, place(e), e.Words())
		fmt.Fprintf(Out, "      %s\n", trace.AppendJSON(nil, e))
	}
	say("then", d.Then)
	say("now ", d.Now)
}
