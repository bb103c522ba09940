package node

import (
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

var _ raft.CommitTrackingLogStore = (*committedLog)(nil)

// What the log says is committed is what had been staged when its last entry was
// written, and entries come back as they were.
func TestTheLogRemembersWhatWasCommitted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &committedLog{LogStore: raft.NewInmemStore()}
		staged := []uint64{0} // when entry i was written
		commit := uint64(0)
		for range rapid.IntRange(0, 20).Draw(t, "batches") {
			if len(staged) > 1 && rapid.IntRange(0, 4).Draw(t, "conflict") == 0 {
				from := rapid.IntRange(1, len(staged)-1).Draw(t, "from")
				if err := c.DeleteRange(uint64(from), uint64(len(staged)-1)); err != nil {
					t.Fatal(err)
				}
				staged = staged[:from]
			}
			commit = max(commit, rapid.Uint64Range(0, 30).Draw(t, "commit"))
			if err := c.StageCommitIndex(commit); err != nil {
				t.Fatal(err)
			}
			var batch []*raft.Log
			for range rapid.IntRange(1, 3).Draw(t, "entries") {
				batch = append(batch, &raft.Log{Index: uint64(len(staged)), Term: 1, Extensions: []byte("own")})
				staged = append(staged, commit)
			}
			if err := c.StoreLogs(batch); err != nil {
				t.Fatal(err)
			}
			if string(batch[0].Extensions) != "own" {
				t.Fatal("the entries that were given are changed")
			}
		}
		last := uint64(len(staged) - 1)
		if got, err := c.GetCommitIndex(); err != nil || got != min(last, staged[last]) {
			t.Fatalf("committed to %d, %v; want %d, at most %d", got, err, staged[last], last)
		}
		for i := uint64(1); i <= last; i++ {
			var l raft.Log
			if err := c.GetLog(i, &l); err != nil || string(l.Extensions) != "own" {
				t.Fatalf("entry %d comes back with extensions %q, %v", i, l.Extensions, err)
			}
		}
	})
}

func TestAnEntryWrittenBeforeCommitsWereKeptSaysNothing(t *testing.T) {
	plain := raft.NewInmemStore()
	if err := plain.StoreLog(&raft.Log{Index: 1, Term: 1}); err != nil {
		t.Fatal(err)
	}
	if got, err := (&committedLog{LogStore: plain}).GetCommitIndex(); got != 0 || err != nil {
		t.Errorf("committed to %d, %v", got, err)
	}
}
