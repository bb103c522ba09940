package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"raftian/linearizability/verdict"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// The tags of the sections of a run file that are read. Calls are taken from the
// events.
const (
	TagVerdict = "verdict"
	TagExit    = "exit"
	TagLine    = "line"
)

// ErrStopped is returned by Read if progress returned false.
var ErrStopped = errors.New("reading was stopped")

// Read reads a Run. Of a truncated or damaged file it returns what can be read, with
// the error in Run.Broken. It calls progress, if not nil, every few thousand events
// with their number, and stops if it returns false.
func Read(from *trace.Reader, progress func(events int) bool) (*Run, error) {
	p, err := plan.Parse(from.Header().Plan)
	if err != nil {
		return nil, fmt.Errorf("its plan: %w", err)
	}
	b := NewBuilder(from.Header(), p)
	var e trace.Event
	for err = from.Event(&e); err == nil; err = from.Event(&e) {
		b.Event(&e)
		if e.N%(1<<13) == 0 && progress != nil && !progress(int(e.N)) {
			return nil, ErrStopped
		}
	}
	var (
		verdicts []verdict.Verdict
		exit     string
	)
	if err == io.EOF {
		verdicts, exit, err = readSections(from, b)
	}
	if err == io.EOF {
		err = nil
	}
	r := b.Build(verdicts, exit, err)
	r.findPoints()
	return r, nil
}

func readSections(from *trace.Reader, b *Builder) (verdicts []verdict.Verdict, exit string, err error) {
	for {
		tag, value, err := from.Section()
		if err != nil {
			return verdicts, exit, err
		}
		switch tag {
		case TagVerdict:
			var v verdict.Verdict
			err = json.Unmarshal(value, &v)
			verdicts = append(verdicts, v)
		case TagExit:
			err = json.Unmarshal(value, &exit)
		case TagLine:
			var line trace.Line
			if err = json.Unmarshal(value, &line); err == nil {
				b.Printed(line)
			}
		}
		if err != nil {
			return verdicts, exit, fmt.Errorf("section %s: %w", tag, err)
		}
	}
}
