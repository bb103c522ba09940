package env

import "time"

// Note is one thing a program reports of itself. It is flat, so that reporting
// costs no allocation; which fields a kind uses is said beside the kind. A
// field that a kind does not name is zero.
type Note struct {
	Kind   string
	Peer   string        // another machine
	Client string        // the client of an operation
	Seq    uint64        // the client's sequence number
	Term   uint64        // Raft term
	Index  uint64        // Raft log index
	Count  uint64        // how many entries, bytes, frames
	Hash   uint64        // of a payload, or a running (chain) hash
	State  uint64        // hash of the state machine's state; 0 is not known
	Conn   uint64        // number of a connection, or of a fault in the Plan
	Took   time.Duration // how long it took
	Text   string        // words
}

// Operator is the client whose calls are orders about the cluster itself. They
// are no part of what clients see.
const Operator = "operator"

// LeaderClient begins the name of the client as which a leader commits who is in and
// who is out; the leader's name follows. These calls are the participants' own.
const LeaderClient = "leader-"

// The vocabulary of a Raft participant. Judges and the viewer read these; a
// guest that reports more kinds of its own disturbs nobody.
const (
	// KindRole: the participant became Text, one of "follower", "candidate",
	// "leader", "shutdown", in Term.
	KindRole = "role"
	// KindTerm: Term was made durable as the current term.
	KindTerm = "term"
	// KindVote: a vote for Peer in Term was made durable.
	KindVote = "vote"
	// KindAppend: the entry (Index, Term) with payload hash Hash was made
	// durable in the log. Text is the entry's type: "command", "noop",
	// "barrier" or "configuration".
	KindAppend = "append"
	// KindTruncate: log entries from Index on, Count of them, were deleted.
	// Text is "suffix" (a conflict with the leader's log) or "prefix"
	// (compaction after a snapshot).
	KindTruncate = "truncate"
	// KindLog: what the durable log held when the participant booted: first
	// index Index, Count entries, last entry's term Term. Count 0 is empty.
	KindLog = "log"
	// KindCommit: the commit index as seen by the participant rose to Index in
	// Term.
	KindCommit = "commit"
	// KindApply: the committed command at (Index, Term) with payload hash Hash
	// was applied to the state machine, whose state then hashed to State.
	// Client and Seq say whose command it was. Text is "" if it took effect,
	// "duplicate" if the session had answered it before (nothing changed).
	KindApply = "apply"
	// KindConfig: the configuration at Index was stored. Text lists it:
	// "n1 n2 n3 voters" or "n1 n2 voters, n3 nonvoter".
	KindConfig = "config"
	// KindMember: from the command at (Index, Term) on, the replicated state says of
	// participant Peer that it is Text: "in", "out" for one that was put out and may
	// come back, or "left" for one that wanted to go.
	KindMember = "member"
	// KindSnapshot: a snapshot of state State through (Index, Term) was taken,
	// Count bytes long. Term 0 is not known.
	KindSnapshot = "snapshot"
	// KindRestore: the state machine was replaced by a snapshot through
	// (Index, Term), after which its state hashed to State. Text is "start" (own
	// snapshot at boot), "install" (from the leader) or "user".
	KindRestore = "restore"
	// KindRPC: a request of type Text ("AppendEntries", "Heartbeat",
	// "RequestVote", "RequestPreVote", "InstallSnapshot", "TimeoutNow") went
	// out to Peer in Term; Index is the previous (or last) log index, Count
	// the number of entries.
	KindRPC = "rpc"
	// KindReply: the answer to such a request came back from Peer, of type
	// Text, with the peer's Term; Count is 1 if granted or successful, else 0.
	// A request that failed has its error in Text after the type.
	KindReply = "reply"
	// KindLocal: the player's game loop added the command at Index to its
	// local log, whose chain hash then was Hash. Count is the frame's number.
	// Text is "" or, for a jump over compacted entries, "jump".
	KindLocal = "local"
	// KindInvoke: Client called operation Seq; Text is its input.
	KindInvoke = "invoke"
	// KindReturn: operation Seq of Client ended after Took. Text starts with
	// "ok", "fail" (certainly without effect) or "unknown" and then has the
	// output or the reason after one space. Index is the log index at which it
	// took effect, if known.
	KindReturn = "return"
	// KindFrames: the game loop ran Count frames since the last such report,
	// Index of them late; Took is the longest delay.
	KindFrames = "frames"
	// KindDiag: a line of the program's diagnostic log.
	KindDiag = "diag"
	// KindReady: the participant finished booting, with Term durable and its last
	// vote in term Count.
	KindReady = "ready"
	// KindCorrupt: stored bytes failed their checksum; Text says which and
	// what was done about it.
	KindCorrupt = "corrupt"
)
