// Package replay navigates a recorded run. A Builder makes a Run from its events; a
// Cursor stands at an instant of a Run and has the State of every machine and client
// there. The package is read-only and draws nothing; package scene does.
//
//	run.go            Run: a whole run, ordered by time, immutable
//	read.go           reading one from a file
//	build.go          Builder: a Run from events
//	landmarks.go      faults, roles, and the events that verdicts cite
//	log.go            Entry: logs that share common prefixes
//	messages.go       Message: segments in flight
//	state.go          State: machines and clients at an instant
//	step.go           the effect of each event on a State
//	cursor.go         Cursor: seeking and stepping
//	reachability.go   which machines can reach each other
//	linearization.go  possible linearization points of calls
//	intervals.go      an index of overlapping intervals
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

// World is the number of a machine if no machine is meant.
const World = -1

// Run is a recorded run. Machines and clients are numbered from 0, in the order of
// their lists; events from 1, as in the trace. A Run is immutable once built, and so is
// what it returns.
type Run struct {
	Header   trace.Header
	Plan     plan.Plan
	Machines []string
	Clients  []string // ordered by name; the operator last
	Ops      []Op
	Verdicts []verdict.Verdict
	Faults   []Fault
	Pins     []Pin     // events that verdicts cite, ordered by event
	Exit     string    // what the world program reported if it died
	Broken   error     // why the file could not be read to its end; nil if it was
	Messages []Message // ordered by arrival

	events        []trace.Event
	at            []env.Instant // of each event
	machine       []int8        // of each event
	aux           []int32       // of each event: the number of what it is about, depending on its kind, or none
	entries       []Entry
	games         []rules.State // states held by snapshots
	initialGame   rules.State
	hasGame       bool
	keyframes     []State         // State before event 1, 1+keyframeInterval, 1+2*keyframeInterval, …
	machineEvents [][]int32       // numbers of the events of each machine
	messageIndex  intervalIndex   // of Messages
	opIndex       []intervalIndex // of each client's Ops
	opsOfClient   [][]int32       // each client's Ops, in the order of opIndex
	roles         [][]RolePeriod  // of each machine, ordered by time
	terms         []int32         // first event of each term
	leaderships   []Leadership
	violations    []int32 // events at which a violation can be seen
	heal          env.Instant
	printed       [][]trace.Line // lines printed on each machine, ordered by time
}

// keyframeInterval is the number of events between keyframes.
const keyframeInterval = 256

// none is the aux value of an event that is about nothing.
const none = -1

// Op is a call with additional data for a replay.
type Op struct {
	history.Op
	Number       int // in Run.Ops
	ClientNumber int // the client's number
	Machine      int // where it was invoked; World if unknown
	Point        LinearizationPoint
	Illegal      bool // a failed verdict cites it
	Undecided    bool // an inconclusive verdict cites it
}

// End returns the instant of the response, or the end of the run if there is none.
func (o *Op) End(r *Run) env.Instant {
	if o.Return == 0 {
		return r.End()
	}
	return o.Return
}

// Events returns the number of events.
func (r *Run) Events() int { return len(r.events) }

// Event returns event n, from 1.
func (r *Run) Event(n int) *trace.Event { return &r.events[n-1] }

// At returns the instant of event n, from 1.
func (r *Run) At(n int) env.Instant { return r.at[n-1] }

// MachineOf returns the machine of event n, or World.
func (r *Run) MachineOf(n int) int { return int(r.machine[n-1]) }

// OpOf returns the op that event n is about; nil if there is none.
func (r *Run) OpOf(n int) *Op {
	e := r.Event(n)
	if k := r.aux[n-1]; k != none && (e.Kind == env.KindInvoke || e.Kind == env.KindReturn || e.Kind == env.KindApply) {
		return &r.Ops[k]
	}
	return nil
}

// EventsOf returns the events about an op, in order. It scans the run.
func (r *Run) EventsOf(op *Op) []int {
	var all []int
	for n := int(op.CallEvent); n <= len(r.events); n++ {
		if r.OpOf(n) == op {
			all = append(all, n)
		}
	}
	return all
}

// End returns the instant of the last event, or the plan's length if there are no
// events.
func (r *Run) End() env.Instant {
	if len(r.at) == 0 {
		return env.Instant(r.Plan.Length)
	}
	return r.at[len(r.at)-1]
}

// Heal returns when all faults have ended, or 0 if the run ended before.
func (r *Run) Heal() env.Instant { return r.heal }

// HasGame reports whether the run is of the game, which has cities.
func (r *Run) HasGame() bool { return r.hasGame }

// Machine returns the number of a machine, or World.
func (r *Run) Machine(name string) int { return slices.Index(r.Machines, name) }

// Until returns the number of events at t or before.
func (r *Run) Until(t env.Instant) int {
	return sort.Search(len(r.at), func(i int) bool { return r.at[i] > t })
}

// EventsOn returns the events on a machine, in order.
func (r *Run) EventsOn(machine int) []int32 { return r.machineEvents[machine] }

// Printed returns the lines that programs on a machine printed, ordered by time.
func (r *Run) Printed(machine int) []trace.Line { return r.printed[machine] }

// Roles returns the roles of a machine over time, which may have gaps.
func (r *Run) Roles(machine int) []RolePeriod { return r.roles[machine] }

// Leaderships returns the leaderships in the order of their beginnings.
func (r *Run) Leaderships() []Leadership { return r.leaderships }

// OpsDuring calls yield for each op of a client that overlaps [from, to].
func (r *Run) OpsDuring(client int, from, to env.Instant, yield func(*Op)) {
	r.opIndex[client].overlapping(from, to, func(i int) { yield(&r.Ops[r.opsOfClient[client][i]]) })
}

// MessagesAt calls yield for each message in flight at t.
func (r *Run) MessagesAt(t env.Instant, yield func(*Message)) {
	r.messageIndex.overlapping(t, t, func(i int) { yield(&r.Messages[i]) })
}

// Setting returns a setting of the plan; "" if it is absent.
func (r *Run) Setting(key string) string {
	for _, s := range r.Plan.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// RolePeriod is a period in which a machine has one status and term.
type RolePeriod struct {
	Status   NodeStatus
	Term     uint64
	From, To env.Instant
	Event    int // with which it begins
}

// Leadership is the period in which a machine leads a term.
type Leadership struct {
	Machine  int
	Term     uint64
	From, To env.Instant
	Event    int
}

// Outcome combines the verdicts: Fail if one failed; else Inconclusive if one was, or
// there are none; else Pass.
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
