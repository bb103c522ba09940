// Package store keeps a Raft participant's log, vote and snapshots on disk. A Store opens
// a directory on an env.FS; its parts are Log, a raft.LogStore, Stable, a
// raft.StableStore, and Snapshots, a raft.SnapshotStore. It is deterministic: the same
// calls make the same FS calls in the same order, without clock, randomness or
// goroutines.
//
// It does not cache: each GetLog reads the disk and verifies what it finds. Put
// raft.LogCache in front of it.
//
// # Format
//
//	DIR/log/%016x.seg       segments of a journal: the log
//	DIR/stable/%016x.seg    segments of a journal: terms and votes
//	DIR/snapshots/ID.snap   a snapshot; ID.tmp while it is written
//
// A journal is append-only. Each batch is synced before the next one is written, and
// deletions from the log are batches, too. A batch is a whole number of 512-byte sectors,
// each with the number of its batch and its position there. An acknowledged sector is
// never overwritten with other content, so a power loss cannot tear it.
//
// # Torn writes and damage
//
// After a power loss, the one unsynced batch at the end of a journal may have any subset
// of its sectors, zeros for the others, and a file of any length. That is a torn tail:
// Open truncates and reports it. Everything else that does not verify is damage, and a
// *CorruptError: a sector that is neither zero nor whole, a sector of a later batch behind
// a hole, a hole in an older segment, a missing segment in the middle. So a flipped bit is
// never taken for a torn write, not even in the last batch.
//
// Three losses are not detected, since they look like writes that never happened:
// acknowledged sectors of the last batch that became zero, a file truncated within its
// last batches, and missing newest segments or snapshots. They require a disk that lied
// about an fsync.
//
// # After an error
//
// After a failed write or fsync the content of the disk is unknown, even if a later fsync
// succeeds (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC
// 2020). So the first such failure fails the Store: every call on any of its parts returns
// that error until the store is opened again. An error on a snapshot's temporary file,
// which nothing depends on, fails only its sink.
//
//	store.go      Options, Store
//	volume.go     what the parts share: the FS, and whether it may be trusted
//	corrupt.go    CorruptError
//	sector.go     batches as sectors
//	segment.go    one file of batches, and what a power loss leaves of it
//	journal.go    a chain of segments
//	log.go        raft.LogStore
//	entry.go      log entries as bytes
//	stable.go     raft.StableStore
//	snapshots.go  raft.SnapshotStore
//	sink.go       raft.SnapshotSink
//	snapfile.go   a snapshot as a file
//	bugs.go       mistakes that can be planted
package store

import (
	"errors"
	"fmt"
	"path"

	"raftian/netsim/env"
)

const (
	segmentDefault = 1 << 20 // bytes of a segment of the log
	segmentStable  = 64 << 10
	retainDefault  = 2
)

// ErrClosed is what every call returns after Close.
var ErrClosed = errors.New("store: closed")

// Options configure a Store. The zero value is valid.
type Options struct {
	// SegmentSize is the size in bytes at which the next file of the log is begun; 0
	// means 1 MiB. A larger batch has a file of its own.
	SegmentSize int64
	// Retain is how many snapshots are kept; 0 means 2.
	Retain int
	// Monotonic is the result of Log.IsMonotonic. If true, raft deletes the whole log
	// when it installs a snapshot. If false, raft compacts the log as after its own
	// snapshot and may leave a gap, which Log.StoreLogs closes. Both are correct with
	// this store.
	Monotonic bool
	// Report is called with one line for each torn tail that is dropped and each damage
	// that is found. It may be called with locks held and must not call the Store.
	Report func(what string)
	// Bug plants a bug, one of Bugs(); "" is none.
	Bug string
}

func (o Options) check() error {
	if o.SegmentSize < 0 {
		return fmt.Errorf("segment size of %d bytes", o.SegmentSize)
	}
	if o.Retain < 0 {
		return fmt.Errorf("%d snapshots to retain", o.Retain)
	}
	if !isBug(o.Bug) {
		return fmt.Errorf("no bug %q can be planted", o.Bug)
	}
	return nil
}

// Store is a participant's durable state. Its parts may be used by several goroutines
// at once.
type Store struct {
	Log       *Log
	Stable    *Stable
	Snapshots *Snapshots

	volume *volume
}

// Open opens the store in dir, or creates an empty one. What it finds is durable when
// it returns, including what a killed process had written and not synced. At most one
// Store may be open on dir.
//
// Damage is a *CorruptError, except in the state of an old snapshot. The newest
// snapshot is verified, since raft would skip one that fails to open and silently use
// an older one.
func Open(fs env.FS, dir string, o Options) (*Store, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	if o.SegmentSize == 0 {
		o.SegmentSize = segmentDefault
	}
	if o.Retain == 0 {
		o.Retain = retainDefault
	}
	s := &Store{volume: newVolume(plantedFS(fs, o.Bug), o.Report)}
	s.volume.bug = o.Bug
	if err := s.open(dir, o); err != nil {
		s.volume.reportDamage(err)
		s.Close()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	return s, nil
}

func (s *Store) open(dir string, o Options) error {
	parts := [...]string{path.Join(dir, "log"), path.Join(dir, "stable"), path.Join(dir, "snapshots")}
	for _, part := range parts {
		if err := s.volume.fs.MkdirAll(part); err != nil {
			return err
		}
	}
	if err := s.volume.syncParents(parts[0]); err != nil {
		return err
	}
	var err error
	if s.Snapshots, err = openSnapshots(s.volume, parts[2], o.Retain); err != nil {
		return err
	}
	if s.Stable, err = openStable(s.volume, parts[1], min(o.SegmentSize, segmentStable)); err != nil {
		return err
	}
	s.Log, err = openLog(s.volume, parts[0], o, s.Snapshots.lastIndex)
	return err
}

// Failed returns the error that failed the Store, or nil.
func (s *Store) Failed() error { return s.volume.usable() }

// Close closes the files. All data is durable already. Open snapshots remain readable.
func (s *Store) Close() error {
	s.volume.fail(ErrClosed)
	var errs []error
	if s.Log != nil {
		errs = append(errs, s.Log.close())
	}
	if s.Stable != nil {
		errs = append(errs, s.Stable.close())
	}
	return errors.Join(errs...)
}
