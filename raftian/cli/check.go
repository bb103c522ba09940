package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
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
	var known excuses
	var again Again
	again.AddProgram(c)
	c.Flags().BoolVar(&known.excuse, "excuse", false, "of a run with a planted bug, name what is a known finding, too")
	known.flag(c)
	draft := c.Flags().Bool("print-known", false, "print entries for --known of the failures of a run that are not known, and nothing else")
	h := histories{}
	h.flags(c, "judge a history by this model: ")
	var told checkTold
	told.junit.flag(c, "check")
	c.Flags().IntVar(&h.jobs, "jobs", runtime.NumCPU(), "histories, or runs of a directory, at once")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		if c.Flags().Changed("model") {
			for _, name := range []string{"known", "print-known", "junit"} {
				if c.Flags().Changed(name) {
					return Usage(fmt.Errorf("--%s is for runs, and has no meaning with --model", name))
				}
			}
			h.asJSON = *asJSON
			return h.run(c, args[0])
		}
		if err := known.load(); err != nil {
			return err
		}
		if err := told.begin(args[0], *asJSON); err != nil {
			return err
		}
		defer func() { err = told.end(err) }()
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
		if isDir && *draft {
			return Usage(errors.New("--print-known is for one run"))
		}
		if isDir {
			if h.jobs < 1 || h.jobs > 1024 {
				return Usage(errors.New("--jobs must be from 1 to 1024"))
			}
			return checkAll(c, args[0], checkOptions{model: again.model(c.Context()), jobs: h.jobs, asJSON: *asJSON, known: &known, told: &told})
		}
		return checkFile(c, args[0], checkOptions{model: again.model(c.Context()), draft: *draft, asJSON: *asJSON, known: &known, told: &told})
	}
	return c
}

// checkFile judges one run file.
func checkFile(c *cobra.Command, file string, o checkOptions) error {
	r, err := campaign.Check(c.Context(), file, o.model)
	if o.told.wanted() && c.Context().Err() == nil {
		o.told.made(checkedOne(file, r, err, o.known))
	}
	switch own := (*exitError)(nil); {
	case r == nil && errors.As(err, &own):
		return own
	case r == nil && errors.Is(err, trace.ErrNotRun):
		return Usage(fmt.Errorf("%w; a history that was recorded elsewhere takes --model", err))
	case r == nil:
		return Usage(err)
	case o.draft:
		return o.known.printDraft(Out, r)
	case o.asJSON:
		if err := printJSON(checked{file, r.Plan.Seed, r.Events, len(r.History), r.Digest, briefly(r.Verdicts), o.known.knownIn(r)}); err != nil {
			return Tool(err)
		}
	default:
		what := fmt.Sprintf("seed %d", r.Plan.Seed)
		if r.Live {
			what = "live session"
		}
		fmt.Fprintf(Out, "%s: %s, %s, %s\n", file, what, trace.Some(r.Events, "event"), trace.Some(len(r.History), "operation"))
		printVerdicts(Out, r.Verdicts)
		o.known.print(Out, r)
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
