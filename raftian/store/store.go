// Package store keeps a Raft participant's log, vote and snapshots on a
// machine's disk: a raft.LogStore, a raft.StableStore and a raft.SnapshotStore
// on env.FS. The same calls make the same calls of the FS in the same order:
// there is no clock, no randomness and no goroutine in here.
//
// It is not a cache: each GetLog reads the disk and verifies what it finds. Put
// raft.LogCache in front of it.
//
// # On the disk
//
//	DIR/log/%016x.seg       segments of a journal: the log
//	DIR/stable/%016x.seg    segments of a journal: terms and votes
//	DIR/snapshots/ID.snap   a snapshot; ID.tmp while it is written
//
// A journal is only ever appended to, one batch at a time, and every batch is
// synced before the next is written; what is deleted from the log is deleted by
// a batch that says so. A batch is a whole number of 512-byte sectors, each of
// which tells to which batch it belongs, and where in it. No sector that was
// acknowledged is written again with other content, so a power loss cannot tear
// it.
//
// # What is told from what
//
// A power loss leaves of the one unsynced batch at the end of a journal any
// subset of its sectors, zeros for the others, and a file of any length. That
// is a torn tail: Open cuts it off and reports it. Everything else that does not
// verify is damage, and a *CorruptError: a sector that is neither zero nor
// whole, any sector of a later batch behind a hole, any hole in an older
// segment, a segment missing from the middle. So each flipped bit is told from
// a torn write, in the very last batch too.
//
// Three losses cannot be told from writes that never happened: sectors of the
// last batch that were acknowledged and are zero now, a file cut short within
// its last batches, and the newest segments or the newest snapshots gone from
// their directory. They need a disk that lied about an fsync.
//
// # After an error
//
// A write or fsync that fails says nothing about what is on the disk, and an
// fsync that succeeds afterwards does not either (Rebello et al., "Can
// Applications Recover from fsync Failures?", USENIX ATC 2020). So the first
// such failure fails the Store: every call on any of its parts returns that
// error until the store is opened anew. The one exception is a snapshot's
// temporary file, on which nothing rests yet: it fails its own sink.
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

// Options adjust a Store. The zero value is good.
type Options struct {
	// SegmentSize is how long a file of the log may grow, in bytes, before the
	// next is begun; 0 means 1 MiB. A longer batch has a file to itself.
	SegmentSize int64
	// Retain is how many snapshots are kept; 0 means 2.
	Retain int
	// Monotonic is what Log.IsMonotonic tells raft. If true, raft deletes the
	// whole log when a snapshot replaces it; if false, it compacts the log as
	// after a snapshot of its own and may leave a gap, which Log.StoreLogs
	// closes. Either is correct here; raft takes different ways.
	Monotonic bool
	// Report is told of each torn tail that is dropped and of each damage that
	// is found, in one line. It may be called with locks held and must not call
	// the Store.
	Report func(what string)
	// Bug plants a mistake, one of Bugs; "" is none.
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

// Store is a participant's durable state. Its parts may be used by many
// goroutines at once.
type Store struct {
	Log       *Log
	Stable    *Stable
	Snapshots *Snapshots

	volume *volume
}

// Open opens the store in dir, or makes an empty one. What it finds is durable
// when it returns, also what a killed process had written and not synced.
//
// Damage, other than of an old snapshot's state, is a *CorruptError: the newest
// snapshot is read through, since raft would pass over one that fails to open
// and silently go back to an older one. At most one Store may be open on dir.
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

// Failed returns what failed the Store, or nil.
func (s *Store) Failed() error { return s.volume.usable() }

// Close lets go of the files. Nothing is left to be made durable. Snapshots
// that were opened stay readable.
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
