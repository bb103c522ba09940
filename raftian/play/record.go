package play

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Limits of a recording: what a run file's plan can say, and what memory can hold.
const (
	recordLongest = time.Hour - time.Minute
	recordBytes   = 512 << 20
)

// Recorder keeps what the nodes of a session report and what its players see, by one
// clock that begins with it. It may be used by several goroutines at once.
type Recorder struct {
	machines []string
	begun    time.Time
	settings []plan.Setting

	mu      sync.Mutex
	encoder *trace.Encoder
	wire    []byte
	events  uint64
	end     env.Instant
	dead    map[string]uint64 // the last incarnation of a machine that has crashed
	cuts    map[string]uint64 // the fault that cuts a machine off
	faults  uint64
	full    string
}

// NewRecorder begins a recording of the machines of a new cluster, whose nodes have
// these settings, among others.
func NewRecorder(machines []string, settings []plan.Setting) *Recorder {
	return &Recorder{machines: machines, settings: settings, begun: time.Now(), encoder: trace.NewEncoder(), dead: map[string]uint64{}, cuts: map[string]uint64{}}
}

// note keeps an event, at the present. What a node that was killed does before it is
// gone is left out, as nobody else learns of it.
func (r *Recorder) note(e trace.Event) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full != "" || e.Boot != 0 && e.Boot <= r.dead[e.Machine] {
		return
	}
	r.end = env.Instant(time.Since(r.begun))
	switch {
	case time.Duration(r.end) > recordLongest:
		r.full = fmt.Sprintf("the recording ended after %v, the longest that a run file may be; R saves it", recordLongest)
		return
	case len(r.wire) > recordBytes:
		r.full = fmt.Sprintf("the recording ended at %d MB; R saves it", recordBytes>>20)
		return
	}
	e.At = r.end
	if e.Kind == trace.KindCrash {
		r.dead[e.Machine] = e.Boot
	}
	r.wire = r.encoder.Append(r.wire, &e)
	r.events++
}

// call keeps that a player sends a command, and answer what came of it.
func (r *Recorder) call(client string, seq uint64, text string) {
	r.note(trace.Event{Note: env.Note{Kind: env.KindInvoke, Client: client, Seq: seq, Text: text}})
}

func (r *Recorder) answer(client string, seq, index uint64, took time.Duration, text string) {
	r.note(trace.Event{Note: env.Note{Kind: env.KindReturn, Client: client, Seq: seq, Index: index, Took: took, Text: text}})
}

// cut keeps that a machine was cut off from all others, or healed.
func (r *Recorder) cut(machine string, off bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	number, was := r.cuts[machine]
	if off == was || len(r.machines) < 2 {
		r.mu.Unlock()
		return
	}
	e := trace.Event{Note: env.Note{Kind: trace.KindMend, Conn: number, Text: string(plan.Partition)}}
	if off {
		r.faults++
		others := slices.DeleteFunc(slices.Clone(r.machines), func(m string) bool { return m == machine })
		r.cuts[machine] = r.faults
		e.Note = env.Note{Kind: trace.KindFault, Conn: r.faults, Text: fmt.Sprintf("%s %s | %s", plan.Partition, machine, strings.Join(others, ","))}
	} else {
		delete(r.cuts, machine)
	}
	r.mu.Unlock()
	r.note(e)
}

// Count is how many events there are, and why there will be no more, if so.
func (r *Recorder) Count() (events uint64, full string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events, r.full
}

// Section is something about a recording beside its events, as trace.Writer has it.
type Section struct {
	Tag   string
	Value any
}

// Recording is what was recorded up to a moment; it does not change any more.
type Recording struct {
	plan   plan.Plan
	wire   []byte
	events uint64
	end    env.Instant
}

// Recording is what is recorded so far.
func (r *Recorder) Recording() *Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.wire)
	return &Recording{wire: r.wire[:n:n], events: r.events, end: r.end, plan: plan.Plan{Guest: "game", Machines: r.machines,
		Length: time.Duration(r.end) + 1, Heal: r.end, Settings: r.settings}}
}

// Write writes the recording as a run file. It says of itself that it is live: its plan
// tells which machines there were and for how long, and repeats nothing.
func (r *Recording) Write(path string, sections []Section) error {
	f, err := trace.Create(path, trace.Header{Guest: "game", Raft: raftVersion(), Go: runtime.Version(), Arch: runtime.GOARCH,
		Plan: r.plan.String(), Live: true})
	if err != nil {
		return err
	}
	digest, err := r.write(f)
	for k := 0; k < len(sections) && err == nil; k++ {
		err = f.Section(sections[k].Tag, sections[k].Value)
	}
	if err != nil {
		_ = f.Abort()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return f.Close(trace.Trailer{Digest: digest})
}

// Events is how many events the file has.
func (r *Recording) Events() uint64 { return r.events + 1 }

// write writes the events, and that the session ends with them.
func (r *Recording) write(f *trace.File) (digest string, err error) {
	from, sum := trace.NewDecoder(bytes.NewReader(r.wire)), trace.NewDigest()
	put := func(e *trace.Event) error {
		sum.Add(e)
		return f.Event(e)
	}
	var e trace.Event
	for range r.events {
		if err := from.Next(&e); err != nil {
			return "", err
		}
		if err := put(&e); err != nil {
			return "", err
		}
	}
	err = put(&trace.Event{N: r.events + 1, At: r.end, Note: env.Note{Kind: trace.KindEnd}})
	return sum.String(), err
}

// raftVersion is the version of hashicorp/raft in this program; "" if it does not say.
func raftVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/hashicorp/raft" {
			return m.Version
		}
	}
	return ""
}
