package observe

import "github.com/hashicorp/raft"

// SnapshotHash says what state a state machine is in by the snapshot that it would write: an
// Observer's Hasher can be that. It takes a snapshot after each entry, so it is for small
// states; and one state has to be written in one way: encoding/json sorts the keys of a map,
// encoding/gob does not.
func SnapshotHash(fsm raft.FSM) Hasher { return snapshotHash{fsm} }

type snapshotHash struct{ fsm raft.FSM }

// Hash implements Hasher. A state that cannot be written has hash 0, which is not known.
func (h snapshotHash) Hash() uint64 {
	s, err := h.fsm.Snapshot()
	if err != nil {
		return 0
	}
	defer s.Release()
	sink := &hashSink{}
	if err := s.Persist(sink); err != nil || sink.cancelled {
		return 0
	}
	return Hash(sink.bytes)
}

// hashSink is a raft.SnapshotSink that keeps the bytes.
type hashSink struct {
	bytes     []byte
	cancelled bool
}

// Write implements io.Writer.
func (s *hashSink) Write(b []byte) (int, error) { s.bytes = append(s.bytes, b...); return len(b), nil }

// ID implements raft.SnapshotSink.
func (*hashSink) ID() string { return "hash" }

// Cancel implements raft.SnapshotSink.
func (s *hashSink) Cancel() error { s.cancelled = true; return nil }

// Close implements raft.SnapshotSink.
func (*hashSink) Close() error { return nil }
