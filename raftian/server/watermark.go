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

// watermark is the durable lower bound of what a store must hold: the commit index, the
// term, and the term of the last vote. A store cannot tell a file that was cut short,
// or is missing, from one that was never written. So a served node writes its watermark
// beside its store every second and after each vote. A store that ends below it has
// lost entries or votes, and a node that ran with it could break Raft's promises.
type watermark struct {
	Committed uint64 `json:"committed"`
	Term      uint64 `json:"term"`
	Voted     uint64 `json:"voted"`
}

const watermarkInterval = time.Second

// checkStore opens the store of a data directory. It refuses a store that is damaged or
// that ends below the watermark.
func checkStore(e env.Env, dir string) error {
	want, err := readWatermark(dir)
	if err != nil {
		return err
	}
	if _, err := e.FS().Stat("raft"); err != nil && want == (watermark{}) {
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
	term, err4 := uint64Of(s.Stable, "CurrentTerm")
	voted, err5 := uint64Of(s.Stable, "LastVoteTerm")
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
			dir, snapshot, first, rejoinHint)
	case max(last, snapshot) < want.Committed:
		return refuse("the store in %s has lost entries: it ends at %d, and entry %d was committed on it; %s",
			dir, max(last, snapshot), want.Committed, rejoinHint)
	case voted < want.Voted, max(term, voted) < want.Term:
		return refuse("the store in %s has lost a vote or a term: it knows term %d and a vote in term %d, and there were term %d and a vote in term %d; %s",
			dir, term, voted, want.Term, want.Voted, rejoinHint)
	}
	return nil
}

// uint64Of reads a number that the library stored; 0 if the key is absent.
func uint64Of(s *store.Stable, key string) (uint64, error) {
	n, err := s.GetUint64([]byte(key))
	if errors.Is(err, store.ErrKeyNotFound) {
		return 0, nil
	}
	return n, err
}

// rejoinHint ends the refusal of a store that has lost something.
const rejoinHint = "delete the directory and have the node join again at another address"

func watermarkPath(dir string) string { return filepath.Join(dir, "mark") }

func readWatermark(dir string) (m watermark, err error) {
	text, err := os.ReadFile(watermarkPath(dir))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 { // empty after a power loss
		return watermark{}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return watermark{}, refuse("the watermark %s cannot be read: %w", watermarkPath(dir), err)
	}
	return m, nil
}

// watermarkSource holds the term and the vote of the next watermark.
type watermarkSource struct {
	term, voted atomic.Uint64
	changed     chan struct{} // has an element if they should be written now
}

// note takes the term and the vote from a note of the node.
func (m *watermarkSource) note(n env.Note) {
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
	case m.changed <- struct{}{}:
	default:
	}
}

// saveWatermarks writes the watermark and the address book until the node stops.
func (s *Server) saveWatermarks() {
	tick := time.NewTicker(watermarkInterval)
	defer tick.Stop()
	written, _ := readWatermark(s.o.Dir) // checkStore has read it without an error
	for {
		select {
		case <-s.stopping:
			return
		case <-tick.C:
		case <-s.watermarks.changed:
		}
		s.saveAddresses()
		now := watermark{max(written.Committed, s.service.View().Commit), max(written.Term, s.watermarks.term.Load()), max(written.Voted, s.watermarks.voted.Load())}
		if now == written {
			continue
		}
		// Not synced: an old watermark is a weaker bound, and still a correct one.
		text, err := json.Marshal(now)
		if err == nil {
			err = replaceUnsynced(watermarkPath(s.o.Dir), append(text, '\n'))
		}
		if err != nil {
			s.log.Warn("writing the watermark", "error", err)
			continue
		}
		written = now
	}
}

// replaceUnsynced replaces a file atomically, except after a power loss.
func replaceUnsynced(path string, text []byte) error {
	return errors.Join(os.WriteFile(path+".new", text, 0o600), os.Rename(path+".new", path))
}
