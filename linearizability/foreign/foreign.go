// Package foreign reads histories that were recorded elsewhere:
//
//	foreign.go   Read and ReadHistory: which format it is; Error, which names the line
//	nil.go       Nil: what a read says that was answered nil
//	jsonl.go     our own: an operation of package history a line, in JSON
//	client.go    what a client can have done, in what order
//	jepsen.go    Jepsen's: invocations and completions, in EDN
//	json.go      the same in JSON; which of both a text in JSON is
//	log.go       the same as lines of its log
//	results.go   what Jepsen's checkers said
//	pairs.go     invocations and completions made into operations
//	keyed.go     whether a register's are of many registers, one a key
//	words.go     their :f and :value made into a model's inputs and outputs
//	words_models.go  those of sets, queues, counters, mutexes and lists
//	edn.go       reads values in EDN
//	value.go     such a value
//
// What is not understood is an error and never passed over: a verdict on part of a
// history says nothing about the whole. Only a log holds lines that are no part of a
// history; they are counted.
package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"raftian/linearizability/history"
)

// Error says what is wrong with a line, the first of which is 1.
type Error struct {
	Line int
	Text string
}

// Error is "line 3: what is wrong".
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

func wrong(line int, format string, args ...any) error {
	return &Error{line, fmt.Sprintf(format, args...)}
}

// History is a history that was read.
type History struct {
	// Ops are the operations in the order of their calls; there is at least one. Reads
	// that were answered nil say what Nil has them say.
	Ops []history.Op
	// Nil is what the format has a read say that was answered nil.
	Nil Nil
	// Keyed says of a register's history that it is of many, one a key. Its inputs are
	// in the words of models.KV, then.
	Keyed bool
	// Pairs says of a register's history that is not Keyed that all it writes are pairs,
	// which may be meant as keys with values.
	Pairs bool
	// Left is how many lines of a log were left out, because they are no operations.
	Left int

	nils []int // positions in Ops of reads that were answered nil
}

// Read reads a whole history whose inputs and outputs are in a model's words, as
// ReadHistory does.
func Read(r io.Reader, w Words) ([]history.Op, error) {
	h, err := ReadHistory(r, w)
	if err != nil {
		return nil, err
	}
	return h.Ops, nil
}

// ReadHistory reads a whole history whose inputs and outputs are in a model's words.
// Its beginning tells the format: JSON and EDN begin with a bracket or a comment, JSON
// with one before a quotation mark; a log has lines that are operations. Errors about
// what was read are *Error.
//
// The numbers of events that evidence gives are those of lines, where a line is an
// event; in JSON Lines they are what the operations say.
func ReadHistory(r io.Reader, w Words) (*History, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var h *History
	switch begin := bytes.TrimLeft(text, " \t\r\n"); {
	case len(begin) == 0:
		h = &History{}
	case isJSON(begin):
		h, err = readJSON(text, w)
	case bytes.IndexByte([]byte("{[(;#^"), begin[0]) >= 0 && !isLog(text):
		h, err = readJepsen(text, w)
	default:
		h, err = readLog(text, w)
	}
	switch {
	case err != nil:
		return nil, err
	case len(h.Ops) == 0 && h.Left > 0:
		return nil, fmt.Errorf("there are no operations in it: none of its %d lines is one", h.Left)
	case len(h.Ops) == 0:
		return nil, errors.New("there are no operations in it")
	}
	return h, nil
}
