// Package linearizability judges runs: it reads the Trace of a run, and the
// History its clients saw, and says whether what must hold did hold.
//
//	judge.go      Judge, and the words of package verdict
//	panel.go      Panel: the standard judges over one trace
//	needs.go      what they were told of what they need
//	model.go      Model: what the system is when nothing is concurrent
//	promise.go    Promise: calls that promise less than to be linearizable
//	sessions.go   the judge of these, and of what a client sees in a row
//	check.go      Check: is a history linearizable? The judge that asks it
//	tighten.go    shorter histories that are easier and as good
//	touching.go   calls of one client within an instant
//	witness.go    an order proved right, from log indexes
//	quick.go      the model's own algorithm, asked before a search
//	search.go     an order looked for
//	space.go      what that has to go through, tick by tick
//	expiry.go     until when an open call can matter
//	walk.go       the way through it, depth first
//	cell.go       what open calls are put for in a model of one value
//	grow.go       what a value that only grows must lead to
//	trail.go      and in any other
//	visited.go    where it need not go twice
//	porcupine.go  a second opinion, by Porcupine, before a Fail
//	wrong.go      FirstWrong: the operation to point at
//	visual.go     Visualize: a history as a page, by Porcupine
//	explain.go    why there is no order, in words
//	models/       register, key-value store, set, queue and others, for histories from elsewhere
//	distinct/     quick algorithms for values that are given once
//	verdict/      Verdict, Outcome, Evidence
//	foreign/      reads such histories
//	drawn/        makes histories, for tests
//	history/      Op, and its Recorder from a trace
//	invariant/    Raft's own properties, one file each
package linearizability

import (
	"raftian/linearizability/invariant"
	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// What judges say, under the names that most who call them need.
type (
	Verdict   = verdict.Verdict
	Violation = verdict.Violation
	Evidence  = verdict.Evidence
	Missing   = verdict.Missing
	Outcome   = verdict.Outcome
)

// The outcomes of a Verdict.
const (
	NotRun       = verdict.NotRun
	Pass         = verdict.Pass
	Fail         = verdict.Fail
	Inconclusive = verdict.Inconclusive
)

// Judge reads the events of one run, in order, and then gives its Verdict. It
// keeps what it needs of an event, not the event.
type Judge interface {
	// Name is a short fixed name such as "election-safety".
	Name() string
	// Kinds are the kinds of event it reads. Others change nothing and need not
	// be given to it.
	Kinds() []string
	// Needs are what it must have been told before it can say that something held.
	Needs() []invariant.Need
	// Event takes the next event. The Judge must not keep the pointer.
	Event(e *trace.Event)
	// Verdict is called once, after the last event.
	Verdict() Verdict
}
