package store

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// words is a state machine that keeps the commands it was given, in order.
type words struct{ state []string }

func (w *words) Apply(log *raft.Log) any {
	w.state = append(w.state, string(log.Data))
	return nil
}

func (w *words) Snapshot() (raft.FSMSnapshot, error) {
	return frozen(strings.Join(w.state, " ")), nil
}

func (w *words) Restore(r io.ReadCloser) error {
	bytes, err := io.ReadAll(r)
	w.state = strings.Fields(string(bytes))
	return err
}

type frozen string

func (f frozen) Persist(sink raft.SnapshotSink) error {
	if _, err := io.WriteString(sink, string(f)); err != nil {
		return err
	}
	return sink.Close()
}

func (f frozen) Release() {}

// A cluster of one bootstraps, applies commands, takes snapshots, compacts its log,
// restores a user's snapshot, and restarts after power losses with all that it
// acknowledged.
func TestRaftCluster(t *testing.T) {
	for _, monotonic := range []bool{false, true} {
		t.Run(fmt.Sprint("monotonic ", monotonic), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { manyLives(t, monotonic) })
		})
	}
}

func manyLives(t *testing.T, monotonic bool) {
	disk := newMemFS()
	var want []string
	for life := range 5 {
		o := options()
		o.Monotonic = monotonic
		s, err := Open(disk, "raft", o)
		ok(t, err)
		r, fsm := start(t, s)
		for i := range 40 {
			word := fmt.Sprintf("word%d.%d", life, i)
			ok(t, r.Apply([]byte(word), time.Minute).Error())
			want = append(want, word)
		}
		if life == 2 {
			meta, state := snapshotNow(t, r)
			ok(t, r.Restore(meta, state, time.Minute))
			ok(t, state.Close())
		}
		ok(t, r.Barrier(time.Minute).Error())
		if got := strings.Join(fsm.state, " "); got != strings.Join(want, " ") {
			t.Fatalf("life %d: the state is %s", life, got)
		}
		left := disk.powerLoss(rand.New(rand.NewPCG(uint64(life), 4)))
		ok(t, r.Shutdown().Error())
		ok(t, s.Close())
		disk = left
	}
	if first, err := strings.CutPrefix(filesOf(disk, "raft/log", "")[0], "raft/log/"); !err || first == segmentName(1) {
		t.Errorf("the log was never compacted: it begins with %s", first)
	}
}

// start starts raft on a store and waits until it leads. It bootstraps a new store.
func start(t *testing.T, s *Store) (*raft.Raft, *words) {
	config := raft.DefaultConfig()
	config.LocalID = "n1"
	config.SnapshotThreshold = 16
	config.SnapshotInterval = 100 * time.Millisecond
	config.TrailingLogs = 8
	config.LogOutput = io.Discard
	address, transport := raft.NewInmemTransport("n1:7000")
	exists, err := raft.HasExistingState(s.Log, s.Stable, s.Snapshots)
	ok(t, err)
	if !exists {
		servers := raft.Configuration{Servers: []raft.Server{{ID: config.LocalID, Address: address}}}
		ok(t, raft.BootstrapCluster(config, s.Log, s.Stable, s.Snapshots, transport, servers))
	}
	fsm := new(words)
	r, err := raft.NewRaft(config, fsm, s.Log, s.Stable, s.Snapshots, transport)
	ok(t, err)
	for r.State() != raft.Leader {
		time.Sleep(10 * time.Millisecond)
	}
	return r, fsm
}

func snapshotNow(t *testing.T, r *raft.Raft) (*raft.SnapshotMeta, io.ReadCloser) {
	future := r.Snapshot()
	ok(t, future.Error())
	meta, state, err := future.Open()
	ok(t, err)
	return meta, state
}
