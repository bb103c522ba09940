package store

import (
	"slices"

	"raftian/netsim/env"
)

// The bugs that can be planted in a Store (Options.Bug): mistakes that real
// stores have made, for a bench to show that it finds them. Where each takes
// effect is said beside it; without one, nothing here does anything.
const (
	// BugLogNotSynced acknowledges entries when they are written; the fsync comes
	// with the next write. A power loss takes the last batch.
	BugLogNotSynced = "log-not-synced"
	// BugVoteNotSynced does the same with a vote.
	BugVoteNotSynced = "vote-not-synced"
	// BugTermNotSynced does the same with the current term.
	BugTermNotSynced = "term-not-synced"
	// BugNoDirSync syncs files but no directory, so that a power loss takes the
	// names of new files, and with them the files.
	BugNoDirSync = "no-dir-sync"
	// BugSnapshotNotSynced gives a snapshot its name before its bytes are durable.
	BugSnapshotNotSynced = "snapshot-not-synced"
	// BugTornTailAccepted believes of a torn batch whatever can be read of it.
	BugTornTailAccepted = "torn-tail-accepted"
	// BugDamageCutOff takes any damage at the end of a journal for a torn tail,
	// and cuts off what lies behind it.
	BugDamageCutOff = "damage-cut-off"
	// BugFsyncErrorIgnored goes on after a failed fsync as after one that did not
	// fail.
	BugFsyncErrorIgnored = "fsync-error-ignored"
)

// Bugs names the bugs that can be planted in a Store, sorted.
func Bugs() []string {
	return []string{
		BugDamageCutOff, BugFsyncErrorIgnored, BugLogNotSynced, BugNoDirSync,
		BugSnapshotNotSynced, BugTermNotSynced, BugTornTailAccepted, BugVoteNotSynced,
	}
}

func isBug(name string) bool { return name == "" || slices.Contains(Bugs(), name) }

// plantedFS is the FS of a Store with a bug.
func plantedFS(fs env.FS, bug string) env.FS {
	if bug == BugNoDirSync {
		return noDirSync{fs}
	}
	return fs
}

type noDirSync struct{ env.FS }

// SyncDir does nothing.
func (noDirSync) SyncDir(string) error { return nil }

// The keys under which hashicorp/raft keeps its term and its vote (raft.go).
const (
	keyCurrentTerm  = "CurrentTerm"
	keyLastVoteTerm = "LastVoteTerm"
	keyLastVoteCand = "LastVoteCand"
)

// holdsBack says that a value is written with the next one: the library writes
// a vote as a term and then a candidate.
func (s *Stable) defersWrite(key []byte) bool {
	return s.volume.bug == BugVoteNotSynced && string(key) == keyLastVoteTerm
}

// isLazy says that a value is not synced before it is acknowledged.
func (s *Stable) defersSync(key []byte) bool {
	switch s.volume.bug {
	case BugVoteNotSynced:
		return string(key) == keyLastVoteCand
	case BugTermNotSynced:
		return string(key) == keyCurrentTerm
	}
	return false
}

// debt is what a journal has written and not yet synced.
type pendingSync struct {
	deferSync bool     // the next batch is not synced when it is written
	unsynced  *segment // not synced since it was written to
}

// payDebt syncs what an earlier append has left unsynced.
func (j *journal) syncPending() error {
	if j.unsynced == nil {
		return nil
	}
	s := j.unsynced
	j.unsynced = nil
	return s.file.Sync()
}

// sync makes what was written to s durable.
func (j *journal) sync(s *segment) error {
	if j.deferSync {
		j.unsynced = s
		return nil
	}
	err := s.file.Sync()
	if j.bug == BugFsyncErrorIgnored {
		return nil
	}
	return err
}

// believe takes the torn batch at the end of a segment for a whole one, with
// zeros in place of what is missing. Only a planted bug has it do anything.
func (j *journal) acceptTornBatch(s *segment, image []byte, found extent, replay func(*batch, []byte) error) ([]byte, extent, error) {
	rest := image[found.end:]
	if j.bug != BugTornTailAccepted || len(rest) < sectorSize {
		return image, found, nil
	}
	seq := s.first + found.batches
	head, whole := parseSector(rest)
	if !whole || head.seq != seq || head.part != 0 {
		return image, found, nil
	}
	payload := make([]byte, head.length)
	for want := head; want.part < uint32(sectorsFor(len(payload))); want.part++ {
		at := int(want.part) * sectorSize
		if at+sectorSize > len(rest) {
			break
		}
		if got, whole := parseSector(rest[at:]); whole && got == want {
			copy(payload[want.part*sectorPayload:], rest[at+headerSize:at+sectorSize])
		}
	}
	image = appendBatch(image[:found.end:found.end], seq, payload)
	b := &batch{segment: s, offset: int64(found.end), seq: seq, length: len(payload)}
	found = extent{batches: found.batches + 1, last: found.end, end: len(image), bad: len(image)}
	s.size = int64(found.end)
	return image, found, replay(b, payload)
}

// unreadable is what becomes of a batch with an entry that cannot be read.
func (l *Log) unreadableEntry() error {
	if l.volume.bug == BugTornTailAccepted {
		return nil // what could be read of it is taken
	}
	return errFormat
}
