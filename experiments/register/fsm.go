package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"strings"
	"sync"

	"github.com/hashicorp/raft"
)

// store is a key-value store as a raft.FSM. Its commands are
//
//	put KEY VALUE
//	get KEY
//	cas KEY OLD NEW    (OLD "-" means absent)
type store struct {
	mu     sync.Mutex
	values map[string]string
}

func newStore() *store { return &store{values: map[string]string{}} }

// Apply implements raft.FSM; its response is what the client is told.
func (s *store) Apply(l *raft.Log) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := strings.Fields(string(l.Data))
	switch {
	case len(words) == 3 && words[0] == "put":
		s.values[words[1]] = words[2]
		return "done"
	case len(words) == 2 && words[0] == "get":
		return s.get(words[1])
	case len(words) == 4 && words[0] == "cas":
		if old := s.get(words[1]); old != words[2] {
			return "was " + old
		}
		s.values[words[1]] = words[3]
		return "done"
	}
	return errors.New("unknown command")
}

func (s *store) get(key string) string {
	if v, ok := s.values[key]; ok {
		return v
	}
	return "-"
}

// Snapshot implements raft.FSM.
func (s *store) Snapshot() (raft.FSMSnapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return snapshot(maps.Clone(s.values)), nil
}

// Restore implements raft.FSM.
func (s *store) Restore(r io.ReadCloser) error {
	defer r.Close()
	values := map[string]string{}
	if err := json.NewDecoder(r).Decode(&values); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = values
	return nil
}

type snapshot map[string]string

// Persist implements raft.FSMSnapshot.
func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := json.NewEncoder(sink).Encode(s); err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// Release implements raft.FSMSnapshot.
func (s snapshot) Release() {}
