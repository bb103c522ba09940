// Package foreign reads histories that were recorded elsewhere:
//
//	foreign.go   Read: which format it is; Error, which names the line
//	jsonl.go     our own: an operation of package history a line, in JSON
//	jepsen.go    Jepsen's: invocations and completions, in EDN
//	log.go       the same as lines of its log, as etcd was tested with
//	pairs.go     invocations and completions made into operations
//	words.go     their :f and :value made into a model's inputs and outputs
//	words_models.go  those of sets, queues, counters, mutexes and lists
//	edn.go       values in EDN
//
// What is not understood is an error and never passed over: a verdict on part of a
// history says nothing about the whole.
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

// Read reads a whole history whose inputs and outputs are in a model's words. The
// first byte that is no space tells the format: JSON Lines and EDN begin with a
// bracket or a comment, a log with a word. Operations are in the order of their
// calls, and there is at least one. Errors about what was read are *Error.
//
// The numbers of events that evidence gives are those of lines, where a line is an
// event; in JSON Lines they are what the operations say.
func Read(r io.Reader, w Words) ([]history.Op, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var ops []history.Op
	switch begin := bytes.TrimLeft(text, " \t\r\n"); {
	case len(begin) == 0:
		return nil, errors.New("there are no operations in it")
	case begin[0] == '{' && bytes.HasPrefix(bytes.TrimLeft(begin[1:], " \t\r\n"), []byte(`"`)):
		ops, err = readJSONL(text, w)
	case bytes.IndexByte([]byte("{[(;#"), begin[0]) >= 0:
		ops, err = readJepsen(text, w)
	default:
		ops, err = readLog(text, w)
	}
	if err == nil && len(ops) == 0 {
		err = errors.New("there are no operations in it")
	}
	return ops, err
}
