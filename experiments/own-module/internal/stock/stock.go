// Package stock is what the shop replicates: how many of each item are in stock.
package stock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/raft"
)

// Stock is a raft.FSM. Its commands are
//
//	add ITEM N     puts N more in stock
//	take ITEM N    takes N out, if that many are there
//	count ITEM     changes nothing
//
// and each answers with the number that is in stock then.
type Stock struct {
	mu    sync.Mutex
	items map[string]int
}

// New returns an empty stock.
func New() *Stock { return &Stock{items: map[string]int{}} }

// Apply implements raft.FSM.
func (s *Stock) Apply(entry *raft.Log) any {
	verb, item, n, err := parse(string(entry.Data))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case verb == "take" && s.items[item] < n:
		return fmt.Sprintf("only %d", s.items[item])
	case verb == "take":
		s.items[item] -= n
	case verb == "add":
		s.items[item] += n
	}
	return strconv.Itoa(s.items[item])
}

func parse(command string) (verb, item string, n int, err error) {
	words := strings.Fields(command)
	switch {
	case len(words) == 2 && words[0] == "count":
		return words[0], words[1], 0, nil
	case len(words) == 3 && (words[0] == "add" || words[0] == "take"):
		n, err = strconv.Atoi(words[2])
		return words[0], words[1], n, err
	}
	return "", "", 0, errors.New("unknown command")
}

// Snapshot implements raft.FSM.
func (s *Stock) Snapshot() (raft.FSMSnapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return snapshot(maps.Clone(s.items)), nil
}

// Restore implements raft.FSM.
func (s *Stock) Restore(from io.ReadCloser) error {
	defer from.Close()
	items := map[string]int{}
	if err := json.NewDecoder(from).Decode(&items); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = items
	return nil
}

type snapshot map[string]int

// Persist implements raft.FSMSnapshot.
func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := json.NewEncoder(sink).Encode(s); err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// Release implements raft.FSMSnapshot.
func (s snapshot) Release() {}
