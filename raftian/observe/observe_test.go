package observe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// counter is a state machine that adds up the lengths of what it is told.
type counter struct{ sum int }

func (c *counter) Apply(entry *raft.Log) any { c.sum += len(entry.Data); return c.sum }
func (c *counter) Hash() uint64              { return uint64(c.sum) + 1 }
func (c *counter) Snapshot() (raft.FSMSnapshot, error) {
	text, err := json.Marshal(c.sum)
	return saved(text), err
}
func (c *counter) Restore(from io.ReadCloser) error {
	return errors.Join(json.NewDecoder(from).Decode(&c.sum), from.Close())
}

type saved []byte

func (s saved) Persist(sink raft.SnapshotSink) error {
	_, err := sink.Write(s)
	return errors.Join(err, sink.Close())
}
func (saved) Release() {}

// witness is an Env that keeps what it is told, from several goroutines.
type witness struct {
	mu sync.Mutex
	notes
	script []env.Call
	began  time.Time
}

func (w *witness) Emit(n env.Note) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes.Emit(n)
}
func (w *witness) Exit(err error)     { panic(err) }
func (w *witness) Script() []env.Call { return w.script }
func (w *witness) Now() env.Instant   { return env.Instant(time.Since(w.began)) }

// of are the notes of some kinds.
func (w *witness) of(kinds ...string) (list []env.Note) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.list {
		if slices.Contains(kinds, n.Kind) {
			list = append(list, n)
		}
	}
	return list
}

// lone is an observed leader of itself, with one entry of client p1 applied.
type lone struct {
	raft      *raft.Raft
	told      *witness
	conf      *raft.Config
	store     *raft.InmemStore
	snapshots *raft.InmemSnapshotStore
}

func newLone(t *testing.T, fsm raft.FSM) *lone {
	t.Helper()
	c := raft.DefaultConfig()
	c.LocalID = "n1"
	c.HeartbeatTimeout, c.ElectionTimeout, c.LeaderLeaseTimeout = 20*time.Millisecond, 20*time.Millisecond, 20*time.Millisecond
	l := &lone{told: &witness{began: time.Now()}, conf: c, store: raft.NewInmemStore(), snapshots: raft.NewInmemSnapshotStore()}
	address := l.start(t, fsm)
	first := raft.Configuration{Servers: []raft.Server{{ID: c.LocalID, Address: address}}}
	if err := l.raft.BootstrapCluster(first).Error(); err != nil {
		t.Fatal(err)
	}
	for leads := range l.raft.LeaderCh() {
		if leads {
			break
		}
	}
	if err := l.raft.ApplyLog(raft.Log{Data: []byte("hello"), Extensions: []byte("p1")}, time.Second).Error(); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *lone) start(t *testing.T, fsm raft.FSM) raft.ServerAddress {
	t.Helper()
	o := New(l.told)
	o.Caller = func(entry *raft.Log) (string, uint64) { return string(entry.Extensions), 7 }
	address, trans := raft.NewInmemTransport("")
	var err error
	if l.raft, err = o.NewRaft(l.conf, fsm, l.store, l.store, l.snapshots, trans); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.raft.Shutdown().Error() })
	return address
}

// expect waits for a note.
func (w *witness) expect(t *testing.T, want env.Note) {
	t.Helper()
	for range 1000 {
		if slices.Contains(w.of(want.Kind), want) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("no note %+v among %+v", want, w.of(want.Kind))
}

func TestOneCallReportsWhatJudgesRead(t *testing.T) {
	l := newLone(t, &counter{})
	index, term := l.raft.LastIndex(), l.raft.CurrentTerm()
	for _, want := range []env.Note{
		{Kind: env.KindLog},
		{Kind: env.KindReady},
		{Kind: env.KindRole, Text: "follower"},
		{Kind: env.KindRole, Text: "leader", Term: term},
		{Kind: env.KindTerm, Term: term},
		{Kind: env.KindVote, Term: term, Peer: "n1"},
		{Kind: env.KindAppend, Index: index, Term: term, Hash: Hash([]byte("hello")), Text: "command"},
		{Kind: env.KindConfig, Index: 1, Text: "n1 voters"},
		{Kind: env.KindCommit, Index: index, Term: term},
		{Kind: env.KindApply, Index: index, Term: term, Hash: Hash([]byte("hello")), State: 6, Client: "p1", Seq: 7},
	} {
		l.told.expect(t, want)
	}
	if err := l.raft.Snapshot().Error(); err != nil {
		t.Fatal(err)
	}
	l.told.expect(t, env.Note{Kind: env.KindSnapshot, Index: index, Term: term, State: 6})
	if len(l.told.of(env.KindDiag)) == 0 {
		t.Error("the library's diagnostics are not reported")
	}
}

func TestAStateIsRestoredWhereItsSnapshotEnds(t *testing.T) {
	l := newLone(t, &counter{})
	if err := errors.Join(l.raft.Snapshot().Error(), l.raft.Shutdown().Error()); err != nil {
		t.Fatal(err)
	}
	index, term := l.raft.LastIndex(), l.raft.CurrentTerm()
	l.start(t, &counter{})
	l.told.expect(t, env.Note{Kind: env.KindRestore, Index: index, Term: term, State: 6, Text: "start"})
}

// What is restored while the library runs came from the leader.
func TestARestoredStateSaysWhereItCameFrom(t *testing.T) {
	for running, how := range map[bool]string{false: "start", true: "install"} {
		w := &witness{}
		o := New(w)
		o.running = running
		_, from, err := o.Snapshots(opener{from: io.NopCloser(strings.NewReader("5"))}).Open("1")
		if err != nil {
			t.Fatal(err)
		}
		if err := o.FSM(&counter{}).Restore(from); err != nil {
			t.Fatal(err)
		}
		if want := []env.Note{{Kind: env.KindRestore, Index: 9, State: 6, Text: how}}; !slices.Equal(w.list, want) {
			t.Errorf("reported %+v; want %+v", w.list, want)
		}
	}
}

func TestAnotherNameThanTheMachinesIsRefused(t *testing.T) {
	_, err := New(&witness{}).NewRaft(&raft.Config{LocalID: "somebody"}, nil, nil, nil, nil, nil)
	if err == nil || !strings.Contains(err.Error(), `"somebody"`) || !strings.Contains(err.Error(), `"n1"`) {
		t.Errorf("the error is %v", err)
	}
}

// The library asks for these interfaces, and does other things if they are there.
func TestWhatIsObservedHasTheInterfacesThatItHadBefore(t *testing.T) {
	o := New(&witness{})
	for _, fsm := range []raft.FSM{&counter{}, &batches{}, &storing{}, &both{}} {
		_, wasBatching := fsm.(raft.BatchingFSM)
		_, wasStoring := fsm.(raft.ConfigurationStore)
		observed := o.FSM(fsm)
		_, batching := observed.(raft.BatchingFSM)
		_, stores := observed.(raft.ConfigurationStore)
		if batching != wasBatching || stores != wasStoring {
			t.Errorf("%T takes batches: %v, stores configurations: %v", fsm, batching, stores)
		}
	}
	for _, logs := range []raft.LogStore{broken{}, monotonic{}, tracking{}} {
		_, was := logs.(commitTracker)
		observed := o.Logs(logs)
		_, tracks := observed.(commitTracker)
		_, isMonotonic := logs.(monotonic)
		if tracks != was || observed.(raft.MonotonicLogStore).IsMonotonic() != isMonotonic {
			t.Errorf("%T tracks commits: %v, is monotonic: %v", logs, tracks, !isMonotonic)
		}
	}
	_, inmem := raft.NewInmemTransport("")
	for _, trans := range []raft.Transport{inmem, struct{ raft.Transport }{inmem}} {
		_, was := trans.(raft.WithPreVote)
		if _, has := o.Transport(trans).(raft.WithPreVote); has != was {
			t.Errorf("%T has pre-votes: %v", trans, has)
		}
	}
}

type batches struct{ counter }

func (b *batches) ApplyBatch(entries []*raft.Log) (out []any) {
	for _, e := range entries {
		out = append(out, b.Apply(e))
	}
	return out
}

type storing struct{ counter }

func (s *storing) StoreConfiguration(index uint64, _ raft.Configuration) { s.sum += int(index) }

type both struct {
	batches
	stored uint64
}

func (b *both) StoreConfiguration(index uint64, _ raft.Configuration) { b.stored = index }

type monotonic struct{ broken }

func (monotonic) IsMonotonic() bool { return true }

type tracking struct{ broken }

func (tracking) StageCommitIndex(uint64) error   { return nil }
func (tracking) GetCommitIndex() (uint64, error) { return 3, nil }

func TestOfABatchOnlyTheLastStateIsKnown(t *testing.T) {
	w, fsm := &witness{}, &both{}
	observed := New(w).FSM(fsm)
	conf := raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1:1"}}}
	out := observed.(raft.BatchingFSM).ApplyBatch([]*raft.Log{{Index: 5, Term: 2, Data: []byte("ab")},
		{Index: 6, Term: 2, Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(conf)}, {Index: 7, Term: 2, Data: []byte("c")}})
	observed.(raft.ConfigurationStore).StoreConfiguration(8, conf)
	want := []env.Note{{Kind: env.KindApply, Index: 5, Term: 2, Hash: Hash([]byte("ab"))},
		{Kind: env.KindConfig, Index: 6, Text: "n1 voters"},
		{Kind: env.KindApply, Index: 7, Term: 2, Hash: Hash([]byte("c")), State: fsm.Hash()},
		{Kind: env.KindConfig, Index: 8, Text: "n1 voters"}}
	if !slices.Equal(w.list, want) || len(out) != 3 || fsm.stored != 8 {
		t.Errorf("reported %+v, returned %v, stored %d; want %+v", w.list, out, fsm.stored, want)
	}
}

// A state machine may ask for what its snapshot store has opened.
func TestAStateMachineIsGivenWhatTheStoreOpened(t *testing.T) {
	file := io.NopCloser(bytes.NewReader([]byte("5")))
	o := New(&witness{})
	_, opened, err := o.Snapshots(opener{from: file}).Open("1")
	if err != nil {
		t.Fatal(err)
	}
	if got := unwrapped(opened); got != file {
		t.Errorf("it is given %T", got)
	}
	w, ok := unwrapped(counting{opened}).(raft.ReadCloserWrapper)
	if !ok || w.WrappedReadCloser() != file {
		t.Error("what the library wraps does not lead to what the store has opened")
	}
	if Reach(counting{opened}) == nil || Reach(opened) == nil || Reach(file) != nil {
		t.Error("how far a snapshot reaches is not told")
	}
}

type opener struct {
	raft.SnapshotStore
	from io.ReadCloser
}

func (o opener) Open(string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	return &raft.SnapshotMeta{Index: 9}, o.from, nil
}

// counting is as what the library counts the bytes of a snapshot with.
type counting struct{ io.ReadCloser }

func (c counting) WrappedReadCloser() io.ReadCloser { return c.ReadCloser }

func TestASnapshotsHashIsThatOfTheState(t *testing.T) {
	a, b := &counter{3}, &counter{3}
	if SnapshotHash(a).Hash() != SnapshotHash(b).Hash() {
		t.Error("one state has two hashes")
	}
	if b.sum++; SnapshotHash(a).Hash() == SnapshotHash(b).Hash() {
		t.Error("two states have one hash")
	}
}

// A configuration of the log is told once it is committed, and not if it is deleted before.
func TestConfigurationsAreToldOnceTheyAreCommitted(t *testing.T) {
	w := &witness{}
	o := New(w)
	for index, id := range []string{2: "n1", 4: "n2", 6: "n3"} {
		if id != "" {
			conf := raft.Configuration{Servers: []raft.Server{{ID: raft.ServerID(id), Address: raft.ServerAddress(id + "-at:1")}}}
			o.stored(&raft.Log{Index: uint64(index), Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(conf)})
		}
	}
	o.Members.committed(3)
	o.Members.deleted(4, 5)
	o.Members.committed(9)
	o.Members.Configured(6, raft.Configuration{})
	if want := []env.Note{{Kind: env.KindConfig, Index: 2, Text: "n1 voters"}, {Kind: env.KindConfig, Index: 6, Text: "n3 voters"}}; !slices.Equal(w.list, want) {
		t.Errorf("told %+v; want %+v", w.list, want)
	}
	if got := o.Name("n2-at:1") + " " + o.Name("n9:1"); got != "n2 n9" {
		t.Errorf("at the addresses are %s", got)
	}
}

// A client makes one call at a time, and leaves out what is long over.
func TestAClientMakesItsCallsOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		call := func(client string, seq uint64, at time.Duration) env.Call {
			return env.Call{At: env.Instant(at), Client: client, Seq: seq, Text: fmt.Sprint(seq)}
		}
		w := &witness{began: time.Now(), script: []env.Call{call("p1", 1, 0), call("p1", 2, time.Second), call("p2", 1, time.Second),
			call("p1", 3, 1100*time.Millisecond), call("p1", 4, 2500*time.Millisecond)}}
		time.Sleep(time.Millisecond) // so that the first call's time came before the program began
		Clients(w, nil, func(c env.Call) Answer {
			time.Sleep(time.Second)
			return OK(c.Seq, "done")
		})
		var told []string
		for _, n := range w.of(env.KindInvoke, env.KindReturn) {
			told = append(told, fmt.Sprintf("%s %s %d %s", n.Kind, n.Client, n.Seq, n.Text))
		}
		want := []string{"invoke p1 2 2", "invoke p2 1 1", "return p1 2 ok done", "return p2 1 ok done", "invoke p1 4 4", "return p1 4 ok done"}
		slices.Sort(told[:2])
		slices.Sort(told[2:4])
		if !slices.Equal(told, want) {
			t.Errorf("told %q; want %q", told, want)
		}
	})
}
