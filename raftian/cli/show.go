package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

// quiet are the kinds that are shown only when asked for: there are thousands of
// them, and the story is told by the others.
func quiet() []string {
	return []string{trace.KindDeliver, trace.KindFsync, trace.KindDial, trace.KindOpen, trace.KindClose, trace.KindHold,
		env.KindRPC, env.KindReply, env.KindAppend, env.KindApply, env.KindLocal, env.KindCommit, env.KindFrames,
		env.KindInvoke, env.KindDiag}
}

// filter says which events to show.
type filter struct {
	from, to time.Duration
	machine  string
	kinds    []string
}

func showCommand() *cobra.Command {
	var (
		f      filter
		kinds  string
		output bool
	)
	c := &cobra.Command{
		Use:   "show FILE.run",
		Short: "Print a kept run so that a person can follow it",
		Long: `Show prints what happened, an event a line: the time in seconds, the number of the
event, the role of every machine, the machine, what it did. A call is shown where
its answer came. Events that a judge gives as evidence are marked ">". Messages,
disk writes and the like are left out unless --kind asks for them: --kind all, or a
comma list such as deliver,rpc,append.

With --output it prints instead what programs printed to their standard output and
error, a line each: the time, the machine and its incarnation, the stream, the line.
Of each incarnation the first and the last 32 kB are kept.`,
		Args: One("FILE.run"),
	}
	c.Flags().DurationVar(&f.from, "from", 0, "from this virtual time on, such as 3.2s")
	c.Flags().DurationVar(&f.to, "to", 0, "up to this virtual time")
	c.Flags().StringVar(&f.machine, "machine", "", "only this machine (and what concerns the whole World)")
	c.Flags().StringVar(&kinds, "kind", "", "only these kinds of event, a comma list, or all")
	c.Flags().BoolVar(&output, "output", false, "what programs printed, instead of what happened")
	c.RunE = func(c *cobra.Command, args []string) error {
		if c.Flags().Changed("kind") {
			f.kinds = strings.Split(kinds, ",")
		}
		if f.from < 0 || f.to < 0 {
			return Usage(errors.New("--from and --to are times since the run began"))
		}
		if c.Flags().Changed("to") && f.to < f.from {
			return Usage(errors.New("--to lies before --from"))
		}
		if !c.Flags().Changed("to") {
			f.to = forever
		}
		out := bufio.NewWriter(Out)
		tell := show
		if output {
			tell = showOutput
		}
		err := tell(out, args[0], &f)
		if flushed := out.Flush(); flushed != nil {
			return Tool(flushed)
		}
		if err != nil {
			return Usage(err)
		}
		return nil
	}
	return c
}

// forever is later than every run's end.
const forever = time.Duration(1<<63 - 1)

// show tells the run in a file. It reads the file twice, because the verdicts,
// which say what to look out for, come last.
func show(w io.Writer, name string, f *filter) error {
	e, err := readEnding(name)
	if err != nil {
		return err
	}
	r, err := trace.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	p, err := plan.Parse(r.Header().Plan)
	if err != nil {
		return fmt.Errorf("%s: its plan: %w", name, err)
	}
	if err := f.check(p, e); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s := newStory(w, p, f, e.verdicts)
	s.begin(p, r.Header())
	s.tell(r)
	if e.exit != "" {
		fmt.Fprintf(w, "\nthe world program died:\n%s\n", e.exit)
	}
	if len(e.verdicts) > 0 {
		printVerdicts(w, e.verdicts)
	}
	s.sumUp()
	if n := len(e.printed); n > 0 {
		fmt.Fprintf(w, "programs printed %s, which --output shows\n", trace.Some(n, "line"))
	}
	if e.digest != "" {
		fmt.Fprintf(w, "%s, digest %s\n", trace.Some(s.last.N, "event"), e.digest)
	}
	if e.broken != nil {
		return fmt.Errorf("%s: %w", name, e.broken)
	}
	return nil
}

// ending is what a file says after its events, as far as it can be read.
type ending struct {
	kinds    map[string]bool // that occur
	header   trace.Header
	verdicts []linearizability.Verdict
	exit     string
	printed  []trace.Line
	digest   string
	broken   error // why it cannot be read further
}

// readEnding reads a file through. An error means that it is no run file.
func readEnding(name string) (*ending, error) {
	r, err := trace.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	found := &ending{kinds: map[string]bool{}, header: r.Header()}
	var e trace.Event
	for err = r.Event(&e); err == nil; err = r.Event(&e) {
		found.kinds[e.Kind] = true
	}
	if err == io.EOF {
		err = found.readSections(r)
	}
	if err != io.EOF {
		found.broken = err
	}
	if t, ok := r.Trailer(); ok {
		found.digest = t.Digest
	}
	return found, nil
}

func (e *ending) readSections(r *trace.Reader) error {
	for {
		tag, value, err := r.Section()
		if err != nil {
			return err
		}
		switch tag {
		case campaign.TagVerdict:
			var v linearizability.Verdict
			err = json.Unmarshal(value, &v)
			e.verdicts = append(e.verdicts, v)
		case campaign.TagExit:
			err = json.Unmarshal(value, &e.exit)
		case campaign.TagLine:
			var line trace.Line
			err = json.Unmarshal(value, &line)
			e.printed = append(e.printed, line)
		}
		if err != nil {
			return fmt.Errorf("section %s: %w", tag, err)
		}
	}
}

// check refuses what a run cannot have.
func (f *filter) check(p plan.Plan, e *ending) error {
	if f.machine != "" && !slices.Contains(p.Machines, f.machine) {
		return fmt.Errorf("no machine %q; there are %s", f.machine, strings.Join(p.Machines, " "))
	}
	for _, kind := range f.kinds {
		if kind == "all" || e.kinds[kind] {
			continue
		}
		// A kind that has words of its own is known even where it does not occur.
		if unknown := (&trace.Event{Note: env.Note{Kind: kind}}); unknown.Words() == kind {
			return fmt.Errorf("no event of kind %q; there are %s", kind, strings.Join(slices.Sorted(maps.Keys(e.kinds)), " "))
		}
	}
	return nil
}

// shows reports whether to show an event of a kind, apart from when.
func (f *filter) shows(kind, machine string) bool {
	switch {
	case f.machine != "" && machine != "" && machine != f.machine:
		return false
	case f.kinds == nil:
		return !slices.Contains(quiet(), kind)
	}
	return slices.Contains(f.kinds, "all") || slices.Contains(f.kinds, kind)
}

// during reports whether an instant lies between --from and --to.
func (f *filter) during(at env.Instant) bool {
	return time.Duration(at) >= f.from && time.Duration(at) <= f.to
}
