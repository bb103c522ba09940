// Package live is the data that a live game and its screen exchange: Snapshot, the
// state of the game, and Request, what the screen asks for. It is plain data that also
// travels to browsers. raftian/play fills it in, and package board shows it.
//
//	live.go   Snapshot and its parts
//	stage.go  Stage: the progress of a command
//	lines.go  Request: lines that the screen may send
package live

import "time"

// Snapshot is a game at a moment, as the player's node sees it. Cities are shown as in
// its local log, not as pending commands may change them.
type Snapshot struct {
	Version   uint64          `json:"version"` // changes with every other field
	At        time.Duration   `json:"at"`      // since the session began
	City      string          `json:"city"`    // of the player
	Node      string          `json:"node"`    // whose local log is shown
	Cities    []City          `json:"cities"`  // after entry Index
	Index     uint64          `json:"index"`
	Winner    string          `json:"winner,omitempty"`
	Events    []Event         `json:"events"` // the last committed commands, oldest first
	Calls     []Call          `json:"calls"`  // commands under way, and those that ended recently
	Nodes     []Node          `json:"nodes"`
	Leader    string          `json:"leader,omitempty"` // of the highest term; "" if there is none
	Term      uint64          `json:"term"`
	Commit    uint64          `json:"commit"` // the highest commit index of any node
	Latencies []time.Duration `json:"trips"`  // of the player's last commands
	Bots      Bots            `json:"bots"`
	// Machines is true if nodes can be cut off, killed and started from here.
	Machines bool `json:"machines"`
	// Recorded is the number of recorded events. NotRecorded is why recording is
	// impossible or has stopped; "" if it goes on.
	Recorded    uint64 `json:"recorded"`
	NotRecorded string `json:"records,omitempty"`
	// Message is a line for the player, such as the result of the last request, and
	// MessageSeq its number.
	Message    string `json:"said,omitempty"`
	MessageSeq uint64 `json:"saids"`
}

// Bots says whether bots take part, and whether they are paused.
type Bots uint8

const (
	NoBots Bots = iota
	BotsPlay
	BotsPaused
)

// City is a city after an entry.
type City struct {
	Name    string `json:"name"`
	Status  string `json:"status"` // "playing", "destroyed" or "departed"
	Health  int    `json:"health"`
	Score   uint64 `json:"score"`
	Resting bool   `json:"resting,omitempty"` // it may not attack before another command changes the game
	Player  string `json:"who,omitempty"`     // "you", "bot", or "" for others
}

// Playing reports whether a city is in the game and not destroyed.
func (c *City) Playing() bool { return c.Status == "playing" }

// Event is a committed command, which took effect or was rejected by the rules.
type Event struct {
	Index  uint64 `json:"index"`
	Term   uint64 `json:"term"`
	Client string `json:"client"`
	Seq    uint64 `json:"seq"`
	Input  string `json:"input"`
	Output string `json:"output"`
	Frame  uint64 `json:"frame"` // frame of the node's game loop that applied it
	City   City   `json:"after"` // the city it was about, afterwards; without a name if there is none
}

// Call is a command that was sent.
type Call struct {
	ID     uint64        `json:"id"` // increasing
	Client string        `json:"client"`
	Seq    uint64        `json:"seq"`
	Input  string        `json:"input"`
	Mine   bool          `json:"mine,omitempty"` // it is the player's
	Stage  Stage         `json:"stage"`
	Output string        `json:"output,omitempty"` // its output, or why it had no effect
	Index  uint64        `json:"index,omitempty"`
	Took   time.Duration `json:"took,omitempty"` // latency
}

// Node is a member of the cluster, as it sees itself.
type Node struct {
	ID       string        `json:"id"`
	Suffrage string        `json:"suffrage"`
	Answers  bool          `json:"answers"` // it answers at present; the other fields are from its last answer
	Role     string        `json:"role"`
	Term     uint64        `json:"term"`
	Leader   string        `json:"leader"`
	Commit   uint64        `json:"commit"`
	Last     uint64        `json:"last"`
	Local    uint64        `json:"local"`
	Hash     uint64        `json:"hash"` // chain hash of the local log up to there
	Latency  time.Duration `json:"trip"` // of its last status query
	FPS      uint32        `json:"fps"`  // configured frame rate of its game loop; 0 is unlimited
	Rate     float64       `json:"rate"` // actual frame rate
	Late     uint64        `json:"late"` // late frames
	// Down and Cut are known only of nodes in this process: the node does not run, or
	// is cut off from the others.
	Down bool `json:"down,omitempty"`
	Cut  bool `json:"cut,omitempty"`
}

// Follows reports whether the node is the leader of the highest term or one of its
// followers.
func (n *Node) Follows(s *Snapshot) bool {
	return n.Answers && !n.Cut && s.Leader != "" && n.Term == s.Term && (n.ID == s.Leader || n.Leader == s.Leader)
}

// Voters returns the number of voters, and the size of a quorum.
func (s *Snapshot) Voters() (voters, quorum int) {
	for i := range s.Nodes {
		if s.Nodes[i].Suffrage == "voter" {
			voters++
		}
	}
	return voters, voters/2 + 1
}
