package store

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

const (
	snapshotSuffix  = ".snap"
	temporarySuffix = ".tmp"
)

// ErrNoSnapshot is returned by Snapshots.Open for a snapshot that does not exist, or no
// longer does.
var ErrNoSnapshot = errors.New("store: no such snapshot")

// Snapshots is a raft.SnapshotStore. IDs are TERM-INDEX-NUMBER; numbers rise while any
// snapshot exists.
type Snapshots struct {
	volume *volume
	dir    string
	retain int

	mu      sync.Mutex
	entries []snapshotEntry // newest first
	number  uint64          // of the last sink
}

// snapshotEntry is a durable snapshot.
type snapshotEntry struct {
	meta   raft.SnapshotMeta
	number uint64
}

var _ raft.SnapshotStore = (*Snapshots)(nil)

func snapshotID(term, index, number uint64) string {
	return fmt.Sprintf("%d-%d-%d", term, index, number)
}

func numberOf(id string) (uint64, error) {
	return strconv.ParseUint(id[strings.LastIndexByte(id, '-')+1:], 10, 64)
}

func (s *Snapshots) file(id string) string { return path.Join(s.dir, id+snapshotSuffix) }

// openSnapshots lists the snapshots in dir, removes unfinished ones, and verifies the
// newest.
func openSnapshots(v *volume, dir string, retain int) (*Snapshots, error) {
	s := &Snapshots{volume: v, dir: dir, retain: retain}
	files, err := v.fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), temporarySuffix) {
			if err := v.fs.Remove(path.Join(dir, f.Name())); err != nil {
				return nil, err
			}
		}
		if id, ok := strings.CutSuffix(f.Name(), snapshotSuffix); ok {
			if err := s.find(id); err != nil {
				return nil, err
			}
		}
	}
	// The process that renamed the newest may have been killed before it was
	// made durable.
	if err := v.fs.SyncDir(dir); err != nil {
		return nil, fmt.Errorf("sync directory %s: %w", dir, err)
	}
	if len(s.entries) > 0 {
		if err := s.verify(s.entries[0].meta.ID); err != nil {
			return nil, err
		}
	}
	return s, s.reap()
}

// verify reads a whole snapshot.
func (s *Snapshots) verify(id string) error {
	file, err := s.openFile(id)
	if err != nil {
		return err
	}
	_, state, err := openState(file)
	if err != nil {
		return err
	}
	return state.Close()
}

// find reads the trailer of a snapshot file and adds it to the list.
func (s *Snapshots) find(id string) error {
	file, err := s.volume.fs.OpenFile(s.file(id), os.O_RDONLY)
	if err != nil {
		return err
	}
	defer file.Close()
	meta, _, err := readTrailer(file)
	if err != nil {
		return err
	}
	number, err := numberOf(id)
	if err != nil || meta.ID != id {
		return &CorruptError{File: s.file(id), Offset: meta.Size, What: fmt.Sprintf("it is snapshot %q", meta.ID)}
	}
	s.add(snapshotEntry{meta, number})
	return nil
}

func (s *Snapshots) add(k snapshotEntry) {
	s.entries = append(s.entries, k)
	slices.SortFunc(s.entries, func(a, b snapshotEntry) int {
		return cmp.Or(cmp.Compare(b.meta.Term, a.meta.Term), cmp.Compare(b.meta.Index, a.meta.Index),
			cmp.Compare(b.number, a.number))
	})
	s.number = max(s.number, k.number)
}

// reap removes all but the newest s.retain snapshots. If a power loss undoes a removal,
// the next opening repeats it.
func (s *Snapshots) reap() error {
	for len(s.entries) > s.retain {
		oldest := s.entries[len(s.entries)-1].meta.ID
		if err := s.volume.fs.Remove(s.file(oldest)); err != nil {
			return fmt.Errorf("reap snapshot %s: %w", oldest, err)
		}
		s.entries = s.entries[:len(s.entries)-1]
	}
	return nil
}

// lastIndex returns the last index that the newest snapshot includes, or 0.
func (s *Snapshots) lastIndex() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.entries) == 0 {
		return 0
	}
	return s.entries[0].meta.Index
}

// Create implements raft.SnapshotStore for version 1, as raft's own stores do. The
// field Peers, which only older versions read, is left out, so the transport is not
// used.
func (s *Snapshots) Create(version raft.SnapshotVersion, index, term uint64,
	configuration raft.Configuration, configurationIndex uint64, _ raft.Transport) (raft.SnapshotSink, error) {
	if version != 1 {
		return nil, fmt.Errorf("store: snapshots of version %d are not supported", version)
	}
	if err := s.volume.usable(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	return newSink(s, s.number, raft.SnapshotMeta{
		Version:            version,
		ID:                 snapshotID(term, index, s.number),
		Index:              index,
		Term:               term,
		Configuration:      configuration.Clone(),
		ConfigurationIndex: configurationIndex,
	})
}

// List implements raft.SnapshotStore: newest first, by term, index and number.
func (s *Snapshots) List() ([]*raft.SnapshotMeta, error) {
	if err := s.volume.usable(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*raft.SnapshotMeta, len(s.entries))
	for i, k := range s.entries {
		list[i] = clone(k.meta)
	}
	return list, nil
}

func clone(meta raft.SnapshotMeta) *raft.SnapshotMeta {
	meta.Configuration = meta.Configuration.Clone()
	return &meta
}

// Open implements raft.SnapshotStore. It verifies the whole state before it returns,
// and again while it is read. The reader stays valid when the snapshot is reaped.
// Damage is a *CorruptError.
func (s *Snapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	if err := s.volume.usable(); err != nil {
		return nil, nil, err
	}
	file, err := s.openFile(id)
	if err != nil {
		return nil, nil, err
	}
	meta, state, err := openState(file)
	if err != nil {
		return nil, nil, s.volume.reportDamage(err)
	}
	return meta, newSnapshotReader(state, s.volume), nil
}

func (s *Snapshots) openFile(id string) (env.File, error) {
	// Held until the file is open, so that it is not reaped in between.
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.entries, func(k snapshotEntry) bool { return k.meta.ID == id }) {
		return nil, fmt.Errorf("%w: %q", ErrNoSnapshot, id)
	}
	return s.volume.fs.OpenFile(s.file(id), os.O_RDONLY)
}
