package replay

import (
	"slices"

	"raftian/game/rules"
	"raftian/netsim/env"
)

// Standing is what a machine is to the others.
type NodeStatus uint8

const (
	Down    NodeStatus = iota // it has crashed, its program has ended, or it never started
	Booting                 // it runs, and takes no part yet
	Follower
	Candidate
	Leader
	Shutdown // its participant has ended, and its program has not
)

// String is the standing in a word.
func (s NodeStatus) String() string {
	return [...]string{"down", "booting", "follower", "candidate", "leader", "shut down"}[s]
}

// State is all of a run at one moment.
type State struct {
	Nodes   []Node
	Clients []Client
	Active  []int32 // faults that have begun and are not over, by their beginning; numbers in Run.Faults
	Term    uint64  // the highest that any machine had
	Commit  uint64  // the highest index that any machine knew to be committed
	Healed  bool
}

// Node is a machine and what runs on it. When it is down, what it last knew stays
// to be seen, until it boots.
type Node struct {
	Status    NodeStatus
	DownReason   string      // of Down: "power", "kill", or how its program ended
	Since env.Instant // it is what it is since then
	Boot  uint64      // incarnation, from 1

	Term     uint64
	VoteFor  int         // a machine, World if for nobody
	VoteTerm uint64      // when that was
	LeaderContact    env.Instant // when the last entries or heartbeat of a leader came

	First    uint64 // the first index that its log still holds, or would
	lastEntry      int32  // its log's last entry, or none
	Commit   uint64
	Applied  uint64
	Snapshot uint64 // the index up to which its last snapshot reaches
	Config   string // the members, as it knows them

	StateHash uint64 // of its state machine, as it said when it last applied
	Game      rules.State
	GameKnown bool
	Local     uint64 // the index that its player's local log has reached
	LocalHash uint64 // the chain of it
	LastDiag      int32  // its last line in the program's own log, an event; 0 if none
}

// Client is a client and its calls so far.
type Client struct {
	Op                  int32 // the last call it made, a number in Run.Ops; none before the first
	Waiting             bool  // for its answer
	OK, Failed, Unknown int
}

// Calls is how many calls the client has made that have their answer.
func (c *Client) Calls() int { return c.OK + c.Failed + c.Unknown }

// clone is a copy that shares nothing that changes.
func (s *State) clone() State {
	c := *s
	c.Nodes, c.Clients, c.Active = slices.Clone(s.Nodes), slices.Clone(s.Clients), slices.Clone(s.Active)
	return c
}

// copyTo is clone into memory that is there.
func (s *State) copyTo(t *State) {
	nodes, clients, active := t.Nodes, t.Clients, t.Active
	*t = *s
	t.Nodes = append(nodes[:0], s.Nodes...)
	t.Clients = append(clients[:0], s.Clients...)
	t.Active = append(active[:0], s.Active...)
}

// start is the State before the first event.
func (r *Run) initialState() State {
	s := State{Nodes: make([]Node, len(r.Machines)), Clients: make([]Client, len(r.Clients))}
	for i := range s.Nodes {
		s.Nodes[i] = Node{VoteFor: World, First: 1, lastEntry: none, Game: r.initialGame, GameKnown: r.hasGame}
	}
	for i := range s.Clients {
		s.Clients[i].Op = none
	}
	return s
}
