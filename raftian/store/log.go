package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/raft"
)

// ErrGap is returned for entries that do not continue the log.
var ErrGap = errors.New("store: the entries do not continue the log")

// ErrHole is returned for a range to delete that is neither a prefix nor a suffix of
// the log.
var ErrHole = errors.New("store: a log cannot have a hole")

// Log is a raft.LogStore, and a raft.MonotonicLogStore if Options.Monotonic is set. It
// keeps the location of each entry in memory, 16 bytes each, and no entries. The disk
// space of an entry is freed once no older entry is in the log, even if a conflict has
// deleted it before.
type Log struct {
	volume        *volume
	monotonic     bool
	snapshotIndex func() uint64 // last index of the newest durable snapshot

	write   sync.Mutex // held while the log is changed
	journal *journal
	payload []byte // buffer for the batch being written

	mu        sync.RWMutex // guards bounds and locations; taken for short times, within write
	bounds    bounds
	locations []location // of the entries [bounds.next-len(locations), bounds.next)
}

var (
	_ raft.LogStore          = (*Log)(nil)
	_ raft.MonotonicLogStore = (*Log)(nil)
)

// location is where an entry lies in a batch's payload.
type location struct {
	batch        *batch
	offset, size uint32
}

func openLog(v *volume, dir string, o Options, snapshot func() uint64) (*Log, error) {
	l := &Log{volume: v, monotonic: o.Monotonic, snapshotIndex: snapshot}
	started := false
	var err error
	l.journal, err = openJournal(v, dir, o.SegmentSize, func(b *batch, payload []byte) error {
		err := l.replay(b, payload, started)
		started = true
		if err != nil {
			return b.segment.corrupt(b.offset, fmt.Sprintf("batch %d: %v", b.seq, err))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.journal.deferSync = v.bug == BugLogNotSynced
	if missing := l.bounds.size() - len(l.locations); missing > 0 {
		oldest := l.journal.segments[0]
		err = oldest.corrupt(0, fmt.Sprintf("entries %d to %d were in an earlier segment, which is missing",
			l.bounds.first, l.bounds.first+uint64(missing)-1))
	} else {
		err = l.dropSegments()
	}
	if err != nil {
		l.journal.close()
		return nil, err
	}
	return l, nil
}

// replay applies a batch. What preceded the oldest batch is not known.
func (l *Log) replay(b *batch, payload []byte, begun bool) error {
	r := reader{payload, true}
	before, count := r.bounds()
	switch {
	case !r.ok:
		return errFormat
	case !begun:
		l.bounds = before
	case !before.empty() && (before.first < l.bounds.first || before.next > l.bounds.next):
		return fmt.Errorf("bounds [%d, %d) beyond [%d, %d)", before.first, before.next, l.bounds.first, l.bounds.next)
	default:
		l.truncate(before)
	}
	for i := range count {
		at := len(payload) - len(r.rest)
		e := r.entry()
		if !r.ok || e.Index != before.next+uint64(i) {
			return l.unreadableEntry()
		}
		l.locations = append(l.locations, location{b, uint32(at), uint32(len(payload) - len(r.rest) - at)})
		l.bounds.next++
	}
	if len(r.rest) > 0 {
		return errFormat
	}
	return nil
}

// truncate drops the entries outside of b, which is within the log's bounds or empty.
func (l *Log) truncate(b bounds) {
	kept := l.locations
	if dropped := l.bounds.next - b.next; b.empty() || dropped >= uint64(len(kept)) {
		kept = nil
	} else {
		kept = kept[:uint64(len(kept))-dropped]
	}
	if removed := len(kept) - b.size(); removed > 0 {
		// A copy, which frees the memory of removed locations.
		kept = slices.Clone(kept[removed:])
	}
	l.bounds, l.locations = b, kept
}

// dropSegments removes the segments without entries of the log. The batch that deleted
// the entries is durable by then.
func (l *Log) dropSegments() error {
	keep := l.journal.last()
	if len(l.locations) > 0 {
		keep = l.locations[0].batch.segment
	}
	if keep == nil {
		return nil
	}
	return l.journal.dropBefore(keep)
}

// IsMonotonic implements raft.MonotonicLogStore; see Options.Monotonic.
func (l *Log) IsMonotonic() bool { return l.monotonic }

// FirstIndex implements raft.LogStore: 0 for an empty log.
func (l *Log) FirstIndex() (uint64, error) {
	b, err := l.indexes()
	if err != nil || b.empty() {
		return 0, err
	}
	return b.first, nil
}

// LastIndex implements raft.LogStore: 0 for an empty log.
func (l *Log) LastIndex() (uint64, error) {
	b, err := l.indexes()
	if err != nil || b.empty() {
		return 0, err
	}
	return b.next - 1, nil
}

func (l *Log) indexes() (bounds, error) {
	if err := l.volume.usable(); err != nil {
		return bounds{}, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.bounds, nil
}

// GetLog implements raft.LogStore. It reads the disk. An index that is not in
// the log is raft.ErrLogNotFound, which raft compares with ==; bytes that do not
// verify are a *CorruptError. Data and Extensions without bytes are nil, and
// AppendedAt is in UTC.
func (l *Log) GetLog(index uint64, log *raft.Log) error {
	if err := l.volume.usable(); err != nil {
		return err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if index < l.bounds.first || index >= l.bounds.next {
		return raft.ErrLogNotFound
	}
	loc := l.locations[index-l.bounds.first]
	bytes, err := loc.batch.read(int(loc.offset), int(loc.size))
	if err != nil {
		return l.volume.reportDamage(fmt.Errorf("entry %d: %w", index, err))
	}
	r := reader{bytes, true}
	e := r.entry()
	if !r.ok || e.Index != index {
		return fmt.Errorf("entry %d: %w", index, errFormat)
	}
	*log = e
	return nil
}

// StoreLog implements raft.LogStore.
func (l *Log) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

// StoreLogs implements raft.LogStore. After a crash either all of the entries are
// stored or none.
//
// The entries must follow the last one, or the log must be empty, or a durable snapshot
// must include all indexes before the first entry. In the last case all older entries
// are removed, since the snapshot replaces them. raft leaves such a gap after it has
// restored a user's snapshot, and after a crash between installing a snapshot and
// removing the log that it replaces, even if it takes this store for a monotonic one.
// Otherwise the error is ErrGap, and nothing is written.
func (l *Log) StoreLogs(logs []*raft.Log) error {
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.volume.usable(); err != nil || len(logs) == 0 {
		return err
	}
	before, err := l.boundsBefore(logs[0].Index)
	if err != nil {
		return err
	}
	l.payload = appendBounds(l.payload[:0], before, len(logs))
	added := make([]location, len(logs))
	for i, log := range logs {
		if want := before.next + uint64(i); log.Index != want {
			return fmt.Errorf("entry %d in place of %d: %w", log.Index, want, ErrGap)
		}
		at := len(l.payload)
		l.payload = appendEntry(l.payload, log)
		added[i] = location{nil, uint32(at), uint32(len(l.payload) - at)}
	}
	return l.commit(before, added)
}

// boundsBefore returns the bounds of the remaining log if an entry with this index is
// appended.
func (l *Log) boundsBefore(index uint64) (bounds, error) {
	b := l.bounds
	switch {
	case index == 0:
		return bounds{}, fmt.Errorf("entry 0: %w", ErrGap)
	case b.empty():
		return bounds{index, index}, nil
	case index == b.next:
		return b, nil
	case index > b.next && index-1 <= l.snapshotIndex():
		return bounds{index, index}, nil
	}
	return bounds{}, fmt.Errorf("entry %d after entry %d: %w", index, b.next-1, ErrGap)
}

// DeleteRange implements raft.LogStore for a prefix of the log, a suffix, or all of it;
// any other range is ErrHole. Indexes outside of the log are ignored. A deletion that
// has returned is durable; after a crash before that, either all of the range is
// deleted or nothing.
func (l *Log) DeleteRange(min, max uint64) error {
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.volume.usable(); err != nil {
		return err
	}
	b, err := l.bounds.without(min, max)
	if err != nil || b == l.bounds {
		return err
	}
	l.payload = appendBounds(l.payload[:0], b, 0)
	return l.commit(b, nil)
}

// without returns the remaining bounds if the indexes min to max, inclusive, are
// deleted.
func (b bounds) without(min, max uint64) (bounds, error) {
	if min > max || max < b.first || min >= b.next {
		return b, nil
	}
	beginning, end := min <= b.first, max >= b.next-1
	switch {
	case beginning && end:
		return bounds{}, nil
	case beginning:
		return bounds{max + 1, b.next}, nil
	case end:
		return bounds{b.first, min}, nil
	}
	return b, fmt.Errorf("delete %d to %d of [%d, %d): %w", min, max, b.first, b.next, ErrHole)
}

// commit makes l.payload durable and then publishes its effect: the log is truncated to
// before, and entries are added.
func (l *Log) commit(before bounds, added []location) error {
	b, err := l.journal.append(l.payload)
	if err != nil {
		return err
	}
	for i := range added {
		added[i].batch = b
	}
	l.publish(before, added)
	return l.dropSegments()
}

func (l *Log) publish(before bounds, added []location) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.truncate(before)
	l.locations = append(l.locations, added...)
	l.bounds.next += uint64(len(added))
}

// close closes the files once no call is under way.
func (l *Log) close() error {
	l.write.Lock()
	defer l.write.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.journal.close()
}
