package node

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/raft"
)

// committedLog is a raft.CommitTrackingLogStore: it keeps with each entry what
// was committed when it was written, as the last eight bytes of the entry's
// extensions, and hides that from whoever reads the entry. An entry and what it
// says are written at once, so a crash cannot come between.
type committedLog struct {
	raft.LogStore

	mu     sync.Mutex
	staged uint64
}

// markSize is the length of the mark at the end of an entry's extensions.
const markSize = 8

// IsMonotonic implements raft.MonotonicLogStore for the store beneath.
func (c *committedLog) IsMonotonic() bool {
	m, ok := c.LogStore.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

// StageCommitIndex implements raft.CommitTrackingLogStore.
func (c *committedLog) StageCommitIndex(index uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.staged = max(c.staged, index)
	return nil
}

// GetCommitIndex implements raft.CommitTrackingLogStore: 0 if the log is empty,
// and never more than its last index.
func (c *committedLog) GetCommitIndex() (uint64, error) {
	last, err := c.LastIndex()
	if err != nil || last == 0 {
		return 0, err
	}
	var l raft.Log
	if err := c.LogStore.GetLog(last, &l); err != nil {
		return 0, err
	}
	if len(l.Extensions) < markSize {
		return 0, nil // written when nobody kept this
	}
	return min(last, binary.BigEndian.Uint64(l.Extensions[len(l.Extensions)-markSize:])), nil
}

// StoreLog implements raft.LogStore.
func (c *committedLog) StoreLog(l *raft.Log) error { return c.StoreLogs([]*raft.Log{l}) }

// StoreLogs implements raft.LogStore.
func (c *committedLog) StoreLogs(logs []*raft.Log) error {
	c.mu.Lock()
	staged := c.staged
	c.mu.Unlock()
	marked := make([]*raft.Log, len(logs))
	for k, l := range logs {
		m := *l
		m.Extensions = binary.BigEndian.AppendUint64(slices.Clone(l.Extensions), staged)
		marked[k] = &m
	}
	return c.LogStore.StoreLogs(marked)
}

// GetLog implements raft.LogStore.
func (c *committedLog) GetLog(index uint64, l *raft.Log) error {
	if err := c.LogStore.GetLog(index, l); err != nil {
		return err
	}
	if len(l.Extensions) < markSize {
		return fmt.Errorf("entry %d was written without what was committed", index)
	}
	l.Extensions = slices.Clip(l.Extensions[:len(l.Extensions)-markSize])
	return nil
}
