package observe

import (
	"errors"
	"io"

	"github.com/hashicorp/raft"

	"raftian/raftian/store"
)

// Snapshots lets state machines know how far snapshots reach, and tells the configurations
// that they hold. It ends the program when the store fails under a snapshot. A snapshot that
// fails alone, with nothing resting on it yet, is the library's to deal with.
func (o *Observer) Snapshots(s raft.SnapshotStore) raft.SnapshotStore { return observedSnapshots{s, o} }

type observedSnapshots struct {
	raft.SnapshotStore
	o *Observer
}

func (s observedSnapshots) check(what string, err error) error {
	var damage *store.CorruptError
	switch broken := s.o.Broken(); {
	case broken != nil:
		_ = s.o.fail(what, broken)
	case errors.As(err, &damage):
		_ = s.o.fail(what, err)
	}
	return err
}

// Create implements raft.SnapshotStore.
func (s observedSnapshots) Create(version raft.SnapshotVersion, index, term uint64, c raft.Configuration,
	configurationIndex uint64, trans raft.Transport) (raft.SnapshotSink, error) {
	sink, err := s.SnapshotStore.Create(version, index, term, c, configurationIndex, trans)
	if err != nil {
		return nil, s.check("beginning a snapshot", err)
	}
	meta := &raft.SnapshotMeta{Index: index, Term: term, Configuration: c, ConfigurationIndex: configurationIndex}
	return observedSink{sink, s, meta}, nil
}

// List implements raft.SnapshotStore.
func (s observedSnapshots) List() ([]*raft.SnapshotMeta, error) {
	list, err := s.SnapshotStore.List()
	return list, s.check("listing snapshots", err)
}

// Open implements raft.SnapshotStore.
func (s observedSnapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	meta, state, err := s.SnapshotStore.Open(id)
	if err != nil {
		return nil, nil, s.check("opening a snapshot", err)
	}
	return meta, observedState{state, meta}, nil
}

// observedState is a snapshot's state that knows how far it reaches.
type observedState struct {
	io.ReadCloser
	meta *raft.SnapshotMeta
}

// observedSink is a snapshot under way that knows how far it will reach.
type observedSink struct {
	raft.SnapshotSink
	s    observedSnapshots
	meta *raft.SnapshotMeta
}

// Close implements raft.SnapshotSink. The snapshot's configuration, which is committed, is
// told.
func (k observedSink) Close() error {
	if err := k.SnapshotSink.Close(); err != nil {
		return k.s.check("finishing a snapshot", err)
	}
	k.s.o.Configured(k.meta.ConfigurationIndex, k.meta.Configuration)
	return nil
}

// ReachOfSink says how far the snapshot reaches that a state machine is to persist; nil if
// the sink is not of an observed store.
func ReachOfSink(sink raft.SnapshotSink) *raft.SnapshotMeta {
	if k, ok := sink.(observedSink); ok {
		return k.meta
	}
	return nil
}

// Reach says how far the snapshot reaches that a state machine is to restore; nil if it is
// not of an observed store.
func Reach(from io.ReadCloser) *raft.SnapshotMeta {
	if w, ok := from.(raft.ReadCloserWrapper); ok {
		from = w.WrappedReadCloser()
	}
	if s, ok := from.(observedState); ok {
		return s.meta
	}
	return nil
}
