package store

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/raft"
)

// failer is common to *testing.T, *testing.B and *rapid.T.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// view is what a Store shows, part by part.
type view struct{ log, stable, snapshots string }

// show reads everything in a store.
func show(t failer, s *Store) view {
	t.Helper()
	return view{showLog(t, s.Log), showStable(t, s.Stable), showSnapshots(t, s.Snapshots)}
}

func showLog(t failer, l raft.LogStore) string {
	t.Helper()
	first, err := l.FirstIndex()
	ok(t, err)
	last, err := l.LastIndex()
	ok(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "[%d,%d]", first, last)
	for index := first; index <= last && index > 0; index++ {
		var e raft.Log
		ok(t, l.GetLog(index, &e))
		fmt.Fprintf(&b, " %d:%d:%v:%d*%x:%x:%d", e.Index, e.Term, e.Type, len(e.Data), checksum(e.Data), e.Extensions, e.AppendedAt.UnixNano())
	}
	for _, index := range []uint64{0, first - 1, last + 1} {
		var e raft.Log
		if err := l.GetLog(index, &e); err != raft.ErrLogNotFound {
			t.Fatalf("GetLog(%d) outside of [%d,%d] is %v", index, first, last, err)
		}
	}
	return b.String()
}

func showStable(t failer, s raft.StableStore) string {
	t.Helper()
	term, err := s.GetUint64([]byte("CurrentTerm"))
	ok(t, err)
	voteTerm, err := s.GetUint64([]byte("LastVoteTerm"))
	ok(t, err)
	candidate, err := s.Get([]byte("LastVoteCand"))
	if err != nil && err.Error() != "not found" {
		t.Fatal(err)
	}
	return fmt.Sprintf("term %d, vote %d for %q", term, voteTerm, candidate)
}

// showSnapshots leaves out the IDs: an unfinished snapshot uses up a number, and a
// restart forgets that.
func showSnapshots(t failer, s raft.SnapshotStore) string {
	t.Helper()
	list, err := s.List()
	ok(t, err)
	var b strings.Builder
	for _, listed := range list {
		meta, state, err := s.Open(listed.ID)
		ok(t, err)
		bytes, err := io.ReadAll(state)
		ok(t, err)
		ok(t, state.Close())
		if meta.Size != int64(len(bytes)) || meta.Size != listed.Size {
			t.Fatalf("snapshot %s of %d bytes says it has %d", meta.ID, len(bytes), meta.Size)
		}
		fmt.Fprintf(&b, "(%d,%d) %x %v@%d; ", meta.Index, meta.Term, checksum(bytes), meta.Configuration, meta.ConfigurationIndex)
	}
	return b.String()
}

func ok(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// entries returns log entries first to last with data of the given length in bytes.
func entries(first, last, term uint64, length int) []*raft.Log {
	var logs []*raft.Log
	for index := first; index <= last; index++ {
		logs = append(logs, &raft.Log{
			Index: index, Term: term, Type: raft.LogCommand,
			Data:       []byte(strings.Repeat(string(rune('a'+(index+term)%26)), length)),
			AppendedAt: time.Unix(1_700_000_000, int64(index)),
		})
	}
	return logs
}

// snapshot takes a snapshot.
func snapshot(s *Store, index, term uint64, state string) error {
	servers := raft.Configuration{Servers: []raft.Server{{Suffrage: raft.Voter, ID: "n1", Address: "n1:1"}}}
	sink, err := s.Snapshots.Create(1, index, term, servers, 1, nil)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(sink, state); err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// step is an operation on a store. Each changes one part, and must be atomic under
// crashes.
type step struct {
	name string
	do   func(*Store) error
}

func storing(first, last, term uint64, length int) step {
	return step{fmt.Sprintf("store %d-%d of term %d", first, last, term), func(s *Store) error {
		return s.Log.StoreLogs(entries(first, last, term, length))
	}}
}

func deleting(min, max uint64) step {
	return step{fmt.Sprintf("delete %d-%d", min, max), func(s *Store) error { return s.Log.DeleteRange(min, max) }}
}

func setting(key string, value uint64) step {
	return step{fmt.Sprintf("set %s to %d", key, value), func(s *Store) error {
		return s.Stable.SetUint64([]byte(key), value)
	}}
}

func voting(candidate string) step {
	return step{"vote for " + candidate, func(s *Store) error {
		return s.Stable.Set([]byte("LastVoteCand"), []byte(candidate))
	}}
}

func snapshotting(index, term uint64, length int) step {
	return step{fmt.Sprintf("snapshot through %d", index), func(s *Store) error {
		return snapshot(s, index, term, strings.Repeat("x", length))
	}}
}

// workload is what may happen to a participant: it bootstraps, votes, appends, loses a
// conflict, compacts, has its log replaced by a snapshot with and without removing the
// log before, and starts again.
func workload() []step {
	return []step{
		setting("CurrentTerm", 1),
		storing(1, 1, 1, 30),
		storing(2, 5, 1, 100),
		setting("CurrentTerm", 2),
		setting("LastVoteTerm", 2),
		voting("n2:7000"),
		storing(6, 8, 2, 400),
		deleting(4, 8),
		storing(4, 4, 3, 20),
		snapshotting(3, 1, 700),
		deleting(1, 2),
		storing(5, 6, 3, 900),
		storing(7, 9, 3, 10),
		snapshotting(6, 3, 1500),
		deleting(3, 6),
		{"cancel a snapshot", func(s *Store) error {
			sink, err := s.Snapshots.Create(1, 7, 3, raft.Configuration{}, 1, nil)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(sink, "never mind"); err != nil {
				return errors.Join(err, sink.Cancel())
			}
			return sink.Cancel()
		}},
		snapshotting(20, 4, 600),
		storing(21, 23, 4, 200),
		snapshotting(40, 5, 600),
		deleting(21, 23),
		storing(41, 44, 5, 50),
		setting("CurrentTerm", 5),
		deleting(41, 44),
		storing(41, 42, 6, 50),
	}
}

// options returns options with short segments, so that a short workload has many.
func options() Options { return Options{SegmentSize: 3 * sectorSize} }
