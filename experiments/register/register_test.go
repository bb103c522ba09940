package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"

	"raftian/linearizability"
	"raftian/linearizability/history"
)

// drawCalls draws a sequence of calls as clients make them.
func drawCalls(t *rapid.T) []string {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	calls := make([]string, rapid.IntRange(0, 60).Draw(t, "how many"))
	for k := range calls {
		calls[k] = call(rng, "p1", nil)
	}
	return calls
}

func TestTheStoreDoesWhatItsModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, m := newStore(), model(nil)
		state := m.Init()
		for k, c := range drawCalls(t) {
			got := s.Apply(&raft.Log{Index: uint64(k + 1), Data: []byte(c)})
			before := maps.Clone(state.(map[string]string))
			next, want := m.Step(state, c)
			if got != want {
				t.Fatalf("call %d, %q: the store answers %q, the model %q", k, c, got, want)
			}
			if !maps.Equal(before, state.(map[string]string)) {
				t.Fatalf("call %d, %q: the model changed a state it was given", k, c)
			}
			state = next
		}
	})
}

func TestASnapshotBringsTheStoreBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStore()
		for _, c := range drawCalls(t) {
			s.Apply(&raft.Log{Data: []byte(c)})
		}
		want := maps.Clone(s.values)
		taken, err := s.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		// What comes after a snapshot was taken is not in it.
		s.Apply(&raft.Log{Data: []byte("put k0 later")})
		var to sink
		if err := taken.Persist(&to); err != nil || !to.closed {
			t.Fatalf("persisting: %v, closed %v", err, to.closed)
		}
		back := newStore()
		back.Apply(&raft.Log{Data: []byte("put k9 before")}) // of which nothing must remain
		if err := back.Restore(io.NopCloser(&to.Buffer)); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(back.values, want) {
			t.Fatalf("restored %v; want %v", back.values, want)
		}
	})
}

// sink is a raft.SnapshotSink in memory.
type sink struct {
	bytes.Buffer
	closed, cancelled bool
	fails             error
}

func (s *sink) Write(b []byte) (int, error) {
	if s.fails != nil {
		return 0, s.fails
	}
	return s.Buffer.Write(b)
}
func (s *sink) ID() string    { return "sink" }
func (s *sink) Cancel() error { s.cancelled = true; return nil }
func (s *sink) Close() error  { s.closed = true; return nil }

func TestASnapshotThatCannotBeWrittenIsCancelled(t *testing.T) {
	to := sink{fails: io.ErrShortWrite}
	if err := (snapshot{"k0": "1"}).Persist(&to); err == nil || !to.cancelled || to.closed {
		t.Errorf("error %v, cancelled %v, closed %v", err, to.cancelled, to.closed)
	}
}

func TestADamagedSnapshotChangesNothing(t *testing.T) {
	s := newStore()
	s.Apply(&raft.Log{Data: []byte("put k0 1")})
	if err := s.Restore(io.NopCloser(bytes.NewBufferString(`{"k0":`))); err == nil {
		t.Error("half a snapshot is restored without error")
	}
	if got := s.Apply(&raft.Log{Data: []byte("get k0")}); got != "1" {
		t.Errorf("afterwards k0 is %v", got)
	}
}

func TestWhatIsNoCommandIsRefused(t *testing.T) {
	for _, words := range []string{"", "put", "put k0", "put k0 1 2", "get", "get k0 k1", "cas k0 1", "forget k0"} {
		if err, is := newStore().Apply(&raft.Log{Data: []byte(words)}).(error); !is {
			t.Errorf("%q comes to %v; want an error", words, err)
		}
	}
}

func TestTheModelKnowsARightHistoryFromAWrongOne(t *testing.T) {
	ops := []history.Op{
		{Client: "p1", Seq: 1, Input: "put k0 1", Output: "done", Outcome: history.OK, Call: 0, Return: 10},
		{Client: "p2", Seq: 1, Input: "put k1 2", Output: "done", Outcome: history.OK, Call: 5, Return: 15},
		{Client: "p1", Seq: 2, Input: "cas k0 1 3", Output: "done", Outcome: history.OK, Call: 20, Return: 30},
		{Client: "p2", Seq: 2, Input: "get k0", Output: "3", Outcome: history.OK, Call: 40, Return: 50},
	}
	if v := linearizability.Check(model(nil), ops, linearizability.Search{}); v.Outcome != linearizability.Pass {
		t.Errorf("of a right history it says %v: %s", v.Outcome, v.Reason)
	}
	ops[3].Output = "1" // a read from the past
	if v := linearizability.Check(model(nil), ops, linearizability.Search{}); v.Outcome != linearizability.Fail {
		t.Errorf("of a stale read it says %v: %s", v.Outcome, v.Reason)
	}
}

func TestAHistoryIsSplitByKeyInOrder(t *testing.T) {
	var ops []history.Op
	for k := range 6 {
		ops = append(ops, history.Op{Seq: uint64(k), Input: fmt.Sprintf("get k%d", k%2)})
	}
	parts := byKey(ops)
	if len(parts) != 2 || !slices.Equal(parts[0], []history.Op{ops[0], ops[2], ops[4]}) ||
		!slices.Equal(parts[1], []history.Op{ops[1], ops[3], ops[5]}) {
		t.Errorf("split into %v", parts)
	}
}
