package node

import (
	"testing"
	"time"

	"github.com/hashicorp/raft"
)

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

// Versions that have no method for it say the same in their statistics.
func TestStatisticsSayWhatOlderVersionsHaveNoMethodFor(t *testing.T) {
	r := alone(t)
	if got := statistic(r, "term"); got != r.CurrentTerm() || got == 0 || currentTerm(r) != got {
		t.Errorf("the term is %d, or %d; want %d", got, currentTerm(r), r.CurrentTerm())
	}
	if got := statistic(r, "commit_index"); got != r.CommitIndex() || got == 0 || commitIndex(r) != got {
		t.Errorf("the commit index is %d, or %d; want %d", got, commitIndex(r), r.CommitIndex())
	}
	if got := statistic(r, "state"); got != 0 {
		t.Errorf("a statistic that is no number is %d", got)
	}
}

func TestAnOptionThatAVersionLacksIsLeftOut(t *testing.T) {
	c := raft.DefaultConfig()
	option(c, "PreVoteDisabled", true)
	option(c, "OfNoVersion", true)
	if !c.PreVoteDisabled {
		t.Error("an option that is there is not set")
	}
}
