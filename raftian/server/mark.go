package server

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"raftian/netsim/env"
	"raftian/raftian/store"
)

// A store cannot tell a file that was cut short, or that is gone, from one that was
// never written. So a served node writes down beside its store, every second and after
// each vote, how far the log was committed, the term, and the term of its last vote.
// All that was on the disk before, and stays: a store that does not reach as far has
// lost something, and a node with it would give the cluster's promises away.
type mark struct {
	Committed uint64 `json:"committed"`
	Term      uint64 `json:"term"`
	Voted     uint64 `json:"voted"`
}

const markEvery = time.Second

// checkStore opens the store in a data directory and refuses it if it is damaged, or
// ends before where it once was.
func checkStore(e env.Env, dir string) error {
	least, err := readMark(dir)
	if err != nil {
		return err
	}
	if _, err := e.FS().Stat("raft"); err != nil && least == (mark{}) {
		return nil
	}
	s, err := store.Open(e.FS(), "raft", store.Options{})
	if err != nil {
		return refuse("the store in %s cannot be used: %w", dir, err)
	}
	defer s.Close()
	first, err1 := s.Log.FirstIndex()
	last, err2 := s.Log.LastIndex()
	snapshots, err3 := s.Snapshots.List()
	term, err4 := number(s.Stable, "CurrentTerm")
	voted, err5 := number(s.Stable, "LastVoteTerm")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return refuse("the store in %s cannot be used: %w", dir, err)
	}
	snapshot := uint64(0)
	for _, one := range snapshots {
		snapshot = max(snapshot, one.Index)
	}
	switch {
	case first > snapshot+1:
		return refuse("the store in %s has lost entries: its last snapshot goes through %d, and its log begins at %d; %s",
			dir, snapshot, first, anew)
	case max(last, snapshot) < least.Committed:
		return refuse("the store in %s has lost entries: it ends at %d, and entry %d was committed on it; %s",
			dir, max(last, snapshot), least.Committed, anew)
	case voted < least.Voted, max(term, voted) < least.Term:
		return refuse("the store in %s has lost a vote or a term: it knows term %d and a vote in term %d, and there were term %d and a vote in term %d; %s",
			dir, term, voted, least.Term, least.Voted, anew)
	}
	return nil
}

// number reads one of the library's numbers; 0 is what is not there.
func number(s *store.Stable, key string) (uint64, error) {
	n, err := s.GetUint64([]byte(key))
	if errors.Is(err, store.ErrKeyNotFound) {
		return 0, nil
	}
	return n, err
}

// anew is what becomes of a node whose store has lost something.
const anew = "delete the directory and have the node join anew, at another address"

func markOf(dir string) string { return filepath.Join(dir, "mark") }

func readMark(dir string) (m mark, err error) {
	text, err := os.ReadFile(markOf(dir))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 { // the latter after a power loss
		return mark{}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return mark{}, refuse("%s, which says what the store must hold, cannot be read: %w", markOf(dir), err)
	}
	return m, nil
}

// marker knows what is to be written down.
type marker struct {
	term, voted atomic.Uint64
	soon        chan struct{}
}

// note takes what the node reports.
func (m *marker) note(n env.Note) {
	switch n.Kind {
	case env.KindTerm:
		m.term.Store(n.Term)
	case env.KindVote:
		m.voted.Store(n.Term)
	case env.KindConfig:
	default:
		return
	}
	select {
	case m.soon <- struct{}{}:
	default:
	}
}

// mark writes down what the store must hold from now on, until the node stops.
func (s *Server) mark() {
	tick := time.NewTicker(markEvery)
	defer tick.Stop()
	written, _ := readMark(s.o.Dir) // it was read before
	for {
		select {
		case <-s.ending:
			return
		case <-tick.C:
		case <-s.marker.soon:
		}
		s.remember()
		now := mark{max(written.Committed, s.service.View().Commit), max(written.Term, s.marker.term.Load()), max(written.Voted, s.marker.voted.Load())}
		if now == written {
			continue
		}
		// Not synced: what is older than the store claims too little, which is no harm.
		text, err := json.Marshal(now)
		if err == nil {
			err = jot(markOf(s.o.Dir), append(text, '\n'))
		}
		if err != nil {
			s.log.Warn("writing down what the store must hold", "error", err)
			continue
		}
		written = now
	}
}

// jot writes a file so that it is there as it was or as it is to be, but for a power
// loss.
func jot(path string, text []byte) error {
	return errors.Join(os.WriteFile(path+".new", text, 0o600), os.Rename(path+".new", path))
}
