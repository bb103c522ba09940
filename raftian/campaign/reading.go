package campaign

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
)

// ReadHistory is a history from elsewhere and the model that it is judged by.
type ReadHistory struct {
	foreign.History
	of      HistoryModel
	model   linearizability.Model
	nilRead foreign.Nil // what a read of nil says
}

// Read reads the history in a file. An error names the file, and the line.
func (m HistoryModel) Read(path string) (*ReadHistory, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read, err := foreign.ReadHistory(f, m.words)
	if own := (*fs.PathError)(nil); errors.As(err, &own) {
		return nil, err // it has the path
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	h := &ReadHistory{History: *read, of: m, model: m.model, nilRead: read.Nil}
	if m.nilRead != nil {
		h.nilRead = *m.nilRead
	}
	if h.Keyed {
		h.model = models.KV()
	}
	if m.initial != nil {
		h.model = beginning(h.model, *m.initial)
	}
	return h, nil
}

// Meant is the operations as they are judged.
func (h *ReadHistory) Meant() []history.Op { return h.With(h.nilRead) }

// Model is the model that they are judged by.
func (h *ReadHistory) Model() linearizability.Model { return h.model }

// ModelName is its name in words.
func (h *ReadHistory) ModelName() string {
	if h.Keyed && h.of.Name == "register" {
		return "register, each key alone"
	}
	return h.of.Name
}

// HasValues says whether inputs and outputs are in the words of a register or of a
// key-value store.
func (h *ReadHistory) HasValues() bool { return h.of.cells }

// Verdict is what is to be said of them.
func (h *ReadHistory) Verdict() linearizability.Verdict { return h.judge(h.nilRead) }

// beginning is a model of values that begins with another one.
func beginning(m linearizability.Model, word string) linearizability.Model {
	m.Init = func() any { return word }
	return m
}

// judge judges the history if a read of nil says n.
func (h *ReadHistory) judge(n foreign.Nil) linearizability.Verdict {
	v := linearizability.Check(h.model, h.With(n), linearizability.Search{})
	if v.Outcome == linearizability.Fail && h.Pairs {
		v.Outcome, v.Signature, v.Violations = linearizability.Inconclusive, "", nil
		v.Reason = "everything written is a pair: if these are keys with values, --model kv judges them, each key alone; as values of one register, " + v.Reason
	}
	return v
}

// hints say what might be meant otherwise.
func (h *ReadHistory) hints(v linearizability.Verdict) (hints []string) {
	if h.Keyed && h.of.Name == "register" {
		hints = append(hints, "every call has a key, so each key was judged alone, as --model kv does")
	}
	if h.Nils() > 0 && h.of.cells {
		other := h.nilRead.Other()
		if w := h.judge(other); w.Outcome != v.Outcome {
			hint := fmt.Sprintf("%s answered nil, which was taken as --nil %v; with --nil %v the verdict is %v",
				wereReads(h.Nils()), h.nilRead, other, w.Outcome)
			if w.Reason != "" {
				hint += ": " + w.Reason
			}
			hints = append(hints, hint)
		}
	}
	if v.Outcome == linearizability.Fail && h.of.cells {
		hints = append(hints, h.wanting()...)
	}
	return hints
}

func wereReads(n int) string {
	if n == 1 {
		return "1 read was"
	}
	return fmt.Sprintf("%d reads were", n)
}

// How many values are tried as the first one of a register, and for how many keys.
const (
	triedValues = 8
	triedKeys   = 100
)

// wanting says with which value a history that fails would have had to begin in order
// to pass, if there is one.
func (h *ReadHistory) wanting() []string {
	ops := h.Meant()
	parts := [][]history.Op{ops}
	if h.model.Partition != nil {
		parts = h.model.Partition(ops)
	}
	var keys, values []string
	for _, part := range parts {
		if linearizability.Check(h.model, part, linearizability.Search{}).Outcome == linearizability.Pass {
			continue
		}
		value, is := h.firstValue(part)
		if !is || len(values) == triedKeys {
			return nil
		}
		keys, values = append(keys, key(part)), append(values, value)
	}
	for _, value := range values {
		all := beginning(h.model, value)
		if linearizability.Check(all, ops, linearizability.Search{}).Outcome == linearizability.Pass {
			return []string{fmt.Sprintf("it is linearizable if what was there at first is %s: --initial %s", value, quoted(value))}
		}
	}
	for i := range keys {
		keys[i] += " begins with " + values[i]
	}
	return []string{"it is linearizable if keys begin with values of their own: " + strings.Join(keys, ", ")}
}

// firstValue is the value with which a register would have to begin.
func (h *ReadHistory) firstValue(ops []history.Op) (string, bool) {
	for _, value := range firstValues(ops) {
		m := beginning(h.model, value)
		if linearizability.Check(m, ops, linearizability.Search{}).Outcome == linearizability.Pass {
			return value, true
		}
	}
	return "", false
}

// firstValues are values that may have been there at first: what was read, or expected
// by a cas, before the first write had returned.
func firstValues(ops []history.Op) (values []string) {
	written := false
	var until history.Op
	for _, op := range ops {
		c := parsed(op.Input)
		changed := op.Outcome == history.OK && c.Verb != "read" && (c.Verb != "cas" || op.Output == models.Done)
		if changed && (!written || op.Return < until.Return) {
			written, until = true, op
		}
	}
	for _, op := range ops {
		c, value := parsed(op.Input), ""
		switch {
		case written && op.Call > until.Return || op.Outcome == history.Fail:
		case c.Verb == "cas":
			value = c.A
		case c.Verb == "read" && op.Outcome == history.OK && !op.OutputUnknown:
			value = op.Output
		}
		if value != "" && !slices.Contains(values, value) && len(values) < triedValues {
			values = append(values, value)
		}
	}
	return values
}

// parsed is a call of a register or of a key-value store.
func parsed(input string) models.Call {
	if c, err := models.ParseRegister(input); err == nil {
		return c
	}
	c, _ := models.ParseKV(input)
	return c
}

// key is the key of a part.
func key(part []history.Op) string { return parsed(part[0].Input).Key }

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if strings.ContainsAny(word, ` "'\$[]{}()#;&|<>*?~!`) {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
