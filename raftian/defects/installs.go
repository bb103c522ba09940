package defects

import (
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// installs follows the snapshots that leaders send, and what peers had when they did.
type installs struct {
	sent    map[sending]*sendings
	reached map[string]moment // by machine, the event with which it came as far as it is
	peers   map[[2]string]*peerhood
	stale   map[string]moment  // by machine, when a leader of a term before the last one sent it something
	heard   map[[2]string]bool // whether a leader was told by a peer that it took something, since it leads
}

// peerhood is when a leader stopped to send to a peer that was removed, and when it began
// anew, as it had been added again.
type peerhood struct{ removed, added moment }

// sending is a snapshot on its way.
type sending struct {
	to, leader  string
	term, index uint64
}

// sendings are the first and the last of it in an incarnation of its receiver.
type sendings struct{ first, last sentSnapshot }

// sentSnapshot is when it was sent, and how far its receiver was then.
type sentSnapshot struct {
	moment
	reach uint64
	heard bool // the leader had been told by the receiver that it took something
}

// stepBack is that a snapshot was installed on a machine that was further.
type stepBack struct {
	moment                 // of the installation
	index, reach  uint64   // where the snapshot ends, and how far the machine was
	newest        uint64   // where its newest snapshot ends
	further       moment   // how it came as far
	snapshot      sendings // of the snapshot
	leader        leadership
	wasBehindThen bool // it needed the snapshot when that was sent first
	// left is when the leader stopped to send to it, and began anew, before it sent the
	// snapshot. The goroutine that is to stop may be in the midst of a request; when that
	// ends, it sends once more, by what it knew.
	left peerhood
	// stale is when a leader that had been deposed sent it something last.
	stale moment
}

// late reports whether the snapshot came late, or was sent late, or by a leader that does not
// know of its receiver: since it leads, another one has brought that further, with what it
// went on to send after it was deposed.
func (b *stepBack) late() bool {
	return b.wasBehindThen || b.left.added.event != 0 || !b.snapshot.last.heard && b.leader.event < b.stale.event && b.stale.event < b.further.event
}

func newInstalls() installs {
	return installs{sent: make(map[sending]*sendings), reached: make(map[string]moment), peers: make(map[[2]string]*peerhood), stale: make(map[string]moment), heard: make(map[[2]string]bool)}
}

// reach is how far a machine has come in its present incarnation.
func (m *machine) reach() uint64 {
	if !m.up {
		return 0
	}
	return max(m.applied, m.commit, m.snapshotIndex)
}

// take follows an event. It returns a step back if the event is one.
func (s *installs) take(c *cluster, e *trace.Event) *stepBack {
	m := c.machines[e.Machine]
	switch {
	case m == nil:
	case says(e, "removed peer, stopping replication"):
		s.peers[[2]string{e.Machine, peerOf(e)}] = &peerhood{removed: of(e)}
	case says(e, "added peer, starting replication"):
		if p := s.peers[[2]string{e.Machine, peerOf(e)}]; p != nil {
			p.added = of(e)
		}
	case e.Kind == env.KindRole && e.Text == "leader":
		for key := range s.peers { //raftian:unordered some are left out
			if key[0] == e.Machine {
				delete(s.peers, key)
			}
		}
		for key := range s.heard { //raftian:unordered some are left out
			if key[0] == e.Machine {
				delete(s.heard, key)
			}
		}
	case e.Kind == env.KindReply && e.Count == 1 && (e.Text == "AppendEntries" || e.Text == "InstallSnapshot"):
		s.heard[[2]string{e.Machine, e.Peer}] = true
	case e.Kind == env.KindRPC:
		s.sends(c, e)
	case e.Kind == trace.KindBoot:
		for key := range s.sent { //raftian:unordered some are left out
			if key.to == e.Machine {
				delete(s.sent, key)
			}
		}
	case e.Kind == env.KindApply && e.Index > m.reach(), e.Kind == env.KindCommit && e.Index > m.reach():
		s.reached[e.Machine] = of(e)
	case e.Kind == env.KindRestore && e.Text == "install" && e.Index < m.reach():
		return s.back(c, m, e)
	case e.Kind == env.KindRestore:
		s.reached[e.Machine] = of(e)
	}
	return nil
}

// sends follows a request.
func (s *installs) sends(c *cluster, e *trace.Event) {
	if e.Text != "InstallSnapshot" && e.Text != "AppendEntries" {
		return
	}
	if e.Term < c.reign.term {
		s.stale[e.Peer] = of(e)
	}
	if e.Text == "AppendEntries" {
		return
	}
	now := sentSnapshot{of(e), c.on(e.Peer).reach(), s.heard[[2]string{e.Machine, e.Peer}]}
	key := sending{e.Peer, e.Machine, e.Term, e.Index}
	if s.sent[key] == nil {
		s.sent[key] = &sendings{first: now}
	}
	s.sent[key].last = now
}

// back is the step back of an installation; nil if no leader of the term is known to have
// sent that snapshot.
func (s *installs) back(c *cluster, m *machine, e *trace.Event) *stepBack {
	for _, l := range c.leaders[m.term] {
		sent := s.sent[sending{e.Machine, l.machine, m.term, e.Index}]
		if sent == nil {
			continue
		}
		b := &stepBack{moment: of(e), index: e.Index, reach: m.reach(), newest: m.snapshotIndex,
			further: s.reached[e.Machine], stale: s.stale[e.Machine], snapshot: *sent, leader: l, wasBehindThen: sent.first.reach <= e.Index}
		if p := s.peers[[2]string{l.machine, e.Machine}]; p != nil && p.added.event < sent.last.event {
			b.left = *p
		}
		return b
	}
	return nil
}
