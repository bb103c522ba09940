package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"raftian/experiments/campaign"
	"raftian/linearizability"
	"raftian/netsim/trace"
)

// checked is what `check --json` prints.
type checked struct {
	File       string                    `json:"file"`
	Seed       uint64                    `json:"seed"`
	Events     uint64                    `json:"events"`
	Operations int                       `json:"operations"`
	Digest     string                    `json:"digest"`
	Verdicts   []linearizability.Verdict `json:"verdicts"`
	Known      map[string]string         `json:"known"` // by judge, the finding in hashicorp/raft that its failure is
}

// briefly are verdicts with the first violation of each signature.
func briefly(verdicts []linearizability.Verdict) []linearizability.Verdict {
	brief := make([]linearizability.Verdict, len(verdicts))
	for k, v := range verdicts {
		brief[k] = v.Brief()
	}
	return brief
}

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE.run|DIR | check --model MODEL FILE|DIR",
		Short: "Judge a kept run again, or histories recorded elsewhere",
		Long: `Check reads a run file and judges it again, with this program's judges. A file that
is cut off is judged as far as it goes; that it is cut is said, and the exit
status is 2. Of a directory it judges every .run file, there and below, and prints a
table; the exit status is 1 if a run fails, else 2 if one cannot be read to its end.

With --model it judges whether histories that were recorded elsewhere are
linearizable: Jepsen's, in EDN, in JSON or as lines of its log, or operations in JSON
Lines. A directory is searched downwards: it judges every .edn, .log, .txt, .json and
.jsonl file, of a run in Jepsen's store the history alone, and prints a table; where
Jepsen's results.edn lies beside, a column says whether the verdicts agree. A file that
cannot be read is named with its line, and the exit status is 2 if no other fails.

A read that was answered nil is one whose value is not known (--nil unknown), as in
Jepsen's models, or found nothing (--nil absent), which is meant in JSON Lines unless
--nil says otherwise. If it matters which, or if a history fails only for want of a
first value (--initial), the report says so.`,
		Args: One("FILE"),
	}
	asJSON := c.Flags().Bool("json", false, "print one JSON object instead of words")
	excuse := c.Flags().Bool("excuse", false, "of a run with a planted bug, name what is a known finding, too")
	var again Again
	again.AddProgram(c)
	h := histories{}
	h.flags(c, "judge a history by this model: ")
	c.Flags().IntVar(&h.jobs, "jobs", runtime.NumCPU(), "histories, or runs of a directory, at once")
	c.RunE = func(c *cobra.Command, args []string) error {
		if c.Flags().Changed("model") {
			h.asJSON = *asJSON
			return h.run(c, args[0])
		}
		info, no := os.Stat(args[0])
		isDir := no == nil && info.IsDir()
		for _, name := range []string{"machines", "jobs", "nil", "initial"} {
			if name == "jobs" && isDir {
				continue
			}
			if c.Flags().Changed(name) {
				return Usage(fmt.Errorf("--%s has no meaning without --model", name))
			}
		}
		if isDir {
			if h.jobs < 1 || h.jobs > 1024 {
				return Usage(errors.New("--jobs must be from 1 to 1024"))
			}
			return checkAll(c, args[0], h.jobs, *asJSON, *excuse)
		}
		r, err := campaign.Check(c.Context(), args[0], again.model(c.Context()))
		switch own := (*exitError)(nil); {
		case r == nil && errors.As(err, &own):
			return own
		case r == nil && errors.Is(err, trace.ErrNotRun):
			return Usage(fmt.Errorf("%w; a history that was recorded elsewhere takes --model", err))
		case r == nil:
			return Usage(err)
		case *asJSON:
			if err := printJSON(checked{args[0], r.Plan.Seed, r.Events, len(r.History), r.Digest, briefly(r.Verdicts), knownIn(r, *excuse)}); err != nil {
				return Tool(err)
			}
		default:
			what := fmt.Sprintf("seed %d", r.Plan.Seed)
			if r.Live {
				what = "live session"
			}
			fmt.Fprintf(Out, "%s: %s, %s, %s\n", args[0], what, trace.Some(r.Events, "event"), trace.Some(len(r.History), "operation"))
			printVerdicts(Out, r.Verdicts)
			printKnown(Out, r, *excuse)
		}
		switch {
		case err != nil:
			return Usage(err)
		case r.Failed():
			return finding()
		case r.Unjudged():
			return unjudged()
		}
		return nil
	}
	return c
}
