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

// Limits of a recording: the longest run a plan can state, and a bound on memory.
const (
	recordDurationMax = time.Hour - time.Minute
	recordBytesMax    = 512 << 20
)

// Recorder keeps the events of a session's nodes and the calls of its players, timed by
// one clock that starts with it. It may be used by several goroutines at once. A nil
// *Recorder records nothing.
type Recorder struct {
	machines []string
	begun    time.Time
	settings []plan.Setting

	mu         sync.Mutex
	encoder    *trace.Encoder
	encoded    []byte
	events     uint64
	end        env.Instant
	dead       map[string]uint64 // last incarnation of each machine that has crashed
	cutFaults  map[string]uint64 // number of the fault that cuts a machine off
	faults     uint64
	stopReason string // why recording stopped; "" while it goes on
}

// NewRecorder starts a recording of the machines of a new cluster. settings are kept in
// its plan.
func NewRecorder(machines []string, settings []plan.Setting) *Recorder {
	return &Recorder{machines: machines, settings: settings, begun: time.Now(), encoder: trace.NewEncoder(), dead: map[string]uint64{}, cutFaults: map[string]uint64{}}
}

// note records an event at the present time. Events of an incarnation that was killed
// are dropped.
func (r *Recorder) note(e trace.Event) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopReason != "" || e.Boot != 0 && e.Boot <= r.dead[e.Machine] {
		return
	}
	r.end = env.Instant(time.Since(r.begun))
	switch {
	case time.Duration(r.end) > recordDurationMax:
		r.stopReason = fmt.Sprintf("the recording ended after %v, the longest that a run file may be; R saves it", recordDurationMax)
		return
	case len(r.encoded) > recordBytesMax:
		r.stopReason = fmt.Sprintf("the recording ended at %d MB; R saves it", recordBytesMax>>20)
		return
	}
	e.At = r.end
	if e.Kind == trace.KindCrash {
		r.dead[e.Machine] = e.Boot
	}
	r.encoded = r.encoder.Append(r.encoded, &e)
	r.events++
}

// call records the invocation of a command, and answer its response.
func (r *Recorder) call(client string, seq uint64, text string) {
	r.note(trace.Event{Note: env.Note{Kind: env.KindInvoke, Client: client, Seq: seq, Text: text}})
}

func (r *Recorder) answer(client string, seq, index uint64, took time.Duration, text string) {
	r.note(trace.Event{Note: env.Note{Kind: env.KindReturn, Client: client, Seq: seq, Index: index, Took: took, Text: text}})
}

// cut records that a machine was cut off from all others, or healed.
func (r *Recorder) cut(machine string, off bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	number, was := r.cutFaults[machine]
	if off == was || len(r.machines) < 2 {
		r.mu.Unlock()
		return
	}
	e := trace.Event{Note: env.Note{Kind: trace.KindMend, Conn: number, Text: string(plan.Partition)}}
	if off {
		r.faults++
		others := slices.DeleteFunc(slices.Clone(r.machines), func(m string) bool { return m == machine })
		r.cutFaults[machine] = r.faults
		e.Note = env.Note{Kind: trace.KindFault, Conn: r.faults, Text: fmt.Sprintf("%s %s | %s", plan.Partition, machine, strings.Join(others, ","))}
	} else {
		delete(r.cutFaults, machine)
	}
	r.mu.Unlock()
	r.note(e)
}

// Count returns the number of events, and why recording has stopped; "" if it has not.
func (r *Recorder) Count() (events uint64, stopReason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events, r.stopReason
}

// Section is a section of a run file behind its events; see trace.Writer.
type Section struct {
	Tag   string
	Value any
}

// Recording is an immutable copy of what was recorded.
type Recording struct {
	plan    plan.Plan
	encoded []byte
	events  uint64
	end     env.Instant
}

// Recording returns what was recorded so far.
func (r *Recorder) Recording() *Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.encoded)
	return &Recording{encoded: r.encoded[:n:n], events: r.events, end: r.end, plan: plan.Plan{Guest: "game", Machines: r.machines,
		Length: time.Duration(r.end) + 1, Heal: r.end, Settings: r.settings}}
}

// Write writes the recording as a run file, marked as live: its plan states the machines
// and the duration, and does not reproduce the session.
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

// Events returns the number of events in the file.
func (r *Recording) Events() uint64 { return r.events + 1 }

// write writes the events, and the event that ends the session.
func (r *Recording) write(f *trace.File) (digest string, err error) {
	from, sum := trace.NewDecoder(bytes.NewReader(r.encoded)), trace.NewDigest()
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

// raftVersion returns the version of hashicorp/raft in this program; "" if unknown.
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
