package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/raft"
)

// ErrKeyNotFound is returned by Stable.Get for a key that was never set. raft compares
// its text with that of raft.InmemStore.
var ErrKeyNotFound = errors.New("not found")

// Stable is a raft.StableStore: a few keys with short values.
//
// Each Set appends all keys and values to a journal as one batch, usually of one
// sector, with one fsync. Writing a new file and renaming it would take two, and raft
// makes two Sets for each vote. Only the last batch matters, so older segments are
// removed when a new one has begun.
type Stable struct {
	volume *volume

	mu      sync.Mutex
	journal *journal
	pairs   []pair // sorted by key
}

var _ raft.StableStore = (*Stable)(nil)

type pair struct {
	key   string
	value []byte
}

func openStable(v *volume, dir string, limit int64) (*Stable, error) {
	s := &Stable{volume: v}
	var err error
	s.journal, err = openJournal(v, dir, limit, func(b *batch, payload []byte) error {
		var ok bool
		if s.pairs, ok = parsePairs(payload); !ok {
			return b.segment.corrupt(b.offset, fmt.Sprintf("batch %d: %v", b.seq, errFormat))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.dropSegments(); err != nil {
		s.journal.close()
		return nil, err
	}
	return s, nil
}

// dropSegments removes the segments before the one with the last batch. At opening the
// newest segment may be empty; then its predecessor has it.
func (s *Stable) dropSegments() error {
	segments := s.journal.segments
	if len(segments) == 0 {
		return nil
	}
	keep := s.journal.last()
	if keep.size == 0 && len(segments) > 1 {
		keep = segments[len(segments)-2]
	}
	return s.journal.dropBefore(keep)
}

// A batch of the stable store's journal is a count and for each pair the length
// and bytes of the key, then of the value. Numbers are uvarints.
func appendPairs(dst []byte, pairs []pair) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(pairs)))
	for _, p := range pairs {
		dst = binary.AppendUvarint(dst, uint64(len(p.key)))
		dst = append(dst, p.key...)
		dst = binary.AppendUvarint(dst, uint64(len(p.value)))
		dst = append(dst, p.value...)
	}
	return dst
}

func parsePairs(payload []byte) (pairs []pair, ok bool) {
	r := reader{payload, true}
	for range r.uvarint() {
		key, value := string(r.bytes()), slices.Clone(r.bytes())
		if !r.ok {
			return nil, false
		}
		pairs = append(pairs, pair{key, value})
	}
	return pairs, r.ok && len(r.rest) == 0
}

func (s *Stable) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(s.pairs, string(key), func(p pair, key string) int {
		return strings.Compare(p.key, key)
	})
}

// Set implements raft.StableStore. After a crash before it has returned, the key has
// its old value or the new one.
func (s *Stable) Set(key, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := pair{string(key), slices.Clone(value)}
	i, found := s.find(key)
	pairs := slices.Clone(s.pairs)
	if found {
		pairs[i] = set
	} else {
		pairs = slices.Insert(pairs, i, set)
	}
	if s.defersWrite(key) {
		s.pairs = pairs
		return nil
	}
	s.journal.deferSync = s.defersSync(key)
	if _, err := s.journal.append(appendPairs(nil, pairs)); err != nil {
		return err
	}
	s.pairs = pairs
	return s.dropSegments()
}

// Get implements raft.StableStore. The error is ErrKeyNotFound for a key that was never
// set.
func (s *Stable) Get(key []byte) ([]byte, error) {
	if err := s.volume.usable(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.find(key)
	if !found {
		return nil, ErrKeyNotFound
	}
	return append([]byte{}, s.pairs[i].value...), nil
}

// SetUint64 implements raft.StableStore.
func (s *Stable) SetUint64(key []byte, value uint64) error {
	return s.Set(key, binary.BigEndian.AppendUint64(nil, value))
}

// GetUint64 implements raft.StableStore. It returns 0 for a key that was never set.
func (s *Stable) GetUint64(key []byte) (uint64, error) {
	value, err := s.Get(key)
	switch {
	case err == ErrKeyNotFound:
		return 0, nil
	case err != nil:
		return 0, err
	case len(value) != 8:
		return 0, fmt.Errorf("store: the value of %q is %d bytes long, not 8", key, len(value))
	}
	return binary.BigEndian.Uint64(value), nil
}

// close closes the files once no call is under way.
func (s *Stable) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.close()
}
