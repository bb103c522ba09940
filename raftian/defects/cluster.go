package defects

import (
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// cluster is what a trace tells of a cluster up to an event: who is up, who leads, and
// what is on each disk. Recognisers read it; only take changes it.
type cluster struct {
	machines  map[string]*machine
	leaders   map[uint64][]leadership // by term, in the order of their elections
	committed map[uint64]placed       // by index, the entry that was known to be committed first
	commands  map[uint64]command      // by index, the one that took effect there first
	config    map[uint64]placedConfig // by index, the configuration that was stored first
	final     trace.Event             // the last one
	progress  moment                  // when more was known to be committed for the last time
	highest   uint64                  // up to where
	healed    *moment                 // when the faults were over
	delivers  bool                    // the trace tells what arrives, as the World's do
	stopping  *moment                 // when programs were asked to end; it stays as it was then
	reign     reign
	calls     calls
	held      map[string]bool // machines that take nothing more, as far as a recogniser said so
	bodies    bodies
}

// moment is an event, as far as it says when and where.
type moment struct {
	event   uint64
	at      env.Instant
	machine string
	boot    uint64
}

// of is when and where an event was.
func of(e *trace.Event) moment { return moment{e.N, e.At, e.Machine, e.Boot} }

// leadership is that a machine became leader of a term.
type leadership struct {
	moment
	term uint64
}

// placed is an entry of a log.
type placed struct {
	term, hash uint64 // 0 if not known
	kind       string // of an entry: "command", "noop", "barrier" or "configuration"; "" if not known
	moment            // when it was written, or of committed ones when that was known
}

// command is whose command was applied, and of which term the entry is.
type command struct {
	call
	term uint64
}

// placedConfig is a configuration: the text that env.KindConfig has.
type placedConfig struct {
	text string
	moment
}

// machine is one of the cluster.
type machine struct {
	name             string
	up, ready        bool
	boot             uint64
	role             string // "" until it says
	roleTerm         uint64
	roleSince        moment
	term             uint64 // durable
	termSince        moment
	voteTerm         uint64 // durable
	voteFor          string
	log              diskLog
	snapshot         placed // the newest; term is that of the entry it ends with
	snapshotIndex    uint64
	commit           uint64
	applied          uint64
	configIndex      uint64 // of the newest configuration that it stored
	configText       string
	lastDeliveryFrom map[string]moment // by peer
	readySince       moment            // of its present incarnation
	members          members
}

// diskLog is a log on a disk.
type diskLog struct {
	first, last uint64 // 0 and 0 if it is empty
	entries     map[uint64]placed
}

// at returns the entry at an index; its term is 0 if it is not known.
func (l *diskLog) at(index uint64) (placed, bool) {
	if l.last == 0 || index < l.first || index > l.last {
		return placed{}, false
	}
	return l.entries[index], true
}

// append puts an entry there. What is at its index and after gives way.
func (l *diskLog) append(index uint64, p placed) {
	if l.entries == nil {
		l.entries = make(map[uint64]placed)
	}
	if l.last != 0 && index > l.last+1 {
		l.clear() // beyond a hole
	}
	l.cutFrom(index)
	if l.last == 0 {
		l.first = index
	}
	l.entries[index], l.last = p, index
}

func (l *diskLog) cutFrom(index uint64) {
	for l.last != 0 && l.last >= index {
		delete(l.entries, l.last)
		if l.last--; l.last < l.first {
			l.clear()
		}
	}
}

func (l *diskLog) cutThrough(index uint64) {
	for l.last != 0 && l.first <= index {
		delete(l.entries, l.first)
		if l.first++; l.first > l.last {
			l.clear()
		}
	}
}

func (l *diskLog) clear() {
	l.first, l.last = 0, 0
	clear(l.entries)
}

// booted makes it what env.KindLog says of it.
func (l *diskLog) booted(e *trace.Event) {
	if e.Count == 0 {
		l.clear()
		return
	}
	last := e.Index + e.Count - 1
	l.cutThrough(e.Index - 1)
	l.cutFrom(last + 1)
	if l.last == 0 {
		l.first, l.last = e.Index, last
	}
	l.last = last
	if p := l.entries[last]; p.term != e.Term {
		if l.entries == nil {
			l.entries = make(map[uint64]placed)
		}
		l.entries[last] = placed{term: e.Term, moment: of(e)}
	}
}

func newCluster() *cluster {
	return &cluster{machines: make(map[string]*machine), leaders: make(map[uint64][]leadership),
		committed: make(map[uint64]placed), commands: make(map[uint64]command), config: make(map[uint64]placedConfig),
		calls: newCalls(), held: make(map[string]bool), bodies: make(bodies)}
}

// on returns a machine; one of which nothing is known yet is empty.
func (c *cluster) on(name string) *machine {
	m := c.machines[name]
	if m == nil {
		m = &machine{name: name, lastDeliveryFrom: make(map[string]moment)}
		c.machines[name] = m
	}
	return m
}

// leaderOf is the first leader of a term.
func (c *cluster) leaderOf(term uint64) (leadership, bool) {
	if l := c.leaders[term]; len(l) > 0 {
		return l[0], true
	}
	return leadership{}, false
}

// take follows an event.
func (c *cluster) take(e *trace.Event) {
	if c.stopping != nil {
		return
	}
	c.final = *e
	c.reign.take(c, e)
	c.calls.take(e)
	switch e.Kind {
	case trace.KindHeal:
		m := of(e)
		c.healed = &m
		return
	case trace.KindStop:
		m := of(e)
		c.stopping = &m
		return
	}
	if e.Machine == "" {
		return
	}
	m := c.on(e.Machine)
	c.learn(m, e)
	switch e.Kind {
	case trace.KindBoot:
		m.boots(e)
	case trace.KindCrash, trace.KindExit:
		m.up, m.ready, m.role = false, false, ""
	case trace.KindDeliver:
		c.delivered(m, e)
	case env.KindRPC:
		if !c.delivers { // the trace of real processes: what was sent may have arrived
			c.on(e.Peer).lastDeliveryFrom[e.Machine] = moment{e.N, e.At, e.Peer, c.on(e.Peer).boot}
		}
	case env.KindReady:
		m.ready, m.readySince = true, of(e)
	case env.KindRole:
		m.role, m.roleTerm, m.roleSince = e.Text, e.Term, of(e)
		if e.Text == "leader" {
			c.leaders[e.Term] = append(c.leaders[e.Term], leadership{of(e), e.Term})
		}
	case env.KindTerm:
		m.term, m.termSince = e.Term, of(e)
	case env.KindVote:
		m.voteTerm, m.voteFor = e.Term, e.Peer
	case env.KindConfig:
		if e.Index >= m.configIndex {
			m.configIndex, m.configText = e.Index, e.Text
		}
		if _, known := c.config[e.Index]; !known {
			c.config[e.Index] = placedConfig{e.Text, of(e)}
		}
	case env.KindCommit:
		c.commit(m, e)
	case env.KindApply:
		m.applied = e.Index
		c.further(e)
		c.knowCommitted(e.Index, placed{e.Term, e.Hash, "command", of(e)})
		if _, known := c.commands[e.Index]; !known && e.Text == "" {
			c.commands[e.Index] = command{call{e.Client, e.Seq}, e.Term}
		}
	default:
		m.disk(e)
	}
}

// delivered follows bytes that arrive.
func (c *cluster) delivered(m *machine, e *trace.Event) {
	if !c.delivers {
		c.delivers = true
		for _, other := range c.machines { //raftian:unordered each is cleared
			clear(other.lastDeliveryFrom)
		}
	}
	m.lastDeliveryFrom[e.Peer] = of(e)
}

// boots starts a machine anew; what is on its disk stays, unless that is another.
func (m *machine) boots(e *trace.Event) {
	fresh := machine{name: m.name, lastDeliveryFrom: make(map[string]moment), up: true, boot: e.Boot}
	if e.Text != "empty disk" {
		fresh.term, fresh.termSince, fresh.voteTerm, fresh.voteFor = m.term, m.termSince, m.voteTerm, m.voteFor
		fresh.log, fresh.snapshot, fresh.snapshotIndex = m.log, m.snapshot, m.snapshotIndex
		fresh.members.stored = m.members.stored
	}
	*m = fresh
}

// disk follows an event about a log or a snapshot.
func (m *machine) disk(e *trace.Event) {
	switch e.Kind {
	case env.KindAppend:
		m.log.append(e.Index, placed{e.Term, e.Hash, e.Text, of(e)})
	case env.KindTruncate:
		if e.Text == "suffix" {
			m.log.cutFrom(e.Index)
		} else if e.Count > 0 {
			m.log.cutThrough(e.Index + e.Count - 1)
		}
	case env.KindLog:
		m.log.booted(e)
	case env.KindSnapshot:
		if e.Index >= m.snapshotIndex {
			last, _ := m.log.at(e.Index)
			m.snapshotIndex, m.snapshot = e.Index, placed{term: max(e.Term, last.term), moment: of(e)}
		}
	case env.KindRestore:
		m.applied = e.Index
		m.snapshotIndex, m.snapshot = e.Index, placed{term: e.Term, moment: of(e)}
	}
}

// commit follows a commit index.
func (c *cluster) commit(m *machine, e *trace.Event) {
	for index := e.Index; index > m.commit; index-- {
		p, has := m.log.at(index)
		if !has {
			break
		}
		if p.term != 0 {
			c.knowCommitted(index, placed{p.term, p.hash, p.kind, of(e)})
		}
	}
	m.commit = e.Index
	c.further(e)
}

// further follows how much is known to be committed.
func (c *cluster) further(e *trace.Event) {
	if e.Index > c.highest {
		c.highest, c.progress = e.Index, of(e)
	}
}

func (c *cluster) knowCommitted(index uint64, p placed) {
	if _, known := c.committed[index]; !known {
		c.committed[index] = p
	}
}
