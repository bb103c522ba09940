package store

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// errEnded is returned by a sink that was closed or cancelled.
var errEnded = errors.New("store: the snapshot was cancelled or closed")

// sink is a raft.SnapshotSink, a snapshot that is being written. Its file has a
// temporary name until it is durable.
type sink struct {
	store  *Snapshots
	number uint64
	meta   raft.SnapshotMeta
	name   string
	file   env.File
	state  *bufio.Writer
	sum    uint32
	ended  bool
	result error // of Close, once ended
}

var _ raft.SnapshotSink = (*sink)(nil)

func newSink(s *Snapshots, number uint64, meta raft.SnapshotMeta) (*sink, error) {
	name := path.Join(s.dir, meta.ID+temporarySuffix)
	file, err := s.volume.fs.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return nil, fmt.Errorf("create snapshot: %w", err)
	}
	return &sink{
		store: s, number: number, meta: meta, name: name,
		file: file, state: bufio.NewWriterSize(file, chunkSize),
	}, nil
}

// ID implements raft.SnapshotSink.
func (k *sink) ID() string { return k.meta.ID }

// Write implements raft.SnapshotSink. After an error Close fails, too.
func (k *sink) Write(p []byte) (int, error) {
	if k.ended {
		return 0, errEnded
	}
	n, err := k.state.Write(p)
	if err != nil {
		return n, fmt.Errorf("write snapshot %s: %w", k.meta.ID, err)
	}
	k.sum = crc32.Update(k.sum, crc32.MakeTable(crc32.Castagnoli), p)
	k.meta.Size += int64(n)
	return n, nil
}

// Close implements raft.SnapshotSink: it makes the snapshot durable, and then removes
// old ones. If it fails before the snapshot has its final name, nothing of it remains.
// A second Close, as by raft after the FSM's, returns the same result. Unlike in raft's
// own stores, closing a cancelled sink is an error: raft would otherwise compact the
// log for a snapshot that does not exist.
func (k *sink) Close() error {
	if !k.ended {
		k.ended = true
		k.result = k.finish()
	}
	return k.result
}

// Cancel implements raft.SnapshotSink: nothing of the snapshot remains. After Close it
// does nothing.
func (k *sink) Cancel() error {
	if k.ended {
		return nil
	}
	k.ended = true
	k.result = errEnded
	return k.discard()
}

func (k *sink) discard() error {
	return errors.Join(k.file.Close(), k.store.volume.fs.Remove(k.name))
}

func (k *sink) finish() error {
	if err := k.complete(); err != nil {
		return errors.Join(fmt.Errorf("close snapshot %s: %w", k.meta.ID, err), k.discard())
	}
	if err := k.file.Close(); err != nil {
		return fmt.Errorf("close snapshot %s: %w", k.meta.ID, err)
	}
	return k.store.install(k)
}

// complete makes the file's content durable.
func (k *sink) complete() error {
	if err := k.store.volume.usable(); err != nil {
		return err
	}
	trailer, err := appendTrailer(nil, &k.meta, k.sum)
	if err != nil {
		return err
	}
	if _, err := k.state.Write(trailer); err != nil {
		return err
	}
	if err := k.state.Flush(); err != nil {
		return err
	}
	if k.store.volume.bug == BugSnapshotNotSynced {
		return nil
	}
	return k.file.Sync()
}

// install gives a snapshot its final name, and then removes old ones.
func (s *Snapshots) install(k *sink) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.volume.fs.Rename(k.name, s.file(k.meta.ID))
	if err == nil {
		err = s.volume.fs.SyncDir(s.dir)
	}
	if err != nil {
		return s.volume.fail(fmt.Errorf("install snapshot %s: %w", k.meta.ID, err))
	}
	s.add(snapshotEntry{k.meta, k.number})
	if err := s.reap(); err != nil {
		return fmt.Errorf("snapshot %s is durable, but %w", k.meta.ID, err)
	}
	return nil
}
