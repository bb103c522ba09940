// Package env is what a program sees of the machine it runs on: its name and
// arguments, its files, the network, and a place to report what it does.
//
// There are two implementations: Real, in this package, on os and net; and the
// simulated one, in package netsim. One conformance test (package envtest)
// holds both to the same promises. A program written against Env cannot tell
// which one it has.
//
// Env is not a portability layer: it holds what a replicated state machine
// needs of its machine and nothing else. It imports nothing of this module.
//
//	env.go    Env, Call, Instant
//	fs.go     FS and File
//	note.go   Note and the vocabulary of what programs report
//	real.go   the implementation on os and net
package env

import (
	"fmt"
	"net"
	"time"
)

// Instant is a moment of a run: nanoseconds since the World began (simulated)
// or since the Env was made (real). Durations are time.Duration.
type Instant int64

// Add returns the instant d after i.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d) }

// Sub returns the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i - j) }

// Seconds returns the instant as seconds since the beginning.
func (i Instant) Seconds() float64 { return time.Duration(i).Seconds() }

// String prints the instant in seconds with all nine decimals, as `show` does.
func (i Instant) String() string {
	sign := ""
	if i < 0 {
		sign, i = "-", -i
	}
	return fmt.Sprintf("%s%d.%09ds", sign, i/1e9, i%1e9)
}

// Call is one thing the machine's client is to do: an entry of the Plan's
// client script.
type Call struct {
	At     Instant // not before this instant
	Client string  // who calls
	Seq    uint64  // the client's sequence number: unique and rising per client
	Text   string  // what to do, in the guest's own words
}

// ArgsError is why a program cannot begin with its arguments, on no machine and at no
// time. A run with such a program is no run.
type ArgsError struct{ Err error }

func (e *ArgsError) Error() string { return e.Err.Error() }
func (e *ArgsError) Unwrap() error { return e.Err }

// Env is what a program sees of its machine.
//
// In a simulation an Env belongs to one incarnation of its machine. When the
// machine crashes, every later or still blocked call on the Env ends the
// goroutine that made it (runtime.Goexit, so deferred unlocks run); so they do
// when the program has ended. Nothing
// such a goroutine does is seen by anyone. The exceptions: Close on a dead Env
// returns nil, and ID, Args, Script and FS only hand out what they have.
type Env interface {
	// ID is the machine's name, such as "n1".
	ID() string
	// Args are the program's arguments, in "key=value" form.
	Args() []string
	// Script is what this machine's client is to do, ordered by At.
	Script() []Call
	// Now is the present instant. time.Now runs at the same speed.
	Now() Instant

	FS() FS

	// Listen accepts connections at address, "host:port". The host is the
	// machine's own name or empty; port 0 picks a free one.
	Listen(address string) (net.Listener, error)
	// Dial connects to address, "host:port". A timeout of 0 means none.
	Dial(address string, timeout time.Duration) (net.Conn, error)

	// Emit reports something the program did.
	Emit(Note)

	// Exit ends the program with an error and does not return: goroutines end, the
	// machine closes what they had open. A supervisor starts a program again that
	// ended with an error, by Exit or by returning one; after Exit(nil) it stays
	// ended, as after returning nil.
	Exit(err error)

	// Stopping is closed when the machine asks the program to end in good order, as
	// SIGTERM does. A program that heeds it puts down what it holds and returns nil.
	Stopping() <-chan struct{}

	// OnCrash has f called, in a goroutine of its own, when the machine
	// crashes under this incarnation or its program ends. It is for letting go of what goroutines
	// hold (such as raft's Shutdown); nothing f does on the Env has effect. A
	// real machine that crashes calls nothing.
	OnCrash(f func())
}
