package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

// Whatever raft does to a Store, its view equals that of raft's own store in memory,
// through kills and power losses.
func TestAgainstInMemoryStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{disk: newMemFS(), twin: raft.NewInmemStore(), o: Options{
			SegmentSize: rapid.Int64Range(1, 8*sectorSize).Draw(t, "segment size"),
			Retain:      rapid.IntRange(1, 3).Draw(t, "retain"),
		}}
		m.reopen(t)
		t.Repeat(rapid.StateMachineActions(m))
	})
}

// machine is a store and its reference model. For the log and the stable store that is
// raft's in-memory store; for snapshots, whose indexes rise, the list of all taken.
type machine struct {
	o     Options
	disk  *memFS
	store *Store

	twin  *raft.InmemStore
	taken []string // states, oldest first; number i includes indexes through i+1
}

func (m *machine) reopen(t *rapid.T) {
	var err error
	m.store, err = Open(m.disk, "a/b", m.o)
	ok(t, err)
}

func (m *machine) bounds(t *rapid.T) (first, last uint64) {
	first, err := m.twin.FirstIndex()
	ok(t, err)
	last, err = m.twin.LastIndex()
	ok(t, err)
	return first, last
}

func (m *machine) Append(t *rapid.T) {
	_, last := m.bounds(t)
	if last == 0 {
		last = rapid.Uint64Range(0, 1000).Draw(t, "after")
	}
	count := rapid.Uint64Range(1, 6).Draw(t, "count")
	logs := entries(last+1, last+count, rapid.Uint64Range(1, 30).Draw(t, "term"), rapid.IntRange(0, 1200).Draw(t, "length"))
	ok(t, m.store.Log.StoreLogs(logs))
	ok(t, m.twin.StoreLogs(logs))
}

func (m *machine) DeleteBeginning(t *rapid.T) {
	first, last := m.bounds(t)
	if first > 0 {
		m.delete(t, first, rapid.Uint64Range(first, last).Draw(t, "to"))
	}
}

func (m *machine) DeleteEnd(t *rapid.T) {
	first, last := m.bounds(t)
	if first > 0 {
		m.delete(t, rapid.Uint64Range(first, last).Draw(t, "from"), last)
	}
}

func (m *machine) delete(t *rapid.T, min, max uint64) {
	ok(t, m.store.Log.DeleteRange(min, max))
	ok(t, m.twin.DeleteRange(min, max))
}

func (m *machine) SetNumber(t *rapid.T) {
	key := []byte(rapid.SampledFrom([]string{"CurrentTerm", "LastVoteTerm"}).Draw(t, "key"))
	value := rapid.Uint64().Draw(t, "value")
	ok(t, m.store.Stable.SetUint64(key, value))
	ok(t, m.twin.SetUint64(key, value))
}

func (m *machine) SetBytes(t *rapid.T) {
	key := []byte("LastVoteCand")
	value := rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "value")
	ok(t, m.store.Stable.Set(key, value))
	ok(t, m.twin.Set(key, value))
}

func (m *machine) Snapshot(t *rapid.T) {
	state := rapid.StringN(0, 50, 200).Draw(t, "state")
	m.taken = append(m.taken, state)
	ok(t, snapshot(m.store, uint64(len(m.taken)), 1, state))
}

func (m *machine) Kill(t *rapid.T) {
	m.disk = m.disk.kill()
	m.reopen(t)
}

func (m *machine) LosePower(t *rapid.T) {
	m.disk = m.disk.powerLoss(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
	m.reopen(t)
}

// Check implements rapid.StateMachine.
func (m *machine) Check(t *rapid.T) {
	if got, want := showLog(t, m.store.Log), showLog(t, m.twin); got != want {
		t.Fatalf("the log is\n%s, not\n%s", got, want)
	}
	if got, want := showStable(t, m.store.Stable), showStable(t, m.twin); got != want {
		t.Fatalf("the stable store is\n%s, not\n%s", got, want)
	}
	list, err := m.store.Snapshots.List()
	ok(t, err)
	if want := min(len(m.taken), m.o.Retain); len(list) != want {
		t.Fatalf("%d snapshots are listed, not %d", len(list), want)
	}
	for i, meta := range list {
		_, reader, err := m.store.Snapshots.Open(meta.ID)
		ok(t, err)
		// state is the content of a disk, durable and not, and how many steps were done
		// at the crash; -1 if the store had not been opened.
		var state bytes.Buffer
		_, err = state.ReadFrom(reader)
		ok(t, err)
		if want := m.taken[len(m.taken)-1-i]; state.String() != want {
			t.Fatalf("snapshot %s is %q, not %q", meta.ID, fmt.Sprint(&state), want)
		}
	}
}
