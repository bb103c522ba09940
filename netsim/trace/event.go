// Package trace holds what happened in a run: events, their digest, and the
// .run file that keeps a whole Run.
//
// It knows the form of events, not their meaning: what programs report is
// named in package env, what the World itself reports is named here.
//
//	event.go   Event and the World's vocabulary
//	print.go   what programs print; lines.go: its lines
//	wire.go    the binary stream between a world program and its reader; Digest
//	json.go    the JSON form of an event
//	scan.go    JSON tokens
//	file.go    the .run file: its form, header, trailer and limits
//	write.go   writing it
//	create.go  writing it to disk
//	read.go    reading it, whole or cut off
//	frames.go  telling a file that is cut off from one that is damaged
package trace

import "raftian/netsim/env"

// Event is one thing that happened.
type Event struct {
	N       uint64      // position in the trace, from 1
	At      env.Instant // when
	Machine string      // where; "" for the World as a whole
	Boot    uint64      // which incarnation of the machine, from 1; 0 for none
	env.Note
}

// What the World reports, beside the programs' own kinds (env.Kind…).
const (
	// KindBoot: incarnation Boot of Machine starts. Text is "" or, of the first on
	// a disk that has replaced another, "empty disk".
	KindBoot = "boot"
	// KindCrash: it ends, in the middle of Count fsyncs; Text is "power" or "kill".
	KindCrash = "crash"
	// KindExit: the program ended by itself; Text is "" or its error, after which
	// the machine's supervisor starts it again.
	KindExit = "exit"
	// KindDial: Machine asked for connection Conn to Peer; Text is the port.
	KindDial = "dial"
	// KindOpen: Machine (the dialling side) has connection Conn to Peer.
	KindOpen = "open"
	// KindRefuse: connection Conn to Peer was refused, or gave up; Text says.
	KindRefuse = "refuse"
	// KindDeliver: Count bytes from Peer arrived at Machine on Conn, Took after
	// they were sent.
	KindDeliver = "deliver"
	// KindHold: Count bytes for Peer could not leave Machine on Conn; the next
	// attempt is Took from now. Text says why: "cut", "loss", "down", "stall".
	KindHold = "hold"
	// KindClose: Machine closed Conn to Peer.
	KindClose = "close"
	// KindReset: Conn to Peer was reset as Machine sees it; Text says why.
	KindReset = "reset"
	// KindFsync: file (or directory) Text became durable on Machine, after Took.
	KindFsync = "fsync"
	// KindRot: bit Count of byte Index, both from 0, of the durable file Text flipped
	// on the disk of Machine.
	KindRot = "rot"
	// KindFault: fault number Conn of the Plan begins; Text is the fault in
	// the Plan's words with what it resolved to (such as who leads).
	KindFault = "fault"
	// KindMend: fault number Conn of the Plan ends.
	KindMend = "mend"
	// KindIdle: fault number Conn of the Plan had no effect; Text is its kind, a
	// colon, and why. If it had begun, its KindMend is just before; else it had
	// nobody to concern, or the event that was to set it off never came.
	KindIdle = "idle"
	// KindHeal: every fault is over; from here on the system must recover.
	KindHeal = "heal"
	// KindStop: every program that runs is asked to end. From here on only KindExit,
	// if a program ends with an error, KindHung and KindEnd are reported.
	KindStop = "stop"
	// KindHung: the program on Machine did not end, Took after it was asked to; Text
	// names what its goroutines are in the midst of, a function of a module that
	// is not the World's for each, sorted.
	KindHung = "hung"
	// KindEnd: the run is over.
	KindEnd = "end"
)
