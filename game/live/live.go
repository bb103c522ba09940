// Package live is what a game that is being played tells its screen, and what the
// screen asks of it, as plain data that also travels to a browser. It plays nothing and
// draws nothing: package play fills it in, package board shows it.
//
//	live.go   Snapshot and what is in it
//	stage.go  Stage: how far a command has come
//	lines.go  what the screen may ask for, as lines of words
package live

import "time"

// Snapshot is a game at a moment, as the player's node has it: cities are shown as
// they are in its local log, never as they may become.
type Snapshot struct {
	Version uint64          `json:"version"` // another one whenever anything else is
	At      time.Duration   `json:"at"`      // since the session began
	City    string          `json:"city"`    // the player's
	Node    string          `json:"node"`    // whose local log this is
	Cities  []City          `json:"cities"`  // after entry Index
	Index   uint64          `json:"index"`
	Winner  string          `json:"winner,omitempty"`
	Events  []Event         `json:"events"` // those committed last, oldest first
	Calls   []Call          `json:"calls"`  // under way, and those that ended a moment ago
	Nodes   []Node          `json:"nodes"`
	Leader  string          `json:"leader,omitempty"` // who leads the highest term; "" if nobody does
	Term    uint64          `json:"term"`
	Commit  uint64          `json:"commit"` // the highest commit index of any node
	Latencies   []time.Duration `json:"trips"`  // from call to answer, of the player's last commands
	Bots    Bots            `json:"bots"`
	// Machines says that nodes can be cut off, killed and started from here.
	Machines bool `json:"machines"`
	// Recorded is how many events have been recorded; Records is why nothing is, or
	// why no more is.
	Recorded uint64 `json:"recorded"`
	NotRecorded  string `json:"records,omitempty"`
	// Said is what came of the last thing that was asked for, and its number.
	Message  string `json:"said,omitempty"`
	MessageSeq uint64 `json:"saids"`
}

// Bots says whether there are players that are none, and whether they play.
type Bots uint8

const (
	NoBots Bots = iota
	BotsPlay
	BotsPaused
)

// City is a city as it is after an entry.
type City struct {
	Name    string `json:"name"`
	Status  string `json:"status"` // "playing", "destroyed" or "departed"
	Health  int    `json:"health"`
	Score   uint64 `json:"score"`
	Resting bool   `json:"resting,omitempty"` // it has to wait for another command
	Player     string `json:"who,omitempty"`     // "you", "bot", or "" for somebody else
}

// Playing says whether a city is in the game and not destroyed.
func (c *City) Playing() bool { return c.Status == "playing" }

// Event is a command that took effect, or was rejected by the rules.
type Event struct {
	Index  uint64 `json:"index"`
	Term   uint64 `json:"term"`
	Client string `json:"client"`
	Seq    uint64 `json:"seq"`
	Input  string `json:"input"`
	Output string `json:"output"`
	Frame  uint64 `json:"frame"` // of the node's game loop, that took it into the local log
	City   City   `json:"after"` // whom it was about, afterwards; without a name if nobody
}

// Call is a command that somebody sent.
type Call struct {
	ID     uint64        `json:"id"` // rising
	Client string        `json:"client"`
	Seq    uint64        `json:"seq"`
	Input  string        `json:"input"`
	Mine   bool          `json:"mine,omitempty"` // it is the player's
	Stage  Stage         `json:"stage"`
	Output string        `json:"output,omitempty"` // what came of it, or why nothing did
	Index  uint64        `json:"index,omitempty"`
	Took   time.Duration `json:"took,omitempty"` // from the call to its answer
}

// Node is a member of the cluster, as it sees itself.
type Node struct {
	ID       string        `json:"id"`
	Suffrage string        `json:"suffrage"`
	Answers  bool          `json:"answers"` // it does, at the moment; what follows is what it said last
	Role     string        `json:"role"`
	Term     uint64        `json:"term"`
	Leader   string        `json:"leader"`
	Commit   uint64        `json:"commit"`
	Last     uint64        `json:"last"`
	Local    uint64        `json:"local"`
	Hash     uint64        `json:"hash"` // of the local log up to there
	Latency     time.Duration `json:"trip"` // from asking it until it answered
	FPS      uint32        `json:"fps"`  // of its game loop, as asked for; 0 is as many as there can be
	Rate     float64       `json:"rate"` // and as it is
	Late     uint64        `json:"late"` // frames
	// Of nodes at hand: it does not run; it is cut off from the others.
	Down bool `json:"down,omitempty"`
	Cut  bool `json:"cut,omitempty"`
}

// Follows says whether the node is one of those that the leader of the highest term
// leads, the leader among them.
func (n *Node) Follows(s *Snapshot) bool {
	return n.Answers && !n.Cut && s.Leader != "" && n.Term == s.Term && (n.ID == s.Leader || n.Leader == s.Leader)
}

// Voters is how many nodes have a vote, and how many of them make a quorum.
func (s *Snapshot) Voters() (voters, quorum int) {
	for i := range s.Nodes {
		if s.Nodes[i].Suffrage == "voter" {
			voters++
		}
	}
	return voters, voters/2 + 1
}
