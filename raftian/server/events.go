package server

import (
	"io"
	"sync"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// events writes the node's notes as trace events in their JSON form, one a line. Each
// is written at once, so that events from before a kill are in the file. Event.At is
// the machine's clock in nanoseconds since 1970. Notes of kind KindDiag are left out.
type events struct {
	mu      sync.Mutex
	w       io.Writer // nil discards
	observe func(trace.Event)
	machine string
	start   uint64
	line    []byte
}

func newEvents(o *Options, start uint64) *events {
	return &events{w: o.Events, observe: o.Observe, machine: o.ID, start: start}
}

// boot writes the event that the program starts.
func (e *events) boot() { e.note(env.Note{Kind: trace.KindBoot}) }

// note writes an event. A failed write does not stop the node and is ignored.
func (e *events) note(n env.Note) {
	if n.Kind == env.KindDiag {
		return
	}
	event := trace.Event{At: env.Instant(time.Now().UnixNano()), Machine: e.machine, Boot: e.start, Note: n}
	if e.observe != nil {
		e.observe(event)
	}
	if e.w == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.line = trace.AppendJSON(e.line[:0], &event)
	_, _ = e.w.Write(append(e.line, '\n'))
}
