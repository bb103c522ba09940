package node

import (
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// A Node whose store fails ends: what its disk holds is not known any more, and
// the library panics over some of these errors and goes on after others. Started
// again it finds out what is there.

// failure ends the program over an error of the store. It returns err only when
// that is no failure: what was asked for is not there, or the store is closed.
func failure(e env.Env, what string, err error) error {
	if err == nil || errors.Is(err, raft.ErrLogNotFound) || errors.Is(err, store.ErrKeyNotFound) ||
		errors.Is(err, store.ErrNoSnapshot) || errors.Is(err, store.ErrClosed) {
		return err
	}
	e.Exit(fmt.Errorf("%s: %w", what, err))
	return err
}

// guardedSnapshots ends the program when the store fails under a snapshot. A
// snapshot that fails alone, with nothing resting on it yet, is the library's to
// deal with.
type guardedSnapshots struct {
	raft.SnapshotStore
	env    env.Env
	failed func() error // what failed the store as a whole
	stored func(index uint64, c raft.Configuration)
}

func (g *guardedSnapshots) check(what string, err error) error {
	var damage *store.CorruptError
	switch failed := g.failed(); {
	case failed != nil:
		_ = failure(g.env, what, failed)
	case errors.As(err, &damage):
		_ = failure(g.env, what, err)
	}
	return err
}

// Create implements raft.SnapshotStore.
func (g *guardedSnapshots) Create(version raft.SnapshotVersion, index, term uint64, c raft.Configuration,
	configurationIndex uint64, trans raft.Transport) (raft.SnapshotSink, error) {
	sink, err := g.SnapshotStore.Create(version, index, term, c, configurationIndex, trans)
	if err != nil {
		return nil, g.check("beginning a snapshot", err)
	}
	return &guardedSink{sink, g, index, term, configurationIndex, c}, nil
}

// List implements raft.SnapshotStore.
func (g *guardedSnapshots) List() ([]*raft.SnapshotMeta, error) {
	list, err := g.SnapshotStore.List()
	return list, g.check("listing snapshots", err)
}

// Open implements raft.SnapshotStore.
func (g *guardedSnapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	meta, state, err := g.SnapshotStore.Open(id)
	if err != nil {
		return nil, nil, g.check("opening a snapshot", err)
	}
	return meta, openSnapshot{state, meta}, nil
}

// openSnapshot is a snapshot's state that knows how far it reaches.
type openSnapshot struct {
	io.ReadCloser
	meta *raft.SnapshotMeta
}

// metaOf is the description of the snapshot that a state machine is given, or
// nil.
func metaOf(from io.ReadCloser) *raft.SnapshotMeta {
	if w, ok := from.(raft.ReadCloserWrapper); ok {
		from = w.WrappedReadCloser()
	}
	if s, ok := from.(openSnapshot); ok {
		return s.meta
	}
	return nil
}

type guardedSink struct {
	raft.SnapshotSink
	g                  *guardedSnapshots
	index, term        uint64 // through which the snapshot reaches
	configurationIndex uint64
	configuration      raft.Configuration
}

// Close implements raft.SnapshotSink. The snapshot's configuration, which is
// committed, is stored with it.
func (s *guardedSink) Close() error {
	if err := s.SnapshotSink.Close(); err != nil {
		return s.g.check("finishing a snapshot", err)
	}
	s.g.stored(s.configurationIndex, s.configuration)
	return nil
}

// errShutDown ends the program of a Node whose library has shut itself down, as a
// leader's does that removed itself.
var errShutDown = errors.New("removed from the cluster")
