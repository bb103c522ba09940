package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim"
)

func judgesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "judges",
		Short: "List the judges: what each asserts, and what it must be told",
		Long: `Judges lists who judges a run: what holds if the judge passes, a run that it fails, and
the notes without which it has not run. Programs report notes with Emit; what each kind
means is said in netsim/env/note.go. Liveness judges by what it is told: by readiness
and roles, or else by the calls that are answered after the faults.

With --notes it prints a table, in Markdown: each kind of note, who reports it in a program
that calls observe.NewRaft and observe.Clients, and the judges that want it.`,
		Args: cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "print a JSON list instead of words")
	notes := c.Flags().Bool("notes", false, "print which note is for which judge instead")
	c.RunE = func(*cobra.Command, []string) error {
		switch {
		case *notes && *asJSON:
			return printJSON(linearizability.Notes())
		case *notes:
			_, err := fmt.Fprint(Out, notesTable())
			return err
		case *asJSON:
			return printJSON(linearizability.Judges())
		}
		for k, j := range linearizability.Judges() {
			if k > 0 {
				fmt.Fprintln(Out)
			}
			fmt.Fprintf(Out, "%s\n  asserts  %s (%s)\n  fails    %s\n", j.Judge, j.Asserts, j.Source, j.Example)
			if len(j.Needs) > 0 {
				fmt.Fprintf(Out, "  needs    %s\n", strings.Join(j.Needs, "; "))
			}
		}
		return nil
	}
	return c
}

// notesTable is the kinds of note and what they are for, as a table in Markdown.
func notesTable() string {
	var b strings.Builder
	b.WriteString("| note | says that | reported by | without it have not run | also read by |\n|---|---|---|---|---|\n")
	means := netsim.EventWords()
	for _, n := range linearizability.Notes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", n.Kind, means[n.Kind], n.Reporter,
			strings.Join(n.Needed, ", "), strings.Join(n.Read, ", "))
	}
	return b.String()
}
