package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"raftian/experiments/campaign"
	"raftian/linearizability"
)

// checked is what `check --json` prints.
type checked struct {
	File       string                    `json:"file"`
	Seed       uint64                    `json:"seed"`
	Events     uint64                    `json:"events"`
	Operations int                       `json:"operations"`
	Digest     string                    `json:"digest"`
	Verdicts   []linearizability.Verdict `json:"verdicts"`
}

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE.run",
		Short: "Judge a kept run again",
		Long: `Check reads a run file and judges it again, with this program's judges. A file that
is cut off is judged as far as it goes; that it is cut is said, and the exit
status is 2.`,
		Args: cobra.ExactArgs(1),
	}
	asJSON := c.Flags().Bool("json", false, "print one JSON object instead of words")
	c.RunE = func(c *cobra.Command, args []string) error {
		r, err := campaign.Check(c.Context(), args[0], func(world string) (*campaign.Program, error) {
			return build(c.Context(), world, "")
		})
		switch own := (*exitError)(nil); {
		case r == nil && errors.As(err, &own):
			return own
		case r == nil:
			return usage(err)
		case *asJSON:
			if err := printJSON(checked{args[0], r.Plan.Seed, r.Events, len(r.History), r.Digest, r.Verdicts}); err != nil {
				return tool(err)
			}
		default:
			fmt.Printf("%s: seed %d, %d events, %d operations\n", args[0], r.Plan.Seed, r.Events, len(r.History))
			printVerdicts(os.Stdout, r.Verdicts)
		}
		switch {
		case err != nil:
			return usage(err)
		case r.Failed():
			return finding()
		}
		return nil
	}
	return c
}
