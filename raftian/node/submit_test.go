package node

import (
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// The library takes commands into its buffer until it has noticed that it is shut
// down, and never answers those.
func TestACommandTheLibraryForgetsIsInDoubtWhenItsTimeIsOver(t *testing.T) {
	e, err := env.NewReal(env.RealOptions{ID: "n1", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	n := &Node{env: e, raft: alone(t), done: make(chan struct{})}
	if err := n.raft.Shutdown().Error(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan result)
	go func() {
		for range 32 { // of which about half are taken
			ended <- n.commit([]byte("x"), e.Now().Add(50*time.Millisecond))
		}
		close(ended)
	}()
	for {
		select {
		case r, more := <-ended:
			if !more {
				return
			}
			if r.outcome != doubt {
				t.Fatalf("the answer is %+v; want one that leaves it in doubt", r)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("a command has no answer after 5 s; it had 50 ms")
		}
	}
}

// alone is a leader of itself with one entry applied. It takes commands in
// batches.
func alone(t *testing.T) *raft.Raft {
	t.Helper()
	c := raft.DefaultConfig()
	c.BatchApplyCh = true
	c.LocalID = "n1"
	c.HeartbeatTimeout, c.ElectionTimeout, c.LeaderLeaseTimeout = 20*time.Millisecond, 20*time.Millisecond, 20*time.Millisecond
	c.LogLevel = "error"
	store, snapshots := raft.NewInmemStore(), raft.NewInmemSnapshotStore()
	address, trans := raft.NewInmemTransport("")
	first := raft.Configuration{Servers: []raft.Server{{ID: c.LocalID, Address: address}}}
	if err := raft.BootstrapCluster(c, store, store, snapshots, trans, first); err != nil {
		t.Fatal(err)
	}
	r, err := raft.NewRaft(c, &raft.MockFSM{}, store, store, snapshots, trans)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Shutdown().Error() })
	for leads := range r.LeaderCh() {
		if leads {
			break
		}
	}
	if err := r.Apply([]byte("x"), time.Second).Error(); err != nil {
		t.Fatal(err)
	}
	return r
}
