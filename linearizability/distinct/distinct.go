// Package distinct decides in near-linear time whether a history is linearizable
// if every value in it is given once: written to a register, added to a set, put
// into a queue. In general the question is NP-complete (Gibbons and Korach,
// "Testing shared memories", SIAM J. Comput. 26(4), 1997).
//
//	distinct.go   Call, Ruling
//	register.go   Register: zones, after Gibbons and Korach, §4
//	blocks.go     the calls about each value, in the order that they need
//	queue.go      Queue: pairs of values, and times at which it cannot be empty
//	removals.go   its dequeues without an answer
//	set.go        Set: a graph of what must come before what
//	removes.go    what its removes did
//	choices.go    reads that may be before an add or after a remove
//	pairs.go      which calls of a set stand beside each other
//	graph.go      that graph, an order of it, or a short cycle
//
// That queues and sets with distinct values can be decided so quickly was shown by
// Lee and Mathur, "Efficient Decrease-And-Conquer Linearizability Monitoring",
// arXiv 2410.04581; the algorithms here are others, and each file says why its own
// is right.
//
// A Ruling that a history is illegal names a few calls, its core, that have no
// order even if all other calls are left out. Whoever asks can have that confirmed
// by a search, which is quick among so few.
package distinct

import "math"

// Never is the To of a call that has not returned. It may take effect at any time
// after its From, or never.
const Never = math.MaxInt

// Verb is what a call does.
type Verb uint8

const (
	Read    Verb = iota // of a register Value, of a set Values
	Write               // Value to a register
	Swap                // a register from Old to Value
	Enqueue             // Value
	Dequeue             // Value, or nothing if Empty
	Add                 // Value to a set
	Remove              // Value from a set
)

// Call is a call of a register, a queue or a set. From and To are places in the
// order of all calls and returns; no two are the same.
type Call struct {
	Verb     Verb
	Answered bool // what it found is known; it has returned
	Empty    bool
	From, To int
	Value    string
	Old      string
	Values   []string
}

// before says whether a call had returned when another was made.
func (c *Call) before(d *Call) bool { return c.To < d.From }

// open says whether a call may have no effect.
func (c *Call) open() bool { return c.To == Never && !c.Answered }

// Finding is what an algorithm came to.
type Finding uint8

const (
	Undecided Finding = iota // the algorithm does not apply
	Legal                    // the history is linearizable
	Illegal                  // it is not
)

// Ruling is a Finding and, of an Illegal one, why.
type Ruling struct {
	Finding Finding
	// Core are indices of calls, rising, that are illegal without the others.
	Core []int
	// About are the values that the core is about, if it has to be looked at with
	// no others in the answers of its reads; nil if their answers stand as they are.
	About []string
}
