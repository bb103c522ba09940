package observe

import (
	"io"
	"sync"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Hasher says what state a state machine is in: machines that have applied the same entries
// have the same hash, which is not 0. It is asked after each entry. A raft.FSM may be one.
type Hasher interface{ Hash() uint64 }

// FSM reports what a state machine applies, and its snapshots. It is a raft.BatchingFSM and a
// raft.ConfigurationStore if fsm is: the library treats these in other ways.
func (o *Observer) FSM(fsm raft.FSM) raft.FSM {
	f := &observedFSM{FSM: fsm, o: o}
	batching, batches := fsm.(raft.BatchingFSM)
	configured, stores := fsm.(raft.ConfigurationStore)
	switch {
	case batches && stores:
		return struct {
			*observedFSM
			batchesOf
			configurationsOf
		}{f, batchesOf{f, batching}, configurationsOf{f, configured}}
	case batches:
		return struct {
			*observedFSM
			batchesOf
		}{f, batchesOf{f, batching}}
	case stores:
		return struct {
			*observedFSM
			configurationsOf
		}{f, configurationsOf{f, configured}}
	}
	return f
}

type observedFSM struct {
	raft.FSM
	o *Observer

	mu          sync.Mutex // held while the reach changes
	index, term uint64     // of the last entry that the state holds
}

// state is the hash of the state; 0 is not known.
func (f *observedFSM) state() uint64 {
	if f.o.Hasher != nil {
		return f.o.Hasher.Hash()
	}
	if h, ok := f.FSM.(Hasher); ok {
		return h.Hash()
	}
	return 0
}

// caller is whose call an entry is.
func (f *observedFSM) caller(entry *raft.Log) (client string, seq uint64) {
	if f.o.Caller != nil {
		return f.o.Caller(entry)
	}
	return "", 0
}

func (f *observedFSM) reached(index, term uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.index, f.term = index, term
}

// configurationsOf are the committed configurations that a state machine stores.
type configurationsOf struct {
	f     *observedFSM
	store raft.ConfigurationStore
}

// StoreConfiguration implements raft.ConfigurationStore.
func (c configurationsOf) StoreConfiguration(index uint64, conf raft.Configuration) {
	c.f.reached(index, 0)
	c.f.o.Configured(index, conf)
	c.store.StoreConfiguration(index, conf)
}

// Snapshot implements raft.FSM.
func (f *observedFSM) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.Lock()
	taken := env.Note{Kind: env.KindSnapshot, Index: f.index, Term: f.term}
	f.mu.Unlock()
	taken.State = f.state()
	s, err := f.FSM.Snapshot()
	if err != nil {
		return nil, err
	}
	return &observedSnapshot{s, f.o, taken}, nil
}

type observedSnapshot struct {
	raft.FSMSnapshot
	o     *Observer
	taken env.Note
}

// Persist implements raft.FSMSnapshot. The snapshot reaches as far as the sink says: behind
// the last entry that the state machine was given there may be some that it is not told of,
// such as a barrier.
func (s *observedSnapshot) Persist(sink raft.SnapshotSink) error {
	if meta := ReachOfSink(sink); meta != nil {
		s.taken.Index, s.taken.Term = meta.Index, meta.Term
	}
	s.o.Env.Emit(s.taken)
	return s.FSMSnapshot.Persist(sink)
}

// Restore implements raft.FSM.
func (f *observedFSM) Restore(from io.ReadCloser) error {
	meta := Reach(from)
	if err := f.FSM.Restore(unwrapped(from)); err != nil {
		return err
	}
	n := env.Note{Kind: env.KindRestore, State: f.state(), Text: "start"}
	if f.o.running {
		n.Text = "install"
	}
	if meta != nil {
		n.Index, n.Term = meta.Index, meta.Term
	}
	f.reached(n.Index, n.Term)
	f.o.Env.Emit(n)
	return nil
}

// unwrapped is what a state machine restores from, as it would be without an Observer: what
// raft.ReadCloserWrapper gives it is what the snapshot store has opened.
func unwrapped(from io.ReadCloser) io.ReadCloser {
	if s, ok := from.(observedState); ok {
		return s.ReadCloser
	}
	w, ok := from.(raft.ReadCloserWrapper)
	if !ok {
		return from
	}
	if s, ok := w.WrappedReadCloser().(observedState); ok {
		return restored{from, s.ReadCloser}
	}
	return from
}

// restored is a reader that the library has wrapped, around the one that a store opened.
type restored struct {
	io.ReadCloser
	opened io.ReadCloser
}

// WrappedReadCloser implements raft.ReadCloserWrapper.
func (r restored) WrappedReadCloser() io.ReadCloser { return r.opened }
