package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"raftian/experiments/campaign"
	"raftian/linearizability"
)

// judged is what `check --model --json` prints of a history.
type judged struct {
	File       string                    `json:"file"`
	Model      string                    `json:"model"`
	Operations int                       `json:"operations"`
	Unknown    int                       `json:"unknown"`
	Verdicts   []linearizability.Verdict `json:"verdicts"`
	Error      string                    `json:"error,omitempty"`
}

// judgedAll is what it prints of a directory.
type judgedAll struct {
	Model      string   `json:"model"`
	Histories  []judged `json:"histories"`
	Passed     int      `json:"passed"`
	Failed     int      `json:"failed"` // or not decided
	Unreadable int      `json:"unreadable"`
}

// histories is the part of `check` that is about histories from elsewhere.
type histories struct {
	model    string
	machines int
	jobs     int
	asJSON   bool
}

// run judges a file, or all in a directory.
func (h *histories) run(c *cobra.Command, path string) error {
	if h.jobs < 1 || h.jobs > 1024 {
		return Usage(errors.New("--jobs must be from 1 to 1024"))
	}
	if h.machines < 1 || h.machines > 99 {
		return Usage(errors.New("--machines must be from 1 to 99"))
	}
	names := make([]string, h.machines)
	for k := range names {
		names[k] = fmt.Sprintf("n%d", k+1)
	}
	m, err := campaign.NewHistoryModel(h.model, names)
	if err != nil {
		return Usage(fmt.Errorf("--model: %w", err))
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
		fmt.Fprintf(Out, "%s: %d operations, %d of them without an answer\n", path, j.Operations, j.Unknown)
		printVerdicts(Out, []linearizability.Verdict{j.Verdict})
	}
	switch {
	case err != nil:
		return Tool(err)
	case j.Verdict.Outcome != linearizability.Pass:
		return finding()
	}
	return nil
}

func (h *histories) judged(j campaign.JudgedHistory) judged {
	out := judged{j.File, h.model, j.Operations, j.Unknown, []linearizability.Verdict{j.Verdict}, ""}
	if j.Err != nil {
		out.Error = j.Err.Error()
	}
	return out
}

// directory judges all histories in a directory and prints a table of them.
func (h *histories) directory(c *cobra.Command, dir string, m campaign.HistoryModel) error {
	paths, others, err := campaign.HistoryFiles(dir)
	if err != nil {
		return Usage(err)
	}
	width := len("file")
	for _, p := range paths {
		width = max(width, len(filepath.Base(p)))
	}
	row := func(cells ...any) {
		fmt.Fprintln(Out, strings.TrimRight(fmt.Sprintf("%-*s  %10v  %7v  %-12v  %s", append([]any{width}, cells...)...), " "))
	}
	if !h.asJSON {
		row("file", "operations", "unknown", "verdict", "reason")
	}
	all := judgedAll{Model: h.model}
	err = campaign.CheckHistories(c.Context(), paths, m, h.jobs, func(j campaign.JudgedHistory) {
		all.add(h.judged(j), j)
		switch {
		case h.asJSON:
		case j.Err != nil:
			row(filepath.Base(j.File), "-", "-", "unreadable", OneLine(j.Err))
		default:
			row(filepath.Base(j.File), j.Operations, j.Unknown, j.Verdict.Outcome, OneLine(errors.New(j.Verdict.Reason)))
		}
	})
	if err != nil {
		return err
	}
	if h.asJSON {
		err = printJSON(all)
	} else {
		fmt.Fprintf(Out, "\n%d histories: %d pass, %d do not, %d cannot be read", len(paths), all.Passed, all.Failed, all.Unreadable)
		if others > 0 {
			fmt.Fprintf(Out, "; %d files of other kinds were left alone", others)
		}
		fmt.Fprintln(Out)
	}
	switch {
	case err != nil:
		return Tool(err)
	case all.Failed > 0:
		return finding()
	case all.Unreadable > 0:
		return Usage(fmt.Errorf("%s: %d of %d histories cannot be read", dir, all.Unreadable, len(paths)))
	}
	return nil
}

func (a *judgedAll) add(out judged, j campaign.JudgedHistory) {
	a.Histories = append(a.Histories, out)
	switch {
	case j.Err != nil:
		a.Unreadable++
	case j.Verdict.Outcome == linearizability.Pass:
		a.Passed++
	default:
		a.Failed++
	}
}
