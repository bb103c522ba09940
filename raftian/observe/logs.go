package observe

import (
	"strconv"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Logs reports what becomes durable in a log. It ends the program when the store fails.
func (o *Observer) Logs(logs raft.LogStore) raft.LogStore {
	l := observedLogs{logs, o}
	if c, ok := logs.(commitTracker); ok {
		return committedLogs{l, c}
	}
	return l
}

// commitTracker is raft.CommitTrackingLogStore apart from the log; versions before v1.8.0
// have no name for it.
type commitTracker interface {
	StageCommitIndex(index uint64) error
	GetCommitIndex() (uint64, error)
}

// committedLogs are observed logs that remember what is committed.
type committedLogs struct {
	observedLogs
	commitTracker
}

type observedLogs struct {
	raft.LogStore
	o *Observer
}

// IsMonotonic implements raft.MonotonicLogStore for the store beneath.
func (l observedLogs) IsMonotonic() bool {
	m, ok := l.LogStore.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

// StoreLog implements raft.LogStore.
func (l observedLogs) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

// StoreLogs implements raft.LogStore.
func (l observedLogs) StoreLogs(entries []*raft.Log) error {
	if err := l.LogStore.StoreLogs(entries); err != nil {
		return l.o.fail("writing the log", err)
	}
	for _, e := range entries {
		l.o.stored(e)
		l.o.Env.Emit(env.Note{Kind: env.KindAppend, Index: e.Index, Term: e.Term, Hash: Hash(e.Data), Text: EntryType(e.Type)})
	}
	return nil
}

// DeleteRange implements raft.LogStore.
func (l observedLogs) DeleteRange(low, high uint64) error {
	first, err := l.FirstIndex()
	if err != nil {
		return err
	}
	if err := l.LogStore.DeleteRange(low, high); err != nil {
		return l.o.fail("deleting from the log", err)
	}
	l.o.Members.deleted(low, high)
	how := "suffix"
	if low <= first {
		how = "prefix"
	}
	l.o.Env.Emit(env.Note{Kind: env.KindTruncate, Index: low, Count: high - low + 1, Text: how})
	return nil
}

// FirstIndex implements raft.LogStore.
func (l observedLogs) FirstIndex() (uint64, error) {
	index, err := l.LogStore.FirstIndex()
	return index, l.o.fail("reading the log", err)
}

// LastIndex implements raft.LogStore.
func (l observedLogs) LastIndex() (uint64, error) {
	index, err := l.LogStore.LastIndex()
	return index, l.o.fail("reading the log", err)
}

// GetLog implements raft.LogStore.
func (l observedLogs) GetLog(index uint64, entry *raft.Log) error {
	err := l.o.fail("reading the log", l.LogStore.GetLog(index, entry))
	if err == nil {
		l.o.read(entry)
	}
	return err
}

func (o *Observer) stored(entry *raft.Log) {
	o.Members.learn(entry)
	if o.Stored != nil {
		o.Stored(entry)
	}
}

func (o *Observer) read(entry *raft.Log) {
	o.Members.learn(entry)
	if o.Read != nil {
		o.Read(entry)
	}
}

// Log reports what a durable log holds when the program begins.
func (o *Observer) Log(logs raft.LogStore) error {
	first, err := logs.FirstIndex()
	if err != nil {
		return err
	}
	last, err := logs.LastIndex()
	if err != nil {
		return err
	}
	n := env.Note{Kind: env.KindLog, Index: first}
	if last > 0 {
		n.Count = last - first + 1
		var entry raft.Log
		if err := logs.GetLog(last, &entry); err != nil {
			return err
		}
		n.Term = entry.Term
	}
	o.Env.Emit(n)
	return nil
}

// EntryType is the type of a log entry as notes have it.
func EntryType(t raft.LogType) string {
	switch t {
	case raft.LogCommand:
		return "command"
	case raft.LogNoop:
		return "noop"
	case raft.LogBarrier:
		return "barrier"
	case raft.LogConfiguration:
		return "configuration"
	}
	return "type " + strconv.Itoa(int(t))
}

// Hash is the hash of a log entry's data, as judges compare it: FNV-1a.
func Hash(data []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, b := range data {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}
