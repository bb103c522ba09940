package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"raftian/linearizability"
)

func judgesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "judges",
		Short: "List the judges: what each asserts, and what it must be told",
		Long: `Judges lists who judges a run: what holds if the judge passes, a run that it fails, and
the notes without which it has not run. Programs report notes with Emit; what each kind
means is said in netsim/env/note.go. Liveness judges by what it is told: by readiness
and roles, or else by the calls that are answered after the faults.`,
		Args: cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "print a JSON list instead of words")
	c.RunE = func(*cobra.Command, []string) error {
		if *asJSON {
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
