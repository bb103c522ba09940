package server

import (
	"io"
	"sync"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// events writes what a node reports as the events of a trace, in their JSON form, one
// a line and each at once, so that what a process reported before it was killed is
// there. Their time is the machine's clock, nanoseconds since 1970; diagnostics are
// left out.
type events struct {
	mu      sync.Mutex
	to      io.Writer // nil is nobody
	tell    func(trace.Event)
	machine string
	start   uint64
	line    []byte
}

func newEvents(o *Options, start uint64) *events {
	return &events{to: o.Events, tell: o.Tell, machine: o.ID, start: start}
}

// boot says that the program starts.
func (e *events) boot() { e.note(env.Note{Kind: trace.KindBoot}) }

// note writes an event. That it cannot be written is no reason to stop a node.
func (e *events) note(n env.Note) {
	if n.Kind == env.KindDiag {
		return
	}
	event := trace.Event{At: env.Instant(time.Now().UnixNano()), Machine: e.machine, Boot: e.start, Note: n}
	if e.tell != nil {
		e.tell(event)
	}
	if e.to == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.line = trace.AppendJSON(e.line[:0], &event)
	_, _ = e.to.Write(append(e.line, '\n'))
}
