package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

// checkedRun is one run file of a directory, as `check --json` prints it.
type checkedRun struct {
	checked
	Unjudged bool   `json:"unjudged,omitempty"` // no judge had anything to judge
	Error    string `json:"error,omitempty"`    // why it was not read, or not to its end
}

// outcome is a run in one word, and why.
func (r *checkedRun) outcome() (word, why string) {
	worst := linearizability.Verdict{Outcome: linearizability.Pass}
	for _, v := range r.Verdicts {
		fails := v.Outcome == linearizability.Fail
		unknown := fails && r.Known[v.Judge] == ""
		switch {
		case unknown:
			return "fail", v.Judge + ": " + v.Reason
		case fails && worst.Outcome != linearizability.Fail, v.Outcome == linearizability.Inconclusive && worst.Outcome == linearizability.Pass:
			worst = v
		}
	}
	switch {
	case worst.Outcome == linearizability.Fail:
		return "known", worst.Judge + " fails with " + r.Known[worst.Judge]
	case r.Error != "" && r.Verdicts == nil:
		return "unreadable", r.Error
	case r.Error != "":
		return "cut off", r.Error
	case r.Unjudged:
		return "not judged", campaign.UnjudgedWords
	case worst.Outcome == linearizability.Inconclusive:
		return "inconclusive", worst.Judge + ": " + worst.Reason
	}
	return "pass", ""
}

// checkedAll is what `check --json` prints of a directory of runs.
type checkedAll struct {
	Runs       []checkedRun `json:"runs"` // by name
	Passed     int          `json:"passed"`
	Failed     int          `json:"failed"` // or not decided, or not judged
	Unreadable int          `json:"unreadable"`
}

// runFiles are the run files of a directory and of those in it, sorted.
func runFiles(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(path) == ".run" {
			files = append(files, path)
		}
		return err
	})
	slices.Sort(files)
	return files, err
}

// checkOptions say how run files are judged.
type checkOptions struct {
	model  func(world string) (*campaign.Program, error) // see campaign.Check
	jobs   int                                           // of a directory: how many at once
	draft  bool                                          // of one file: print entries for --known, and nothing else
	asJSON bool
	known  *excuses
	told   *checkTold
}

// checkAll judges every run file of a directory again, some at once, and reports in the
// order of their names.
func checkAll(c *cobra.Command, dir string, o checkOptions) error {
	files, err := runFiles(dir)
	if err != nil {
		return Usage(err)
	}
	if len(files) == 0 {
		return Usage(fmt.Errorf("%s is a directory without run files; with --model its histories are judged", dir))
	}
	results := make([]checkedRun, len(files))
	model, once := o.model, sync.Mutex{}
	o.model = func(world string) (*campaign.Program, error) { // one build at a time
		once.Lock()
		defer once.Unlock()
		return model(world)
	}
	free := make(chan struct{}, o.jobs)
	var all sync.WaitGroup
	bar := NewBar(len(files), "judging")
	for k, file := range files {
		free <- struct{}{}
		all.Go(func() {
			if results[k] = checkOne(c.Context(), file, o); o.told.wanted() && c.Context().Err() == nil {
				o.told.made(results[k])
			}
			bar.Add(1)
			<-free
		})
	}
	all.Wait()
	bar.Close()
	if c.Context().Err() != nil {
		return c.Context().Err()
	}
	return reportAll(dir, results, o.asJSON)
}

// checkOne judges one run file.
func checkOne(ctx context.Context, file string, o checkOptions) checkedRun {
	if ctx.Err() != nil {
		return checkedRun{checked: checked{File: file}}
	}
	r, err := campaign.Check(ctx, file, o.model)
	return checkedOne(file, r, err, o.known)
}

// checkedOne is what came of judging a run file. r is nil if it could not be read at all.
func checkedOne(file string, r *campaign.Result, err error, known *excuses) checkedRun {
	out := checkedRun{checked: checked{File: file}}
	if err != nil {
		out.Error = strings.TrimPrefix(OneLine(err), file+": ")
	}
	if r != nil {
		out.checked = checked{file, r.Plan.Seed, r.Events, len(r.History), r.Digest, briefly(r.Verdicts), known.knownIn(r)}
		out.Unjudged = err == nil && r.Unjudged()
	}
	return out
}

// reportAll prints the table, or the JSON object, and returns the exit: 1 if a run
// failed, else 2 if one could not be read to its end.
func reportAll(dir string, results []checkedRun, asJSON bool) error {
	sum := checkedAll{Runs: results}
	t := tabwriter.NewWriter(Out, 0, 0, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(t, "FILE\tSEED\tEVENTS\tOUTCOME\tWHY")
	}
	for k := range results {
		r := &results[k]
		word, why := r.outcome()
		switch {
		case word == "pass":
			sum.Passed++
		case word == "unreadable" || word == "cut off":
			sum.Unreadable++
		default:
			sum.Failed++
		}
		if asJSON {
			continue
		}
		name, err := filepath.Rel(dir, r.File)
		if err != nil {
			name = r.File
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", name, r.Seed, r.Events, word, OneLine(errors.New(why)))
	}
	var err error
	if asJSON {
		err = printJSON(sum)
	} else if err = t.Flush(); err == nil {
		fmt.Fprintf(Out, "\n%s: %d pass, %d do not, %d cannot be read to their end\n",
			trace.Some(len(results), "run"), sum.Passed, sum.Failed, sum.Unreadable)
	}
	switch {
	case err != nil:
		return Tool(err)
	case sum.Failed > 0:
		return finding()
	case sum.Unreadable > 0:
		return Usage(fmt.Errorf("%s: %d of %s cannot be read to their end", dir, sum.Unreadable, trace.Some(len(results), "run")))
	}
	return nil
}
