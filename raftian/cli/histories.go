package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
)

// judged is what `check --model --json` prints of a history.
type judged struct {
	File       string                    `json:"file"`
	Model      string                    `json:"model"`
	Operations int                       `json:"operations"`
	Unknown    int                       `json:"unknown"`
	Left       int                       `json:"left_out"` // lines of a log that are no operations
	Keyed      bool                      `json:"keyed"`    // each key was judged alone
	NilReads   int                       `json:"nil_reads"`
	Nil        string                    `json:"nil,omitempty"` // what these were taken to say
	Verdicts   []linearizability.Verdict `json:"verdicts"`
	Hints      []string                  `json:"hints,omitempty"`
	Jepsen     *campaign.OtherJudge      `json:"jepsen,omitempty"`
	Error      string                    `json:"error,omitempty"`
}

// judgedAll is what it prints of a directory.
type judgedAll struct {
	Model      string   `json:"model"`
	Histories  []judged `json:"histories"`
	Passed     int      `json:"passed"`
	Failed     int      `json:"failed"` // or not decided
	Unreadable int      `json:"unreadable"`
	Differ     int      `json:"differ"` // from what Jepsen said
	Left       int      `json:"left_out"`
}

// histories is the part of `check` that is about histories from elsewhere. `export`
// reads them in the same way.
type histories struct {
	model    string
	machines int
	nilRead  string
	initial  string
	jobs     int
	asJSON   bool
}

// flags gives a command the flags that say how a history is to be read.
func (h *histories) flags(c *cobra.Command, use string) {
	c.Flags().StringVar(&h.model, "model", "", use+strings.Join(campaign.HistoryModelNames(), ", "))
	c.Flags().IntVar(&h.machines, "machines", 5, "of the game, how many machines have a city")
	c.Flags().StringVar(&h.nilRead, "nil", "", "what a read says that was answered nil: unknown or absent (default unknown, in JSON Lines absent)")
	c.Flags().StringVar(&h.initial, "initial", "", `the value that is there at first, in EDN: 0, or "a text" (default nil)`)
}

// historyModel is the model that the flags ask for.
func (h *histories) historyModel(c *cobra.Command) (m campaign.HistoryModel, err error) {
	if h.model != "game" && c.Flags().Changed("machines") {
		return m, errors.New("--machines is for --model game")
	}
	if h.machines < 1 || h.machines > 99 {
		return m, errors.New("--machines must be from 1 to 99")
	}
	names := make([]string, h.machines)
	for k := range names {
		names[k] = fmt.Sprintf("n%d", k+1)
	}
	if m, err = campaign.NewHistoryModel(h.model, names); err != nil {
		return m, fmt.Errorf("--model: %w", err)
	}
	if c.Flags().Changed("nil") {
		if err := m.SetNil(h.nilRead); err != nil {
			return m, err
		}
	}
	if c.Flags().Changed("initial") {
		return m, m.SetInitial(h.initial)
	}
	return m, nil
}

// run judges a file, or all in a directory.
func (h *histories) run(c *cobra.Command, path string) error {
	if h.jobs < 1 || h.jobs > 1024 {
		return Usage(errors.New("--jobs must be from 1 to 1024"))
	}
	m, err := h.historyModel(c)
	if err != nil {
		return Usage(err)
	}
	if filepath.Ext(path) == ".run" {
		return Usage(fmt.Errorf("%s: a run has a model of its own; leave out --model", path))
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return Usage(err)
	case info.IsDir():
		return h.directory(c, path, m)
	}
	j := campaign.CheckHistory(path, m)
	if j.Err != nil {
		return Usage(j.Err)
	}
	if h.asJSON {
		err = printJSON(h.judged(j))
	} else {
		printJudged(j)
	}
	switch {
	case err != nil:
		return Tool(err)
	case j.Verdict.Outcome != linearizability.Pass:
		return finding()
	}
	return nil
}

// printJudged prints what came of one history.
func printJudged(j campaign.JudgedHistory) {
	fmt.Fprintf(Out, "%s: %s, %d of them without an answer", j.File, trace.Some(j.Operations, "operation"), j.Unknown)
	if j.Left > 0 {
		fmt.Fprintf(Out, "; %s left out, no operations", lines(j.Left))
	}
	fmt.Fprintln(Out)
	printVerdicts(Out, []linearizability.Verdict{j.Verdict})
	for _, hint := range j.Hints {
		fmt.Fprintf(Out, "hint: %s\n", OneLine(errors.New(hint)))
	}
	if o := j.Jepsen; o != nil {
		fmt.Fprintf(Out, "Jepsen's results beside it: %s\n", otherVerdict(o))
	}
}

func lines(n int) string {
	if n == 1 {
		return "1 line was"
	}
	return fmt.Sprintf("%d lines were", n)
}

// otherVerdict is what Jepsen said, and whether that is what is said here.
func otherVerdict(o *campaign.OtherJudge) string {
	if o == nil {
		return "-"
	}
	agrees := map[string]string{"yes": "agrees", "no": "differs", "open": "open"}[o.Agrees]
	valid := map[string]string{"true": "valid", "false": "invalid"}[o.Valid]
	if valid == "" {
		return o.Valid
	}
	if o.Of == "all" && o.Agrees == "no" {
		agrees += " (verdict of the whole test)"
	}
	return valid + ", " + agrees
}

func (h *histories) judged(j campaign.JudgedHistory) judged {
	out := judged{File: j.File, Model: h.model, Operations: j.Operations, Unknown: j.Unknown, Left: j.Left, Keyed: j.Keyed,
		NilReads: j.Nils, Verdicts: []linearizability.Verdict{j.Verdict}, Hints: j.Hints, Jepsen: j.Jepsen}
	if j.Nils > 0 {
		out.Nil = j.Nil.String()
	}
	if j.Err != nil {
		out.Error = j.Err.Error()
	}
	return out
}

// table prints a row for each history. With other verdicts beside some, they have a
// column.
type table struct {
	dir    string
	width  int
	others bool
}

func (t *table) row(file, operations, unknown, verdict, jepsen, reason any) {
	cells := fmt.Sprintf("%-*v  %10v  %7v  %-12v  ", t.width, file, operations, unknown, verdict)
	if t.others {
		cells += fmt.Sprintf("%-16v  ", jepsen)
	}
	fmt.Fprintln(Out, strings.TrimRight(fmt.Sprint(cells, reason), " "))
}

func (t *table) name(path string) string {
	if name, err := filepath.Rel(t.dir, path); err == nil {
		return name
	}
	return path
}

func (t *table) add(j campaign.JudgedHistory) {
	if j.Err != nil {
		t.row(t.name(j.File), "-", "-", "unreadable", "-", OneLine(j.Err))
		return
	}
	t.row(t.name(j.File), j.Operations, j.Unknown, j.Verdict.Outcome, otherVerdict(j.Jepsen), OneLine(errors.New(j.Verdict.Reason)))
	for _, hint := range j.Hints {
		fmt.Fprintf(Out, "    hint: %s\n", OneLine(errors.New(hint)))
	}
}

// directory judges all histories below a directory and prints a table of them.
func (h *histories) directory(c *cobra.Command, dir string, m campaign.HistoryModel) error {
	tree, err := campaign.HistoryFiles(dir)
	if err != nil {
		return Usage(err)
	}
	t := table{dir, len("file"), tree.Judged}
	for _, p := range tree.Paths {
		t.width = max(t.width, len(t.name(p)))
	}
	if !h.asJSON {
		t.row("file", "operations", "unknown", "verdict", "jepsen", "reason")
	}
	all := judgedAll{Model: h.model}
	err = campaign.CheckHistories(c.Context(), tree.Paths, m, h.jobs, func(j campaign.JudgedHistory) {
		if all.add(h.judged(j), j); !h.asJSON {
			t.add(j)
		}
	})
	if err != nil {
		return err
	}
	if h.asJSON {
		err = printJSON(all)
	} else {
		all.print(tree)
	}
	switch {
	case err != nil:
		return Tool(err)
	case all.Failed > 0:
		return finding()
	case all.Unreadable > 0:
		return Usage(fmt.Errorf("%s: %d of %s cannot be read", dir, all.Unreadable, trace.Some(len(tree.Paths), "history")))
	}
	return nil
}

// print prints the line below the table.
func (a *judgedAll) print(tree campaign.HistoryTree) {
	fmt.Fprintf(Out, "\n%s: %d pass, %d do not, %d cannot be read", trace.Some(len(tree.Paths), "history"), a.Passed, a.Failed, a.Unreadable)
	if a.Differ > 0 {
		fmt.Fprintf(Out, "; of %d Jepsen said otherwise", a.Differ)
	}
	for _, more := range []struct {
		n          int
		what, text string
	}{
		{a.Left, "line", " of logs left out, no operations"},
		{tree.Others, "file", " of other kinds left alone"},
		{tree.Links, "link", " not followed"},
	} {
		if more.n > 0 {
			fmt.Fprint(Out, "; ", trace.Some(more.n, more.what), more.text)
		}
	}
	fmt.Fprintln(Out)
}

func (a *judgedAll) add(out judged, j campaign.JudgedHistory) {
	a.Histories = append(a.Histories, out)
	a.Left += j.Left
	if j.Jepsen != nil && j.Jepsen.Agrees == "no" {
		a.Differ++
	}
	switch {
	case j.Err != nil:
		a.Unreadable++
	case j.Verdict.Outcome == linearizability.Pass:
		a.Passed++
	default:
		a.Failed++
	}
}
