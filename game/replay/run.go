// Package replay goes through a run that was kept: what every machine, client and
// message was doing at any of its moments. It reads, and changes nothing; what it
// looks like is in package scene.
//
//	run.go       Run: all of a run, sorted by time and never changed
//	read.go      reading one from its file
//	build.go     Builder: a Run from its events
//	marks.go     what the way through a run leads past: violations, faults, terms
//	log.go       Entry: logs that share what they have in common
//	messages.go  Message: what was under way, from when to when
//	state.go     State: machines and clients at a moment
//	step.go      what each event changes in it
//	cursor.go    Cursor: at a moment; forward and back
//	reach.go     who can reach whom
//	points.go    when each call can be thought to take effect
//	spans.go     which of many intervals touch one
package replay

import (
	"slices"
	"sort"

	"raftian/game/rules"
	"raftian/linearizability/history"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// World stands for the number of a machine where none is meant.
const World = -1

// Run is a run that was kept. Machines and clients go by their numbers, from 0, in
// the order of their names' lists; events by theirs, from 1, as in the trace. A Run
// is never changed once it is built, and what it returns must not be.
type Run struct {
	Header   trace.Header
	Plan     plan.Plan
	Machines []string
	Clients  []string // in the order of their first calls; the operator, if it calls, last
	Ops      []Op
	Verdicts []verdict.Verdict
	Faults   []Fault
	Pins     []Pin     // what verdicts rest on, by event
	Exit     string    // what the world program said, if it died
	Broken   error     // why the file could not be read further; nil if it is whole
	Messages []Message // by the end of their way

	events   []trace.Event
	at       []env.Instant // of each event
	machine  []int8        // of each event
	aux      []int32       // of each event: what it is about, by its kind; none if nothing
	entries  []Entry
	games    []rules.State // that snapshots held
	begin    rules.State
	hasGame  bool
	keys     []State   // State before event 1, 1+keyEvery, 1+2*keyEvery, …
	lanes    [][]int32 // events of each machine, by number
	ways     spans     // of Messages
	calls    []spans   // of each client's Ops
	callsOf  [][]int32 // each client's Ops, in the order of its spans
	roles    [][]Role  // of each machine, by time
	terms    []int32   // the first event of each term
	leaders  []Lead
	failures []int32 // events at which a violation can be seen
	heal     env.Instant
	printed  [][]trace.Line // what each machine's programs printed, by time
}

// keyEvery is how many events lie between keyframes.
const keyEvery = 256

// none is an aux that is about nothing.
const none = -1

// Op is a call of a client, with what a replay needs besides.
type Op struct {
	history.Op
	Number   int // in Run.Ops
	Of       int // the client's number
	Machine  int // where it was called; World if not known
	Point    Point
	Illegal  bool // a verdict that failed rests on it
	Doubtful bool // a verdict that decided nothing rests on it
}

// End is when the call ends on a time axis: at its return or with the run.
func (o *Op) End(r *Run) env.Instant {
	if o.Return == 0 {
		return r.End()
	}
	return o.Return
}

// Events is how many there are.
func (r *Run) Events() int { return len(r.events) }

// Event is event n, from 1.
func (r *Run) Event(n int) *trace.Event { return &r.events[n-1] }

// At is when event n, from 1, happened.
func (r *Run) At(n int) env.Instant { return r.at[n-1] }

// MachineOf is the machine of event n, or World.
func (r *Run) MachineOf(n int) int { return int(r.machine[n-1]) }

// OpOf is the op that event n is about; nil if it is about none.
func (r *Run) OpOf(n int) *Op {
	e := r.Event(n)
	if k := r.aux[n-1]; k != none && (e.Kind == env.KindInvoke || e.Kind == env.KindReturn || e.Kind == env.KindApply) {
		return &r.Ops[k]
	}
	return nil
}

// EventsOf are the events that are about an op, rising. It goes through the run.
func (r *Run) EventsOf(op *Op) []int {
	var all []int
	for n := int(op.CallEvent); n <= len(r.events); n++ {
		if r.OpOf(n) == op {
			all = append(all, n)
		}
	}
	return all
}

// End is the instant of the last event, or as long as the plan says.
func (r *Run) End() env.Instant {
	if len(r.at) == 0 {
		return env.Instant(r.Plan.Length)
	}
	return r.at[len(r.at)-1]
}

// Heal is when every fault is over, or 0 if the run never came that far.
func (r *Run) Heal() env.Instant { return r.heal }

// HasGame reports whether the run is one of the game, so that there are cities.
func (r *Run) HasGame() bool { return r.hasGame }

// Machine is the number of a machine by its name, or World.
func (r *Run) Machine(name string) int { return slices.Index(r.Machines, name) }

// Until is how many events happened at t or before.
func (r *Run) Until(t env.Instant) int {
	return sort.Search(len(r.at), func(i int) bool { return r.at[i] > t })
}

// Lane are the numbers of the events on a machine, rising.
func (r *Run) Lane(machine int) []int32 { return r.lanes[machine] }

// Printed are the lines that programs on a machine printed, by time.
func (r *Run) Printed(machine int) []trace.Line { return r.printed[machine] }

// Roles are the roles of a machine, by time; gaps are times without any.
func (r *Run) Roles(machine int) []Role { return r.roles[machine] }

// Leads are the leaderships in the order in which they began.
func (r *Run) Leads() []Lead { return r.leaders }

// OpsDuring calls yield for each op of a client that lasts within [from, to].
func (r *Run) OpsDuring(client int, from, to env.Instant, yield func(*Op)) {
	r.calls[client].touching(from, to, func(i int) { yield(&r.Ops[r.callsOf[client][i]]) })
}

// MessagesAt calls yield for each message that is under way at t.
func (r *Run) MessagesAt(t env.Instant, yield func(*Message)) {
	r.ways.touching(t, t, func(i int) { yield(&r.Messages[i]) })
}

// Setting is one of the plan's settings; "" if it has none of that name.
func (r *Run) Setting(key string) string {
	for _, s := range r.Plan.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// Role is a machine in a role, or down, for a while.
type Role struct {
	Is       Standing
	Term     uint64
	From, To env.Instant
	Event    int // with which it begins
}

// Lead is a leadership.
type Lead struct {
	Machine  int
	Term     uint64
	From, To env.Instant
	Event    int
}

// Outcome is what the verdicts come to: Fail if one did, else Inconclusive if one
// was, or if there are none.
func (r *Run) Outcome() verdict.Outcome {
	worst := verdict.Pass
	for _, v := range r.Verdicts {
		switch {
		case v.Outcome == verdict.Fail:
			return verdict.Fail
		case v.Outcome != verdict.Pass:
			worst = verdict.Inconclusive
		}
	}
	if len(r.Verdicts) == 0 {
		return verdict.Inconclusive
	}
	return worst
}
