package cli

import (
	"fmt"
	"io"

	"raftian/netsim"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

// printReference prints the plan language, made from what reads it.
func printReference(w io.Writer) error {
	fmt.Fprintf(w, `A plan is all that a run is a function of, one thing a line, words apart by blanks.
The first line is "raftian plan 1"; # begins a comment. raftian run FILE runs one;
raftian run --plan prints that of a seed, raftian run FILE.run --plan that of a run.
`)
	section(w, "Lines", plan.Lines())
	section(w, "Values", plan.Values())
	section(w, "Faults, with their class (network, crash, disk)", plan.Faults())
	section(w, "Faults that wait for an event: fault T when … then …", plan.Triggers())
	fmt.Fprintln(w, "\nEvents that faults may wait for, beside the kinds that a guest reports of its own")
	words := netsim.EventWords()
	for _, e := range netsim.Events(nil) {
		r := e.Reference()
		whose := ""
		if e.World {
			whose = "; of no machine, so after any"
		}
		fmt.Fprintf(w, "  %s\n      %s%s\n", r.Form, words[e.Kind], whose)
	}
	fmt.Fprintln(w, "\nSettings of the node (what it is if no line says)")
	for _, s := range guest.Settings() {
		fmt.Fprintf(w, "  %s\n      %s\n", s, s.Means)
	}
	return nil
}

// section prints entries with their examples.
func section(w io.Writer, title string, entries []plan.Entry) {
	fmt.Fprintf(w, "\n%s\n", title)
	for _, e := range entries {
		fmt.Fprintf(w, "  %s\n      %s\n", e.Form, e.Means)
		if e.Example != "" {
			fmt.Fprintf(w, "      %s\n", e.Example)
		}
	}
}
