package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"raftian/netsim/env"
)

// A trace of the Perfetto UI is JSON in the Trace Event Format: an object whose
// "traceEvents" are a list of small objects, of which these are used, by "ph":
//
//	M  the name or the place of a process or a thread (a track)
//	B  a slice begins on a track, and E the innermost one ends
//	X  a slice of a known length
//	b  a slice begins that may overlap others, and e it ends, told by "id"
//	i  an instant
//	C  the value of a counter
//	s  an arrow begins at the slice that is there, and f ends at another, told by "id"
//
// Times are microseconds. They need not be in order, but of one time on a track
// the first comes first.

// record is one of the objects.
type record struct {
	Phase string         `json:"ph"`
	Name  string         `json:"name"`
	Sort  string         `json:"cat,omitempty"`
	At    micros         `json:"ts"`
	For   micros         `json:"dur,omitzero"`
	Pid   int            `json:"pid"`
	Tid   int            `json:"tid"`
	ID    uint64         `json:"id,omitempty"`
	Bind  string         `json:"bp,omitempty"` // "e": an arrow ends at the slice that is there, not at the next
	Scope string         `json:"s,omitempty"`  // "t": an instant is the track's
	Args  map[string]any `json:"args,omitempty"`
}

// micros are nanoseconds that are written as microseconds.
type micros int64

// MarshalJSON writes three decimals.
func (m micros) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%03d", int64(m)/1000, int64(m)%1000), nil
}

// records writes them. The first error sticks.
type records struct {
	w    *bufio.Writer
	some bool
	err  error
}

func newRecords(w io.Writer) *records {
	r := &records{w: bufio.NewWriterSize(w, 1<<16)}
	_, r.err = r.w.WriteString("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")
	return r
}

func (r *records) put(one record) {
	if r.err != nil {
		return
	}
	b, err := json.Marshal(one)
	if err != nil {
		r.err = err
		return
	}
	if r.some {
		b = append([]byte(",\n"), b...)
	}
	r.some = true
	_, r.err = r.w.Write(b)
}

// close ends the object.
func (r *records) close() error {
	if r.err == nil {
		_, r.err = r.w.WriteString("\n]}\n")
	}
	if r.err == nil {
		r.err = r.w.Flush()
	}
	if r.err != nil {
		return fmt.Errorf("writing a trace: %w", r.err)
	}
	return nil
}

// track is a row of the UI, on which slices lie one after the other.
type track struct {
	out      *records
	pid, tid int
	open     bool
}

// begin begins a slice and ends the one before.
func (t *track) begin(at env.Instant, name string, args map[string]any) {
	t.end(at, nil)
	t.out.put(record{Phase: "B", Name: name, At: micros(at), Pid: t.pid, Tid: t.tid, Args: args})
	t.open = true
}

// end ends the slice, if there is one.
func (t *track) end(at env.Instant, args map[string]any) {
	if t.open {
		t.out.put(record{Phase: "E", At: micros(at), Pid: t.pid, Tid: t.tid, Args: args})
		t.open = false
	}
}

// point puts a slice of one nanosecond, the shortest that arrows can bind to.
func (t *track) point(at env.Instant, name string, args map[string]any) {
	t.out.put(record{Phase: "X", Name: name, At: micros(at), For: 1, Pid: t.pid, Tid: t.tid, Args: args})
}

// instant puts a mark.
func (t *track) instant(at env.Instant, name string, args map[string]any) {
	t.out.put(record{Phase: "i", Name: name, At: micros(at), Pid: t.pid, Tid: t.tid, Scope: "t", Args: args})
}

// lasting puts a slice that may overlap others of its name.
func (t *track) lasting(from, to env.Instant, name string, id uint64, args map[string]any) {
	r := record{Phase: "b", Name: name, Sort: name, At: micros(from), Pid: t.pid, Tid: t.tid, ID: id, Args: args}
	t.out.put(r)
	r.Phase, r.At, r.Args = "e", micros(to), nil
	t.out.put(r)
}

// count sets a counter of the track's process.
func (t *track) count(at env.Instant, name string, value uint64) {
	t.out.put(record{Phase: "C", Name: name, At: micros(at), Pid: t.pid, Args: map[string]any{"value": value}})
}
