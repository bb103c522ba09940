// Package export writes what happened in a run in the forms that other programs
// read. It reads events and writes bytes; whose files they are is its caller's
// matter.
//
//	export.go     Read: a run's operations and marks, from its events
//	marks.go      Mark: what lasted, such as a fault or a leader's term
//	jsonl.go      operations, one JSON object a line
//	csv.go        operations, for pandas or R
//	jepsen.go     operations and faults as a Jepsen history, in EDN
//	porcupine.go  operations and marks as Porcupine's HTML
//	lanes.go      operations as a drawing, in SVG: a lane for each client; how it
//	              looks is in lanesdraw.go
//	perfetto.go   everything as a trace of the Perfetto UI; its tracks are in
//	              tracks.go, its JSON in slices.go
package export

import (
	"io"

	"raftian/linearizability/history"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Source gives the events of a run, in order, and then io.EOF; any other error
// says why there are no more of them.
type Source interface {
	Event(e *trace.Event) error
}

// Record is what is kept of a run's events for a history of it.
type Record struct {
	Ops   []history.Op
	Where []string // the machine on which each of Ops was called
	Marks []Mark
	End   env.Instant // of the last event
}

// RecordOf is what there is of a history that was recorded elsewhere.
func RecordOf(ops []history.Op, verdicts []verdict.Verdict) *Record {
	r := &Record{Ops: ops, Where: make([]string, len(ops))}
	texts := cited(verdicts)
	cite := func(event uint64, at env.Instant) {
		if text := texts[event]; text != "" && event != 0 {
			r.Marks = append(r.Marks, Mark{Sort: Cited, Text: text, From: at, To: at, Event: event})
		}
	}
	for i := range ops {
		op := &ops[i]
		r.End = max(r.End, op.Call, op.Return)
		cite(op.CallEvent, op.Call)
		cite(op.ReturnEvent, op.Return)
	}
	return r
}

// Read reads a Source to its end, and marks the events that verdicts rest on. An
// error comes with a Record of what was readable.
func Read(from Source, verdicts []verdict.Verdict) (*Record, error) {
	ops := history.NewRecorder()
	marks := newMarker(verdicts)
	where := map[uint64]string{} // by the event of a call
	r := &Record{}
	var e trace.Event
	err := from.Event(&e)
	for ; err == nil; err = from.Event(&e) {
		ops.Event(&e)
		marks.event(&e)
		if e.Kind == env.KindInvoke {
			where[e.N] = e.Machine
		}
		r.End = e.At
	}
	r.Ops, r.Marks = ops.Ops(), marks.close(r.End)
	for _, op := range r.Ops {
		r.Where = append(r.Where, where[op.CallEvent])
	}
	if err == io.EOF {
		err = nil
	}
	return r, err
}
