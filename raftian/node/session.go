package node

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
	"raftian/raftian/command"
	"raftian/raftian/observe"
)

// session is what the state machine remembers of a client: the answer to its
// last command. A client waits for an answer, or gives up, before it sends its
// next; so one answer is enough to apply every command at most once (Ongaro,
// "Consensus: Bridging Theory and Practice", section 6.3).
type session struct {
	seq    uint64
	index  uint64
	output string
}

// hash is that of what is remembered of a client; 0 of nothing.
func (l session) hash(client string) uint64 {
	if l.seq == 0 {
		return 0
	}
	h := hashBytes(hashUint(hashUint(chainStart, l.seq), l.index), l.output)
	return hashBytes(hashUint(h, uint64(len(client))), client)
}

// entryID is an entry of the log. Term 0 is not known.
type entryID struct{ index, term uint64 }

// answer is what applying a command gives back.
type answer struct {
	Index  uint64 // where it took effect
	Output string
}

// staleOutput is the output of a command that came after a later one of its client:
// it never took effect and never will.
const staleOutput = "rejected: a later command of this client came first"

// sessions is the raft.FSM that a Node runs: the guest's own, behind exactly
// once application, reporting what happens.
type sessions struct {
	env   env.Env
	feed  *feed
	inner raft.FSM
	last  map[string]session
	chain uint64 // running hash over the commands that took effect and their outputs
	known uint64 // sum of the hashes of last, which is part of the state
	index uint64 // of the last entry applied
	term  uint64
	run   atomic.Bool // booted: a Restore now comes from the leader
	user  atomic.Bool // or, this once, from the operator
	own   sync.Mutex  // held while the state changes, or is read
	end   entryID     // the last entry that the state holds, a command or not
	dir   directory
	planted

	members *observe.Members
}

func newSessions(e env.Env, f *feed, inner raft.FSM) *sessions {
	return &sessions{env: e, feed: f, inner: inner, last: map[string]session{}, chain: chainStart, members: observe.NewMembers(e)}
}

// chainStart is the hash of nothing: FNV-1a's offset basis.
const chainStart = 14695981039346656037

// hashBytes is FNV-1a over b, continuing h.
func hashBytes[B []byte | string](h uint64, b B) uint64 {
	for i := 0; i < len(b); i++ {
		h ^= uint64(b[i])
		h *= 1099511628211
	}
	return h
}

// hashUint continues h with eight bytes.
func hashUint(h, v uint64) uint64 {
	for range 8 {
		h ^= v & 0xff
		h *= 1099511628211
		v >>= 8
	}
	return h
}

// hasher is a guest state machine that can say what state it is in. One that
// cannot is known by the outputs it gave.
type hasher interface{ Hash() uint64 }

// state is the hash of the whole state.
func (s *sessions) state() uint64 {
	all := hashUint(s.chain, s.known+s.dir.sum)
	if h, ok := s.inner.(hasher); ok {
		return hashUint(all, h.Hash())
	}
	return all
}

// Apply implements raft.FSM. It returns an answer.
func (s *sessions) Apply(l *raft.Log) any {
	s.own.Lock()
	defer s.own.Unlock()
	s.index, s.term = l.Index, l.Term
	s.end = entryID{l.Index, l.Term}
	c, err := command.Parse(l.Data)
	if err != nil {
		// An entry nobody can read changes nothing, on every machine alike.
		s.report(l, command.Command{}, "unreadable")
		return answer{l.Index, "rejected: " + err.Error()}
	}
	known := s.recall(c.Client, c.Seq)
	switch {
	case c.Seq == known.seq && c.Seq != 0:
		s.report(l, c, "duplicate")
		return answer{known.index, known.output}
	case c.Seq < known.seq:
		s.report(l, c, "duplicate")
		return answer{l.Index, staleOutput}
	}
	inner := *l
	inner.Data = c.Payload
	out := s.step(&inner, c.Client)
	s.remember(c.Client, session{c.Seq, l.Index, out})
	s.dir.set(c.Member)
	s.chain = hashBytes(hashUint(hashUint(s.chain, l.Index), uint64(len(l.Data))), l.Data)
	s.chain = hashBytes(s.chain, out)
	s.feed.add(Entry{Index: l.Index, Term: l.Term, Client: c.Client, Seq: c.Seq, Text: string(c.Payload), Output: out})
	s.report(l, c, "")
	s.reportMember(l, c.Member)
	return answer{l.Index, out}
}

func (s *sessions) report(l *raft.Log, c command.Command, how string) {
	s.env.Emit(env.Note{Kind: env.KindApply, Index: l.Index, Term: l.Term, Hash: observe.Hash(l.Data),
		State: s.state(), Client: c.Client, Seq: c.Seq, Text: how})
}

// text is what a guest's Apply returned, in words.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case error:
		return "rejected: " + v.Error()
	}
	return fmt.Sprint(v)
}

// StoreConfiguration implements raft.ConfigurationStore: it is how a committed
// configuration becomes known.
func (s *sessions) StoreConfiguration(index uint64, c raft.Configuration) {
	s.members.Configured(index, c)
	s.own.Lock()
	defer s.own.Unlock()
	if index > s.end.index {
		s.end = entryID{index: index}
	}
}

// Snapshot implements raft.FSM.
func (s *sessions) Snapshot() (raft.FSMSnapshot, error) {
	inner, err := s.inner.Snapshot()
	if err != nil {
		return nil, err
	}
	taken := env.Note{Kind: env.KindSnapshot, Index: s.end.index, Term: s.end.term, State: s.state()}
	return &sessionsSnapshot{env: s.env, taken: taken, head: s.appendHead(nil), inner: inner}, nil
}

// The form of a snapshot: a version, the length of the head, the head (the
// hashes, the last entries, the number of sessions, each session, the directory), then
// the guest's own bytes. The store below checks the bytes.
const snapshotVersion = 2

func (s *sessions) appendHead(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, s.chain)
	b = binary.LittleEndian.AppendUint64(b, s.feed.chain)
	b = binary.AppendUvarint(b, s.feed.index)
	b = binary.AppendUvarint(b, s.index)
	b = binary.AppendUvarint(b, s.term)
	b = binary.AppendUvarint(b, uint64(len(s.remembered())))
	for _, client := range slices.Sorted(maps.Keys(s.remembered())) {
		l := s.last[client]
		b = appendString(b, client)
		b = binary.AppendUvarint(b, l.seq)
		b = binary.AppendUvarint(b, l.index)
		b = appendString(b, l.output)
	}
	return s.dir.append(b)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

type sessionsSnapshot struct {
	env   env.Env
	taken env.Note // up to the last entry that the state machine was given
	head  []byte
	inner raft.FSMSnapshot
}

// Persist implements raft.FSMSnapshot: the head, then the guest's own, which
// closes the sink or cancels it.
//
// The snapshot reaches as far as the sink says: behind the last entry that the state
// machine was given there may be some that it is not told of, such as a barrier.
func (p *sessionsSnapshot) Persist(sink raft.SnapshotSink) error {
	if meta := observe.ReachOfSink(sink); meta != nil {
		p.taken.Index, p.taken.Term = meta.Index, meta.Term
	}
	p.env.Emit(p.taken)
	b := []byte{snapshotVersion}
	b = binary.AppendUvarint(b, uint64(len(p.head)))
	b = append(b, p.head...)
	if _, err := sink.Write(b); err != nil {
		return errors.Join(fmt.Errorf("writing a snapshot: %w", err), sink.Cancel())
	}
	return p.inner.Persist(sink)
}

// Release implements raft.FSMSnapshot.
func (p *sessionsSnapshot) Release() { p.inner.Release() }

// Restore implements raft.FSM.
func (s *sessions) Restore(from io.ReadCloser) error {
	defer from.Close()
	head, err := readHead(from)
	if err != nil {
		return fmt.Errorf("restoring a snapshot: %w", err)
	}
	s.own.Lock()
	defer s.own.Unlock()
	if err := s.reload(from); err != nil {
		return fmt.Errorf("restoring a snapshot: %w", err)
	}
	s.chain, s.last, s.index, s.term, s.dir = head.chain, head.last, head.index, head.term, head.dir
	s.known = 0
	for client, l := range s.last { //raftian:unordered a sum is the same in any order
		s.known += l.hash(client)
	}
	s.feed.jump(head.local)
	how := "start"
	switch {
	case s.user.Swap(false):
		how = "user"
	case s.run.Load():
		how = "install"
	}
	s.end = entryID{s.index, s.term}
	if meta := observe.Reach(from); meta != nil && meta.Index >= s.index {
		// It may end with entries that are no commands.
		s.end = entryID{meta.Index, meta.Term}
	}
	s.env.Emit(env.Note{Kind: env.KindRestore, Index: s.end.index, Term: s.end.term, State: s.state(), Text: how})
	return nil
}

// head is the part of a snapshot that is not the guest's.
type head struct {
	chain       uint64
	local       tip
	index, term uint64
	last        map[string]session
	dir         directory
}

// headMax bounds a snapshot's head, so that a damaged length is not believed.
const headMax = 1 << 26

func readHead(r io.Reader) (head, error) {
	var b [1]byte
	next := func() (byte, error) { _, err := io.ReadFull(r, b[:]); return b[0], err }
	version, err := next()
	if err != nil {
		return head{}, err
	}
	if version != snapshotVersion {
		return head{}, fmt.Errorf("version %d, this program reads version %d", version, snapshotVersion)
	}
	size, err := binary.ReadUvarint(byteReader(next))
	if err != nil {
		return head{}, err
	}
	if size > headMax {
		return head{}, fmt.Errorf("a head of %d bytes", size)
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(r, raw); err != nil {
		return head{}, err
	}
	return parseHead(raw)
}

type byteReader func() (byte, error)

func (f byteReader) ReadByte() (byte, error) { return f() }

var errHead = errors.New("its head is damaged")

func parseHead(b []byte) (head, error) {
	if len(b) < 16 {
		return head{}, errHead
	}
	h := head{last: map[string]session{}}
	h.chain, h.local.chain = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	b = b[16:]
	ok := true
	number := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			ok = false
			return 0
		}
		b = b[n:]
		return v
	}
	word := func() string {
		n := number()
		if n > uint64(len(b)) {
			ok = false
			return ""
		}
		s := string(b[:n])
		b = b[n:]
		return s
	}
	h.local.index, h.index, h.term = number(), number(), number()
	for n := number(); n > 0 && ok; n-- {
		client := word()
		h.last[client] = session{seq: number(), index: number(), output: word()}
	}
	for n := number(); n > 0 && ok; n-- {
		h.dir.set(command.Member{ID: word(), API: word(), Out: number() == 1})
	}
	if !ok || len(b) != 0 {
		return head{}, errHead
	}
	return h, nil
}
