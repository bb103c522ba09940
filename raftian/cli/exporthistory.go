package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"raftian/linearizability"
	"raftian/linearizability/export"
	"raftian/linearizability/history"
	"raftian/raftian/campaign"
)

// export writes a history from elsewhere in a form.
func (h *histories) export(c *cobra.Command, path, form, out string) error {
	if form == "perfetto" {
		return Usage(errors.New("--as perfetto shows machines and messages, which a history recorded elsewhere does not have"))
	}
	if form == "jepsen" && slices.Contains([]string{"set", "queue", "counter", "list-append"}, h.model) {
		return Usage(fmt.Errorf("--as jepsen has no words for the values of --model %s; csv, jsonl, porcupine and svg have them", h.model))
	}
	m, err := h.historyModel(c)
	if err != nil {
		return Usage(err)
	}
	if filepath.Ext(path) == ".run" {
		return Usage(fmt.Errorf("%s: a run has a model of its own; leave out --model", path))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return Usage(fmt.Errorf("%s is a directory: name one of its histories", path))
	}
	read, err := m.Read(path)
	if err != nil {
		return Usage(err)
	}
	err = WriteFile(out, func(w io.Writer) error { return writeHistory(w, read, path, form) })
	if err != nil {
		return Tool(err)
	}
	return written(path, form, out)
}

func writeHistory(w io.Writer, read *campaign.ReadHistory, path, form string) error {
	ops := read.Meant()
	switch form {
	case "csv":
		return export.CSV(w, export.RecordOf(ops, nil))
	case "jsonl":
		return export.JSONL(w, export.RecordOf(ops, nil))
	case "jepsen":
		if !read.HasValues() {
			return export.Jepsen(w, export.RecordOf(ops, nil))
		}
		return export.JepsenValues(w, export.RecordOf(ops, nil))
	}
	v := read.Verdict()
	if form == "porcupine" {
		return export.Porcupine(w, read.Model(), export.RecordOf(ops, []linearizability.Verdict{v}))
	}
	part, wrong := linearizability.FirstWrong(read.Model(), ops, linearizability.Search{})
	return export.Lanes(w, export.Picture{
		Name: filepath.Base(path), Model: read.ModelName(), Ops: part, All: len(ops), Wrong: wrong, Verdict: v,
		Events: slices.ContainsFunc(ops, func(op history.Op) bool { return op.CallEvent != 0 }),
	})
}
