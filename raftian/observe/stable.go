package observe

import (
	"errors"
	"runtime"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// KeyLastVoteTerm is the key under which the library keeps the term of its last vote, a
// number (raft.go).
const KeyLastVoteTerm = "LastVoteTerm"

// The keys of its term and of the candidate that it voted for.
const (
	keyCurrentTerm  = "CurrentTerm"
	keyLastVoteCand = "LastVoteCand"
)

// Stable reports terms and votes once they are durable. It ends the program when the store
// fails.
func (o *Observer) Stable(s raft.StableStore) raft.StableStore {
	return &observedStable{StableStore: s, o: o}
}

// observedStable knows a vote as a term and a candidate, which the library writes in this
// order; one that is mended writes them in the other.
type observedStable struct {
	raft.StableStore
	o        *Observer
	voteTerm *uint64 // written without a candidate as yet
	voteCand *string // written without a term as yet
}

// SetUint64 implements raft.StableStore. After raftian/store was closed it ends the
// goroutine: those that serve connections outlive Shutdown, which closes none, and take
// one more heartbeat; the library panics if it cannot save a term.
func (s *observedStable) SetUint64(key []byte, value uint64) error {
	if err := s.StableStore.SetUint64(key, value); err != nil {
		if errors.Is(err, store.ErrClosed) {
			runtime.Goexit()
		}
		return s.o.fail("writing "+string(key), err)
	}
	switch string(key) {
	case keyCurrentTerm:
		s.o.Env.Emit(env.Note{Kind: env.KindTerm, Term: value})
	case KeyLastVoteTerm:
		if s.voteTerm = &value; s.voteCand != nil {
			s.voted()
		}
	}
	return nil
}

// Set implements raft.StableStore.
func (s *observedStable) Set(key, value []byte) error {
	if err := s.StableStore.Set(key, value); err != nil {
		return s.o.fail("writing "+string(key), err)
	}
	if string(key) == keyLastVoteCand {
		candidate := string(value)
		if s.voteCand = &candidate; s.voteTerm != nil {
			s.voted()
		}
	}
	return nil
}

// voted reports a vote, both parts of which are durable.
func (s *observedStable) voted() {
	s.o.Env.Emit(env.Note{Kind: env.KindVote, Term: *s.voteTerm, Peer: s.o.Name(*s.voteCand)})
	s.voteTerm, s.voteCand = nil, nil
}

// Get implements raft.StableStore.
func (s *observedStable) Get(key []byte) ([]byte, error) {
	value, err := s.StableStore.Get(key)
	return value, s.o.fail("reading "+string(key), err)
}

// GetUint64 implements raft.StableStore.
func (s *observedStable) GetUint64(key []byte) (uint64, error) {
	value, err := s.StableStore.GetUint64(key)
	return value, s.o.fail("reading "+string(key), err)
}
