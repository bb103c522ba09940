package replay

import (
	"slices"

	"raftian/game/rules"
	"raftian/netsim/env"
)

// NodeStatus is the status of a machine in the cluster.
type NodeStatus uint8

const (
	Down    NodeStatus = iota // it has crashed, its program has ended, or it was never started
	Booting                   // it runs, and Raft has not started yet
	Follower
	Candidate
	Leader
	Shutdown // Raft has shut down, and its program has not ended
)

// String returns the name of the status.
func (s NodeStatus) String() string {
	return [...]string{"down", "booting", "follower", "candidate", "leader", "shut down"}[s]
}

// State is the state of a run at an instant.
type State struct {
	Nodes   []Node
	Clients []Client
	Active  []int32 // active faults in the order of their beginnings; indexes in Run.Faults
	Term    uint64  // highest term of any machine
	Commit  uint64  // highest commit index known to any machine
	Healed  bool
}

// Node is the state of a machine and its program. While it is down, its last state
// remains until it boots.
type Node struct {
	Status     NodeStatus
	DownReason string      // of Down: "power", "kill", or how its program ended
	Since      env.Instant // since when it has its status
	Boot       uint64      // incarnation, from 1

	Term          uint64
	VoteFor       int         // a machine; World if it has not voted
	VoteTerm      uint64      // term of that vote
	LeaderContact env.Instant // when the last entries or heartbeat of a leader arrived

	First     uint64 // first index in its log, or the next one to be
	lastEntry int32  // of its log, or none
	Commit    uint64
	Applied   uint64
	Snapshot  uint64 // last index that its last snapshot includes
	Config    string // the configuration, as it knows it

	StateHash uint64 // of its state machine at the last applied entry
	Game      rules.State
	GameKnown bool
	Local     uint64 // last index of its player's local log
	LocalHash uint64 // chain hash of the local log
	LastDiag  int32  // event of the last line in the program's log; 0 if there is none
}

// Client is the state of a client and statistics of its calls.
type Client struct {
	Op                  int32 // its last call, in Run.Ops; none before the first
	Waiting             bool  // for the response
	OK, Failed, Unknown int
}

// Calls returns the number of the client's calls that have ended.
func (c *Client) Calls() int { return c.OK + c.Failed + c.Unknown }

// clone returns a deep copy.
func (s *State) clone() State {
	c := *s
	c.Nodes, c.Clients, c.Active = slices.Clone(s.Nodes), slices.Clone(s.Clients), slices.Clone(s.Active)
	return c
}

// copyTo copies s into t and reuses its memory.
func (s *State) copyTo(t *State) {
	nodes, clients, active := t.Nodes, t.Clients, t.Active
	*t = *s
	t.Nodes = append(nodes[:0], s.Nodes...)
	t.Clients = append(clients[:0], s.Clients...)
	t.Active = append(active[:0], s.Active...)
}

// initialState returns the State before the first event.
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
