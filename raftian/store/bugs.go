package store

import (
	"slices"

	"raftian/netsim/env"
)

// The bugs that can be planted in a Store (Options.Bug): mistakes that real stores have
// made, for a test bench to show that it finds them. Without a bug, nothing in this file
// has an effect.
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
	// BugTornTailAccepted accepts whatever can be read of a torn batch.
	BugTornTailAccepted = "torn-tail-accepted"
	// BugDamageCutOff treats any damage at the end of a journal as a torn tail, and
	// truncates the journal there.
	BugDamageCutOff = "damage-cut-off"
	// BugFsyncErrorIgnored ignores the error of an fsync.
	BugFsyncErrorIgnored = "fsync-error-ignored"
)

// Bugs returns the bugs that can be planted in a Store, sorted.
func Bugs() []string {
	return []string{
		BugDamageCutOff, BugFsyncErrorIgnored, BugLogNotSynced, BugNoDirSync,
		BugSnapshotNotSynced, BugTermNotSynced, BugTornTailAccepted, BugVoteNotSynced,
	}
}

func isBug(name string) bool { return name == "" || slices.Contains(Bugs(), name) }

// plantedFS returns the FS of a Store with a bug.
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

// defersWrite reports whether a value is written only with the next one: the library
// writes a vote as a term and then a candidate.
func (s *Stable) defersWrite(key []byte) bool {
	return s.volume.bug == BugVoteNotSynced && string(key) == keyLastVoteTerm
}

// defersSync reports whether a value is acknowledged before it is synced.
func (s *Stable) defersSync(key []byte) bool {
	switch s.volume.bug {
	case BugVoteNotSynced:
		return string(key) == keyLastVoteCand
	case BugTermNotSynced:
		return string(key) == keyCurrentTerm
	}
	return false
}

// pendingSync is the state of a journal with a bug that acknowledges before syncing.
type pendingSync struct {
	deferSync bool     // the next batch is not synced when it is written
	unsynced  *segment // written to and not synced; nil if there is none
}

// syncPending syncs what an earlier append has left unsynced.
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

// acceptTornBatch completes the torn batch at the end of a segment with zeros, and
// replays it. Without BugTornTailAccepted it does nothing.
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

// unreadableEntry returns the error of a batch with an entry that cannot be parsed.
func (l *Log) unreadableEntry() error {
	if l.volume.bug == BugTornTailAccepted {
		return nil // the entries before it are accepted
	}
	return errFormat
}
