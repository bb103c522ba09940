package cluster

import (
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// entry is one of the log.
type entry struct {
	index, term uint64
	kind        string // "command" or "noop"
	client      string
	seq         uint64
	input       string
}

func (e entry) hash() uint64 { return hash(e.kind, e.client, e.seq, e.input) }

// machine is one participant. The log holds the entries after base.
type machine struct {
	c    *cluster
	name string

	// what survives a crash
	term  uint64
	voted string // in term; "" for nobody
	log   []entry
	base  uint64 // the index and term before the log's first entry
	baseT uint64
	snap  snapshot

	// what does not
	up      bool
	boots   uint64
	role    string
	commit  uint64
	applied uint64
	store   store
	shown   uint64            // the local log goes through here
	recent  map[uint64]uint64 // chain hash at each index that a snapshot or entry reached
}

type snapshot struct {
	index, term, chain uint64
	store              store
}

func (m *machine) emit(n env.Note) {
	m.c.emit(trace.Event{Machine: m.name, Boot: m.boots, Note: n})
}

func (m *machine) boot() {
	m.boots++
	m.up, m.role = true, "follower"
	m.emit(env.Note{Kind: trace.KindBoot})
	m.emit(env.Note{Kind: env.KindLog, Index: m.base + 1, Count: uint64(len(m.log)), Term: m.lastTerm()})
	m.commit, m.applied, m.shown = 0, 0, 0
	m.recent = make(map[uint64]uint64)
	m.store = store{}
	if m.snap.index > 0 {
		m.load("start")
	}
	m.emit(env.Note{Kind: env.KindRole, Term: m.term, Text: m.role})
	m.emit(env.Note{Kind: env.KindReady})
}

func (m *machine) crash() {
	m.up, m.role = false, ""
	m.emit(env.Note{Kind: trace.KindCrash, Text: "power"})
}

// load puts the durable snapshot in the place of the state.
func (m *machine) load(how string) {
	m.store = m.snap.store.clone()
	m.applied = m.snap.index
	m.recent[m.snap.index] = m.snap.chain
	m.emit(env.Note{Kind: env.KindRestore, Index: m.snap.index, State: m.store.hash(), Text: how})
}

func (m *machine) last() uint64 { return m.base + uint64(len(m.log)) }

func (m *machine) lastTerm() uint64 { return m.termAt(m.last()) }

// termAt is the term at an index that the log holds or begins after.
func (m *machine) termAt(index uint64) uint64 {
	if index == m.base {
		return m.baseT
	}
	return m.log[index-m.base-1].term
}

func (m *machine) atLeastAsFull(p *machine) bool {
	return m.lastTerm() > p.lastTerm() || m.lastTerm() == p.lastTerm() && m.last() >= p.last()
}

// enter moves to a term, as a follower.
func (m *machine) enter(term uint64) {
	if term > m.term {
		m.term, m.voted = term, ""
		m.emit(env.Note{Kind: env.KindTerm, Term: term})
	}
	if m.role != "follower" {
		m.role = "follower"
		m.emit(env.Note{Kind: env.KindRole, Term: m.term, Text: m.role})
	}
}

// elect has m stand for election among those it can reach.
func (m *machine) elect(peers []*machine) {
	m.enter(m.term + 1)
	m.role = "candidate"
	m.emit(env.Note{Kind: env.KindRole, Term: m.term, Text: m.role})
	m.vote(m)
	votes := 1
	for _, p := range peers {
		if p == m || !p.up || p.term > m.term {
			continue
		}
		if p.term < m.term {
			p.enter(m.term)
		}
		if p.voted == "" && m.atLeastAsFull(p) {
			p.vote(m)
			votes++
		}
	}
	if 2*votes <= len(m.c.machines) {
		return
	}
	m.role = "leader"
	m.emit(env.Note{Kind: env.KindRole, Term: m.term, Text: m.role})
	m.add(entry{kind: "noop"})
}

func (m *machine) vote(candidate *machine) {
	m.voted = candidate.name
	m.emit(env.Note{Kind: env.KindVote, Term: m.term, Peer: candidate.name})
}

// add appends a new entry of the leader's.
func (m *machine) add(e entry) {
	e.index, e.term = m.last()+1, m.term
	m.write(e)
}

func (m *machine) write(e entry) {
	m.log = append(m.log, e)
	m.emit(env.Note{Kind: env.KindAppend, Index: e.index, Term: e.term, Hash: e.hash(), Text: e.kind})
}

// replicate brings p's log into line with the leader's, and then both may learn
// of commits. Some of the entries may not make it.
func (m *machine) replicate(p *machine) {
	if m.role != "leader" || p == m || !p.up {
		m.advance()
		return
	}
	if p.term > m.term {
		m.enter(p.term)
		return
	}
	if p.term < m.term || p.role != "follower" {
		p.enter(m.term)
	}
	if p.last() < m.base || !p.agrees(m, m.base) {
		p.install(m.snap)
	}
	match := max(m.base, p.base)
	for match < m.last() && p.agrees(m, match+1) {
		match++
	}
	for match < m.last() && !m.c.loses(8) {
		p.accept(m.log[match-m.base])
		match++
	}
	m.advance()
	p.learn(min(m.commit, match))
}

// agrees says whether m has p's entry at index, or has compacted it, which only
// happens to what is committed.
func (m *machine) agrees(p *machine, index uint64) bool {
	return index < m.base || index <= m.last() && m.termAt(index) == p.termAt(index)
}

// accept writes an entry of the leader's in the place of what conflicts.
func (m *machine) accept(e entry) {
	if e.index <= m.last() {
		keep := e.index - m.base - 1
		m.emit(env.Note{Kind: env.KindTruncate, Index: e.index, Count: uint64(len(m.log)) - keep, Text: "suffix"})
		m.log = m.log[:keep:keep]
	}
	m.write(e)
}

// install takes the leader's snapshot in the place of the whole log.
func (m *machine) install(s snapshot) {
	m.snap = s
	m.load("install")
	if last := m.last(); last > s.index {
		m.emit(env.Note{Kind: env.KindTruncate, Index: s.index + 1, Count: last - s.index, Text: "suffix"})
	}
	m.emit(env.Note{Kind: env.KindTruncate, Index: 1, Count: s.index, Text: "prefix"})
	m.base, m.baseT, m.log = s.index, s.term, nil
}

// advance commits what a majority holds, if it is of the leader's own term.
func (m *machine) advance() {
	if m.role != "leader" {
		return
	}
	for index := m.last(); index > max(m.commit, m.base) && m.termAt(index) == m.term; index-- {
		holders := 0
		for _, p := range m.c.machines {
			if p.base <= index && index <= p.last() && p.termAt(index) == m.term {
				holders++
			}
		}
		if 2*holders > len(m.c.machines) {
			m.learn(index)
			return
		}
	}
}

func (m *machine) learn(commit uint64) {
	if commit > m.commit {
		m.commit = commit
		m.emit(env.Note{Kind: env.KindCommit, Index: commit, Term: m.term})
	}
}

// apply applies the next committed entry; a leader answers its client.
func (m *machine) apply() {
	if m.applied >= m.commit {
		return
	}
	m.applied++
	e := m.log[m.applied-m.base-1]
	m.recent[e.index] = hash(m.recent[e.index-1], e)
	if e.kind != "command" {
		return
	}
	text := m.store.apply(e)
	m.emit(env.Note{
		Kind: env.KindApply, Index: e.index, Term: e.term, Hash: e.hash(), State: m.store.hash(),
		Client: e.client, Seq: e.seq, Text: text,
	})
	if m.role != "leader" || m.c.loses(5) {
		return
	}
	for _, cl := range m.c.clients {
		if cl.name == e.client {
			cl.answer(e.seq, m.store.sessions[e.client])
		}
	}
}

// show adds what was applied to the local log: the next entry, or, if that came
// by a snapshot, all of it.
func (m *machine) show() {
	if m.shown >= m.applied {
		return
	}
	text := ""
	if _, step := m.recent[m.shown+1]; step {
		m.shown++
	} else {
		m.shown, text = m.applied, "jump"
	}
	m.emit(env.Note{Kind: env.KindLocal, Index: m.shown, Hash: m.recent[m.shown], Text: text})
}

// snapshot saves the state and compacts the log, but for a few entries.
func (m *machine) snapshot() {
	if m.applied <= m.snap.index {
		return
	}
	term := m.termAt(m.applied)
	m.snap = snapshot{index: m.applied, term: term, chain: m.recent[m.applied], store: m.store.clone()}
	m.emit(env.Note{Kind: env.KindSnapshot, Index: m.applied, Term: term, State: m.store.hash()})
	through := m.applied - min(m.applied-m.base, uint64(m.c.draw(3)))
	if n := through - m.base; n > 0 {
		m.emit(env.Note{Kind: env.KindTruncate, Index: m.base + 1, Count: n, Text: "prefix"})
		m.baseT, m.log, m.base = m.termAt(through), m.log[n:], through
	}
}
