package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
	"raftian/raftian/known"
)

// excuses are what failures are known by: the findings in hashicorp/raft, and the entries
// of --known. The zero excuses are the findings alone. They are safe for concurrent use.
type excuses struct {
	excuse bool   // also failures of a run with a planted bug
	path   string // of the file; "" for none
	file   *known.File

	mu  sync.Mutex
	met map[string]bool // entries, by name
	err error           // why an entry could explain nothing
}

// flag is --known.
func (x *excuses) flag(c *cobra.Command) {
	c.Flags().StringVar(&x.path, "known", "", "file of failures of your own that are known, and no failures then; see raftian help known")
}

// load reads the file.
func (x *excuses) load() error {
	x.met = map[string]bool{}
	if x.path == "" {
		return nil
	}
	text, err := os.ReadFile(x.path)
	if err != nil {
		return Usage(err)
	}
	if x.file, err = known.Parse(x.path, string(text)); err != nil {
		return Usage(err)
	}
	for _, e := range x.file.Entries {
		switch {
		case slices.ContainsFunc(defects.All(), func(f defects.Finding) bool { return f.Name == e.Name }):
			err = fmt.Errorf("%s is a finding in hashicorp/raft; name it otherwise", e.Name)
		case !slices.ContainsFunc(linearizability.Judges(), func(j linearizability.About) bool { return j.Judge == e.Judge }):
			err = fmt.Errorf("there is no judge %s; raftian judges lists them", e.Judge)
		}
		if err != nil {
			return Usage(fmt.Errorf("%s:%d: known %s: %w", x.path, e.Line, e.Name, err))
		}
	}
	return nil
}

// where says where to read about a known failure.
func (x *excuses) where(name string) string {
	if x.file != nil && slices.ContainsFunc(x.file.Entries, func(e known.Entry) bool { return e.Name == name }) {
		return x.path
	}
	return "raftian/defects/" + name
}

// causes are what is known of the violations of a run. A finding comes before an entry.
func (x *excuses) causes(r *campaign.Result) [][]defects.Cause {
	all := defects.Explain(defects.All(), defects.Run{Plan: r.Plan, Raft: r.Like, Mends: r.Mends, Verdicts: r.Verdicts, Wire: r.Wire, Excuse: x.excuse})
	planted := slices.ContainsFunc(r.Plan.Settings, func(s plan.Setting) bool { return s.Key == "bug" })
	if x.file == nil || planted && !x.excuse {
		return all
	}
	own, err := x.file.Explain(known.Run{Settings: r.Plan.Settings, Verdicts: r.Verdicts, Wire: r.Wire})
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil {
		x.err = fmt.Errorf("%s: %w", x.path, err)
	}
	for k, v := range r.Verdicts {
		for n := range v.Violations {
			if c := own[k][n]; c.Entry != "" && all[k][n].Finding == "" {
				all[k][n] = defects.Cause{Finding: c.Entry, Steps: c.Steps}
				x.met[c.Entry] = true
			}
		}
		all[k] = defects.WithUnasked(v, all[k])
	}
	return all
}

// unmet are the entries that no run has met, in the order of the file.
func (x *excuses) unmet() (names []string) {
	if x.file == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range x.file.Entries {
		if !x.met[e.Name] {
			names = append(names, e.Name)
		}
	}
	return names
}

// printUnmet says which entries no run has met, and which could not be looked for.
func (x *excuses) printUnmet(w io.Writer, runs string) {
	if names := x.unmet(); len(names) > 0 {
		fmt.Fprintf(w, "\nof %s, not met in %s: %s\n", x.path, runs, strings.Join(names, ", "))
	}
	x.complain()
}

// complain says which entry could not be looked for.
func (x *excuses) complain() {
	if x.err != nil {
		fmt.Fprintf(os.Stderr, "raftian: %s\n", OneLine(x.err))
	}
}

// names are the causes for a campaign.
func (x *excuses) names(r *campaign.Result) [][]string { return defects.Names(x.causes(r)) }

// knownIn names for each judge that failed with known failures alone one of them.
func (x *excuses) knownIn(r *campaign.Result) map[string]string {
	by := map[string]string{}
	for _, s := range campaign.SortOut(r.Verdicts, x.names(r)) {
		if s.Known() {
			by[s.Unknown.Judge] = s.Findings[0]
		}
	}
	return by
}

// print says which failures are known, and how each came about.
func (x *excuses) print(w io.Writer, r *campaign.Result) {
	all := x.causes(r)
	x.complain()
	for k, s := range campaign.SortOut(r.Verdicts, defects.Names(all)) {
		if len(s.Findings) == 0 {
			continue
		}
		for _, name := range s.Findings {
			part := ""
			if !s.Known() {
				part = ", in part"
			}
			fmt.Fprintf(w, "  known%-8s %-22s  %s (%s)\n", part, s.Unknown.Judge, name, x.where(name))
		}
		first := slices.IndexFunc(all[k], func(c defects.Cause) bool { return c.Finding != "" })
		for _, step := range all[k][first].Steps {
			fmt.Fprintf(w, "                event %d: %s\n", step.Event, step.Text)
		}
	}
}

// printDraft prints entries for the failures of a run that are not known. That there is
// none is an error.
func (x *excuses) printDraft(w io.Writer, r *campaign.Result) error {
	all := x.causes(r)
	open := make([][]bool, len(all))
	some := false
	for k := range all {
		for n, c := range all[k] {
			is := c.Finding == "" && r.Verdicts[k].Violations[n].Signature != defects.Unasked // which follows from the others
			open[k] = append(open[k], is)
			some = some || is
		}
	}
	if !some {
		return Usage(errors.New("--print-known: no judge fails it with anything that is not known"))
	}
	_, err := io.WriteString(w, known.Draft(r.Verdicts, open, r.Wire))
	return err
}
