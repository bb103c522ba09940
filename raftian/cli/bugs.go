package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"raftian/netsim/plan"
	"raftian/raftian/bugs"
)

func bugsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bugs",
		Short: "List the bugs that can be planted",
		Long: `Bugs lists the zoo: bugs that --bug plants in the nodes, what each breaks, and the
judge who must catch it.`,
		Args: cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "print a JSON list instead of a table")
	c.RunE = func(*cobra.Command, []string) error {
		if *asJSON {
			return printJSON(bugs.All())
		}
		table := tabwriter.NewWriter(Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "BUG\tCAUGHT BY\tWHAT IT BREAKS")
		for _, b := range bugs.All() {
			fmt.Fprintf(table, "%s\t%s\t%s\n", b.Name, b.Judge, b.Breaks)
		}
		return table.Flush()
	}
	return c
}

// bugToBe refuses a bug that is not of the zoo.
func bugToBe(name string) error {
	if _, known := bugs.Find(name); name != "" && !known {
		var names []string
		for _, b := range bugs.All() {
			names = append(names, b.Name)
		}
		if best := plan.Nearest(name, names); best != "" {
			return fmt.Errorf("unknown bug %q; did you mean %q?", name, best)
		}
		return fmt.Errorf("unknown bug %q; %s bugs lists them", name, self())
	}
	return nil
}
