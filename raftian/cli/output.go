package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// showOutput prints the lines that programs printed.
func showOutput(w io.Writer, name string, f *filter) error {
	if f.kinds != nil {
		return errors.New("--kind is for events, and --output shows none")
	}
	e, err := readEnding(name)
	if err != nil {
		return err
	}
	p, err := plan.Parse(e.header.Plan)
	if err != nil {
		return fmt.Errorf("%s: its plan: %w", name, err)
	}
	if err := f.check(p, e); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	shown := 0
	for k := range e.printed {
		line := &e.printed[k]
		if at := time.Duration(line.At); at < f.from || at > f.to || f.machine != "" && line.Machine != f.machine {
			continue
		}
		if shown++; shown == 1 {
			fmt.Fprintf(w, "%11s  %-7s %-6s  %s\n", "seconds", "where", "stream", "what")
		}
		fmt.Fprintln(w, outputLine(line))
	}
	switch {
	case e.broken != nil:
		return fmt.Errorf("%s: %w, and what programs printed comes after the events", name, e.broken)
	case len(e.printed) == 0:
		fmt.Fprintln(w, "no program printed anything")
	case shown == 0:
		fmt.Fprintf(w, "nothing of the %s that programs printed is from there and then\n", trace.Some(len(e.printed), "line"))
	}
	return nil
}

// outputLine is a line of output: when, by which incarnation, to which stream, and what.
func outputLine(l *trace.Line) string {
	return fmt.Sprintf("%11.6f  %-7s %-6s  %s", l.At.Seconds(), fmt.Sprintf("%s/%d", l.Machine, l.Boot), l.Stream, l.Words())
}
