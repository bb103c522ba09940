package store

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/raft"
)

func TestNewestSnapshotsRetained(t *testing.T) {
	o := Options{Retain: 3}
	disk, s := opened(t, o)
	for _, at := range []struct{ index, term uint64 }{{10, 1}, {9, 1}, {200, 3}, {30, 3}, {200, 3}} {
		ok(t, snapshot(s, at.index, at.term, fmt.Sprint("state through ", at.index)))
	}
	for range 2 {
		list, err := s.Snapshots.List()
		ok(t, err)
		var ids []string
		for _, meta := range list {
			ids = append(ids, meta.ID)
		}
		if want := []string{"3-200-5", "3-200-3", "3-30-4"}; !slices.Equal(ids, want) {
			t.Errorf("listed %q, not %q", ids, want)
		}
		if files := filesOf(disk, "raft/snapshots", ""); len(files) != 3 {
			t.Errorf("there are %q", files)
		}
		disk, s = reopened(t, disk, o)
	}
	ok(t, snapshot(s, 201, 3, ""))
	if list, _ := s.Snapshots.List(); list[0].ID != "3-201-6" {
		t.Errorf("the number goes on with %s", list[0].ID)
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	disk, s := opened(t, options())
	configuration := raft.Configuration{Servers: []raft.Server{
		{Suffrage: raft.Voter, ID: "n1", Address: "n1:7000"},
		{Suffrage: raft.Nonvoter, ID: "n2", Address: "n2:7000"},
	}}
	state := strings.Repeat("0123456789", 20_000)
	sink, err := s.Snapshots.Create(1, 12, 3, configuration, 11, nil)
	ok(t, err)
	for rest := state; rest != ""; rest = rest[min(777, len(rest)):] {
		_, err := io.WriteString(sink, rest[:min(777, len(rest))])
		ok(t, err)
	}
	if list, _ := s.Snapshots.List(); len(list) != 0 {
		t.Errorf("before it is closed %q is listed", list[0].ID)
	}
	ok(t, sink.Close())
	for range 2 {
		meta, reader, err := s.Snapshots.Open(sink.ID())
		ok(t, err)
		got, err := io.ReadAll(reader)
		ok(t, err)
		ok(t, reader.Close())
		if string(got) != state {
			t.Errorf("the state is %d bytes, not the %d written", len(got), len(state))
		}
		if meta.Version != 1 || meta.Index != 12 || meta.Term != 3 || meta.ConfigurationIndex != 11 ||
			meta.Size != int64(len(state)) || !slices.Equal(meta.Configuration.Servers, configuration.Servers) {
			t.Errorf("the meta data is %+v", meta)
		}
		disk, s = reopened(t, disk, options())
	}
}

func TestListedSnapshotIsACopy(t *testing.T) {
	_, s := opened(t, options())
	ok(t, snapshot(s, 5, 1, ""))
	list, err := s.Snapshots.List()
	ok(t, err)
	list[0].Configuration.Servers[0].ID = "changed"
	if list, _ := s.Snapshots.List(); list[0].Configuration.Servers[0].ID != "n1" {
		t.Error("a caller's change is listed")
	}
}

func TestRemovedSnapshotStaysReadable(t *testing.T) {
	_, s := opened(t, Options{Retain: 1})
	ok(t, snapshot(s, 5, 1, "old"))
	list, err := s.Snapshots.List()
	ok(t, err)
	_, reader, err := s.Snapshots.Open(list[0].ID)
	ok(t, err)
	ok(t, snapshot(s, 6, 1, "new"))
	if got, err := io.ReadAll(reader); string(got) != "old" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, _, err := s.Snapshots.Open(list[0].ID); !errors.Is(err, ErrNoSnapshot) {
		t.Errorf("opening it again: %v", err)
	}
}

// raft closes or cancels a sink, and so may the FSM before.
func TestSinkCloseAndCancel(t *testing.T) {
	disk, s := opened(t, options())
	begin := func() raft.SnapshotSink {
		sink, err := s.Snapshots.Create(1, 5, 1, raft.Configuration{}, 1, nil)
		ok(t, err)
		_, err = io.WriteString(sink, "state")
		ok(t, err)
		return sink
	}

	sink := begin()
	ok(t, sink.Cancel())
	ok(t, sink.Cancel())
	if err := sink.Close(); err == nil {
		t.Error("closing a cancelled one is no error: raft would compact its log")
	}
	if left := filesOf(disk, "raft/snapshots", ""); len(left) > 0 {
		t.Errorf("cancelled, it leaves %q", left)
	}

	sink = begin()
	ok(t, sink.Close())
	ok(t, sink.Close())
	ok(t, sink.Cancel())
	if _, err := sink.Write([]byte("more")); err == nil {
		t.Error("a closed one can be written to")
	}
	if list, _ := s.Snapshots.List(); len(list) != 1 || list[0].ID != sink.ID() {
		t.Error("closed, and then cancelled, it is not listed")
	}

	sink = begin()
	failing(disk, 1, "sync")
	first := sink.Close()
	if second := sink.Close(); !errors.Is(first, errDisk) || second != first {
		t.Errorf("closing one failed with %v, then with %v", first, second)
	}
}

func TestOpenRemovesUnfinishedSnapshots(t *testing.T) {
	disk, s := opened(t, options())
	_, err := s.Snapshots.Create(1, 5, 1, raft.Configuration{}, 1, nil)
	ok(t, err)
	if left := filesOf(disk, "raft/snapshots", temporarySuffix); len(left) != 1 {
		t.Fatalf("there is %q", left)
	}
	disk, _ = reopened(t, disk, options())
	if left := filesOf(disk, "raft/snapshots", ""); len(left) > 0 {
		t.Errorf("there is still %q", left)
	}
}

func TestOnlyVersion1Supported(t *testing.T) {
	_, s := opened(t, options())
	if _, err := s.Snapshots.Create(0, 5, 1, raft.Configuration{}, 1, nil); err == nil {
		t.Error("version 0 is accepted")
	}
}
