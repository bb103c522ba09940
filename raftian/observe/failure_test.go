package observe

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// notes is an Env that keeps what it is told.
type notes struct {
	env.Env
	list []env.Note
}

func (n *notes) Emit(note env.Note) { n.list = append(n.list, note) }
func (n *notes) ID() string         { return "n1" }
func (n *notes) Now() env.Instant   { return 0 }

// mortal is an Env that notes why its program ends.
type mortal struct {
	notes
	died error
}

func (m *mortal) Exit(err error) {
	m.died = err
	runtime.Goexit()
}

// run does something in a goroutine that may be ended, and says why it was.
func (m *mortal) run(do func()) error {
	ended := make(chan bool)
	go func() {
		defer close(ended)
		do()
	}()
	<-ended
	return m.died
}

var errDisk = errors.New("the disk says no")

// broken is a store of which every call fails.
type broken struct{ err error }

func (b broken) FirstIndex() (uint64, error)         { return 0, b.err }
func (b broken) LastIndex() (uint64, error)          { return 0, b.err }
func (b broken) GetLog(uint64, *raft.Log) error      { return b.err }
func (b broken) StoreLog(*raft.Log) error            { return b.err }
func (b broken) StoreLogs([]*raft.Log) error         { return b.err }
func (b broken) DeleteRange(uint64, uint64) error    { return b.err }
func (b broken) Set([]byte, []byte) error            { return b.err }
func (b broken) Get([]byte) ([]byte, error)          { return nil, b.err }
func (b broken) SetUint64([]byte, uint64) error      { return b.err }
func (b broken) GetUint64([]byte) (uint64, error)    { return 0, b.err }
func (b broken) List() ([]*raft.SnapshotMeta, error) { return nil, b.err }
func (b broken) Create(raft.SnapshotVersion, uint64, uint64, raft.Configuration, uint64, raft.Transport) (raft.SnapshotSink, error) {
	return nil, b.err
}
func (b broken) Open(string) (*raft.SnapshotMeta, io.ReadCloser, error) { return nil, nil, b.err }

// calls are all that the library does with its stores.
func calls(e env.Env, err, failed error) map[string]func() error {
	b, o := broken{err}, New(e)
	o.Broken = func() error { return failed }
	log, stable, snaps := o.Logs(b), o.Stable(b), o.Snapshots(b)
	return map[string]func() error{
		"first index":  func() error { _, err := log.FirstIndex(); return err },
		"last index":   func() error { _, err := log.LastIndex(); return err },
		"get log":      func() error { return log.GetLog(1, &raft.Log{}) },
		"store log":    func() error { return log.StoreLog(&raft.Log{}) },
		"store logs":   func() error { return log.StoreLogs([]*raft.Log{{}}) },
		"delete range": func() error { return log.DeleteRange(1, 2) },
		"set":          func() error { return stable.Set([]byte("key"), nil) },
		"get":          func() error { _, err := stable.Get([]byte("key")); return err },
		"set number":   func() error { return stable.SetUint64([]byte("key"), 1) },
		"get number":   func() error { _, err := stable.GetUint64([]byte("key")); return err },
		"list":         func() error { _, err := snaps.List(); return err },
		"open":         func() error { _, _, err := snaps.Open("1"); return err },
		"create":       func() error { _, err := snaps.Create(1, 1, 1, raft.Configuration{}, 1, nil); return err },
		"finish a sink": func() error {
			return observedSink{brokenSink{err}, snaps.(observedSnapshots), &raft.SnapshotMeta{}}.Close()
		},
	}
}

type brokenSink struct{ err error }

func (b brokenSink) Write([]byte) (int, error) { return 0, b.err }
func (b brokenSink) Close() error              { return b.err }
func (b brokenSink) ID() string                { return "" }
func (b brokenSink) Cancel() error             { return nil }

// The library panics when it cannot write its term, and goes on after other
// errors: none of them reaches it.
func TestAStoreThatFailsEndsTheProgram(t *testing.T) {
	m := &mortal{}
	for name, call := range calls(m, errDisk, errDisk) {
		m.died = nil
		returned := false
		died := m.run(func() { _ = call(); returned = true })
		if !errors.Is(died, errDisk) || returned {
			t.Errorf("%s: the program ended with %v, the call returned: %v", name, died, returned)
		}
	}
}

func TestDamageInASnapshotEndsTheProgram(t *testing.T) {
	m := &mortal{}
	damage := &store.CorruptError{File: "a", What: "b"}
	if died := m.run(func() { _ = calls(m, damage, nil)["open"]() }); !errors.Is(died, damage) {
		t.Errorf("the program ended with %v", died)
	}
}

func TestWhatIsNoFailureGoesToTheLibrary(t *testing.T) {
	for _, err := range []error{nil, raft.ErrLogNotFound, store.ErrKeyNotFound, store.ErrClosed, fmt.Errorf("x: %w", store.ErrNoSnapshot), errors.New("not found")} {
		m := &mortal{}
		var got error
		if died := m.run(func() { got = Failure(m, "reading", err) }); died != nil || got != err {
			t.Errorf("%v: the program ended with %v, the library got %v", err, died, got)
		}
	}
	// A snapshot that fails alone leaves the store as it is.
	m := &mortal{}
	for _, name := range []string{"create", "finish a sink", "list"} {
		var got error
		if died := m.run(func() { got = calls(m, errDisk, nil)[name]() }); died != nil || got != errDisk {
			t.Errorf("%s: the program ended with %v, the library got %v", name, died, got)
		}
	}
}

func TestAStartThatFailsSaysWhy(t *testing.T) {
	m := &mortal{}
	_ = m.run(func() { _ = calls(m, errDisk, errDisk)["store logs"]() })
	if want := "writing the log: the disk says no"; m.died.Error() != want || strings.Contains(want, "\n") {
		t.Errorf("it says %q; want %q", m.died, want)
	}
}

// A heartbeat that comes in after the end must not make the library panic.
func TestATermThatIsSavedAfterTheEndEndsTheGoroutine(t *testing.T) {
	m, returned := &mortal{}, false
	died := m.run(func() {
		_ = New(m).Stable(broken{store.ErrClosed}).SetUint64([]byte(keyCurrentTerm), 4)
		returned = true
	})
	if died != nil || returned {
		t.Errorf("the program ended with %v, the call returned: %v", died, returned)
	}
}
