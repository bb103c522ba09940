package node

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/command"
)

// directory is what the replicated state holds of who belongs to the cluster, beside
// the library's own configuration: who was put out, and where each one's players'
// service is. It says nothing of a machine of which no command has said anything.
type directory struct {
	members map[string]command.Member
	sum     uint64 // of their hashes
}

// set keeps what a command says of a member.
func (d *directory) set(m command.Member) {
	if m.ID == "" {
		return
	}
	if d.members == nil {
		d.members = map[string]command.Member{}
	}
	d.sum += memberHash(m) - memberHash(d.members[m.ID])
	d.members[m.ID] = m
}

// memberHash is the hash of what is known of a member; 0 of nothing.
func memberHash(m command.Member) uint64 {
	if m.ID == "" {
		return 0
	}
	h := hashBytes(hashUint(chainStart, uint64(len(m.ID))), m.ID)
	if m.Out {
		h = hashUint(h, 1)
	}
	return hashBytes(h, m.API)
}

// reportMember reports what a command said of a member.
func (s *sessions) reportMember(l *raft.Log, m command.Member) {
	if m.ID == "" {
		return
	}
	how := "in"
	switch {
	case hasLeft(m):
		how = "left"
	case m.Out:
		how = "out"
	}
	s.env.Emit(env.Note{Kind: env.KindMember, Index: l.Index, Term: l.Term, Peer: m.ID, Text: how})
}

// append is its part of a snapshot's head: how many there are, and each by name, its
// name, its address, and 1 if it is out.
func (d *directory) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(d.members)))
	for _, id := range slices.Sorted(maps.Keys(d.members)) {
		m := d.members[id]
		out := uint64(0)
		if m.Out {
			out = 1
		}
		b = binary.AppendUvarint(appendString(appendString(b, id), m.API), out)
	}
	return b
}

// member is what the state that this node has says of a participant.
func (s *sessions) member(id string) (command.Member, bool) {
	s.own.Lock()
	defer s.own.Unlock()
	m, known := s.dir.members[id]
	return m, known
}

// enrolled lists everyone of whom the state says something, by name.
func (s *sessions) enrolled() []command.Member {
	s.own.Lock()
	defer s.own.Unlock()
	list := make([]command.Member, 0, len(s.dir.members))
	for _, id := range slices.Sorted(maps.Keys(s.dir.members)) {
		list = append(list, s.dir.members[id])
	}
	return list
}
