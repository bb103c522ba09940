package replay

import (
	"strings"

	"raftian/game/rules"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// step applies event n, from 1, to a State.
func (r *Run) step(s *State, n int) {
	e, aux := &r.events[n-1], r.aux[n-1]
	m := r.machine[n-1]
	if m == World {
		r.stepWorld(s, e, aux)
		return
	}
	node := &s.Nodes[m]
	switch e.Kind {
	case trace.KindBoot, trace.KindCrash, trace.KindExit:
		r.stepPower(node, e)
	case trace.KindDeliver:
		if aux != none {
			node.LeaderContact = e.At
		}
	case env.KindReply:
		if aux != none {
			s.Nodes[aux].LeaderContact = e.At
		}
	case env.KindInvoke, env.KindReturn:
		if aux != none {
			stepClient(&s.Clients[r.Ops[aux].ClientNumber], e, aux)
		}
	case env.KindApply, env.KindRestore, env.KindSnapshot, env.KindLocal:
		r.stepGame(node, e, aux)
	case env.KindDiag:
		node.LastDiag = int32(n)
	default:
		r.stepRaft(node, e, aux)
	}
	s.Term, s.Commit = max(s.Term, node.Term), max(s.Commit, node.Commit)
}

// stepWorld handles faults, and clients outside of machines.
func (r *Run) stepWorld(s *State, e *trace.Event, aux int32) {
	switch e.Kind {
	case env.KindInvoke, env.KindReturn:
		if aux != none {
			stepClient(&s.Clients[r.Ops[aux].ClientNumber], e, aux)
		}
	case trace.KindFault:
		if k := r.faultIndex(e.Conn); k != none {
			s.Active = append(s.Active, k)
		}
	case trace.KindMend:
		for i, k := range s.Active {
			if r.Faults[k].Number == e.Conn {
				s.Active = append(s.Active[:i], s.Active[i+1:]...)
				break
			}
		}
	case trace.KindHeal:
		s.Healed = true
	}
}

// stepPower handles crashes and boots.
func (r *Run) stepPower(n *Node, e *trace.Event) {
	n.Since = e.At
	if e.Kind != trace.KindBoot {
		n.Status, n.DownReason = Down, e.Text
		if e.Kind == trace.KindExit {
			n.DownReason = strings.TrimSpace("its program ended: " + e.Text)
		}
		return
	}
	was := *n
	*n = Node{Status: Booting, Since: e.At, Boot: e.Boot, LeaderContact: e.At, LastDiag: was.LastDiag,
		Term: was.Term, VoteFor: was.VoteFor, VoteTerm: was.VoteTerm,
		First: was.First, lastEntry: was.lastEntry, Snapshot: was.Snapshot, Config: was.Config,
		Game: r.initialGame, GameKnown: r.hasGame}
	if strings.HasPrefix(e.Text, "empty") {
		n.Term, n.VoteFor, n.VoteTerm, n.First, n.lastEntry, n.Snapshot, n.Config = 0, World, 0, 1, none, 0, ""
	}
}

// stepClient handles invocations and responses.
func stepClient(c *Client, e *trace.Event, op int32) {
	if e.Kind == env.KindInvoke {
		c.Op, c.Waiting = op, true
		return
	}
	if c.Op == op {
		c.Waiting = false
	}
	switch {
	case strings.HasPrefix(e.Text, "ok"):
		c.OK++
	case strings.HasPrefix(e.Text, "fail"):
		c.Failed++
	default:
		c.Unknown++
	}
}

// stepGame handles the state machine and the player's local log.
func (r *Run) stepGame(n *Node, e *trace.Event, aux int32) {
	switch e.Kind {
	case env.KindApply:
		n.Applied, n.StateHash = e.Index, e.State
		n.Commit = max(n.Commit, e.Index)
		switch {
		case e.Text != "": // a duplicate, without effect
		case aux == none:
			n.GameKnown = false
		case n.GameKnown:
			n.Game, _ = rules.StepText(n.Game, r.Ops[aux].Input)
		}
	case env.KindRestore:
		n.Applied, n.StateHash, n.Snapshot = e.Index, e.State, e.Index
		n.Commit = max(n.Commit, e.Index)
		if n.GameKnown = aux != none; n.GameKnown {
			n.Game = r.games[aux]
		}
	case env.KindSnapshot:
		n.Snapshot = e.Index
	case env.KindLocal:
		n.Local, n.LocalHash = e.Index, e.Hash
	}
}

// stepRaft handles terms, votes, roles and logs.
func (r *Run) stepRaft(n *Node, e *trace.Event, aux int32) {
	switch e.Kind {
	case env.KindRole:
		if is := statusOfRole(e.Text); is != n.Status {
			n.Status, n.Since = is, e.At
			if is == Follower {
				n.LeaderContact = e.At
			}
		}
		n.Term = max(n.Term, e.Term)
	case env.KindReady, env.KindTerm:
		n.Term = e.Term
	case env.KindVote:
		n.VoteFor, n.VoteTerm = r.Machine(e.Peer), e.Term
		n.LeaderContact = e.At // granting a vote resets the election timer
	case env.KindCommit:
		n.Commit = e.Index
	case env.KindConfig:
		n.Config = e.Text
	case env.KindAppend, env.KindLog, env.KindTruncate:
		n.lastEntry = aux
		switch {
		case e.Kind == env.KindTruncate && e.Text == "prefix":
			n.First = e.Index + e.Count
		case e.Kind == env.KindLog && e.Count > 0:
			n.First = e.Index
		case e.Kind == env.KindAppend && (n.First > e.Index || r.entries[aux].previous == none):
			n.First = e.Index
		}
	}
}

// statusOfRole parses the name of a role in a trace.
func statusOfRole(name string) NodeStatus {
	switch name {
	case "leader":
		return Leader
	case "candidate":
		return Candidate
	case "shutdown":
		return Shutdown
	}
	return Follower
}
