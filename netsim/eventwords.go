package netsim

import (
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// EventWords say what each kind of event is that Events has beside a guest's own.
func EventWords() map[string]string {
	return map[string]string{
		hintWrite:         "a part of a write, or all of it, is in the page cache",
		hintSync:          "an fsync of a file or a directory begins",
		hintCreate:        "a file or directory has come about, in the page cache",
		hintRename:        "a file or directory has another name, in the page cache; FILE is the old one",
		hintRemove:        "a file or directory is gone, in the page cache",
		trace.KindBoot:    "a machine's program starts",
		trace.KindCrash:   "a machine loses its power or its process",
		trace.KindExit:    "a program ends by itself; the text is its error",
		trace.KindDial:    "a connection is asked for; the text is the port",
		trace.KindOpen:    "the dialling side has its connection",
		trace.KindRefuse:  "a connection is refused or given up; the text says why",
		trace.KindDeliver: "bytes arrive",
		trace.KindHold:    "bytes cannot leave; the text says why",
		trace.KindClose:   "a connection is closed",
		trace.KindReset:   "a connection is reset; the text says why",
		trace.KindFsync:   "a file or directory is durable",
		trace.KindRot:     "a bit of a durable file has flipped",
		trace.KindFault:   "a fault of the plan begins; the text is the fault",
		trace.KindMend:    "a fault of the plan ends",
		trace.KindIdle:    "a fault of the plan had no effect; the text is its kind and why",
		env.KindRole:      "a participant's role changes",
		env.KindTerm:      "a term is durable",
		env.KindVote:      "a vote is durable",
		env.KindAppend:    "an entry is durable in the log",
		env.KindTruncate:  "entries of the log are deleted: conflicting ones, or compacted ones",
		env.KindLog:       "a participant has read its log at boot",
		env.KindCommit:    "the commit index rises",
		env.KindApply:     "a command is applied to the state machine",
		env.KindConfig:    "a configuration is stored; the text lists it",
		env.KindMember:    "the replicated state says who is in",
		env.KindSnapshot:  "a snapshot is taken",
		env.KindRestore:   "a snapshot takes the state machine's place: its own at boot, the leader's, or a user's",
		env.KindRPC:       "a request goes out",
		env.KindReply:     "the answer to a request is there; an error follows the text",
		env.KindLocal:     "a player's game loop adds a command to its local log",
		env.KindInvoke:    "a client calls; the text is its input",
		env.KindReturn:    "a call ends",
		env.KindFrames:    "a game loop reports its frames",
		env.KindDiag:      "a line of the diagnostic log",
		env.KindReady:     "a participant has booted",
		env.KindCorrupt:   "stored bytes fail their checksum; the text says which",
	}
}
