package coverage

import (
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Counter takes the Counts of one run from its events.
type Counter struct {
	counts   Counts
	plan     plan.Plan
	machines map[string]*machine
	commit   uint64 // the highest index anyone knew committed

	election election
	members  members
	calls    calls
	faults   faults
}

// machine is what the events say of a machine so far.
type machine struct {
	name  string
	boots uint64
	up    bool
	ready bool   // since its last boot
	role  string // "" if it has none

	last     uint64   // index of the last entry in its log
	pending  uint64   // index of the last configuration it appended; 0 for none
	cuts     int      // faults that keep it in a minority
	grown    []uint64 // indexes of what it appended in a minority, unless dropped since
	snapping bool     // is taking a snapshot
	sender   sender   // whose snapshot it is being sent

	asked uint64 // the term in which it last asked for a vote
	vote  vote   // the last one it made durable
	lease bool   // has said that its lease is over

	crashed  bool          // was the last to happen to it when it was up
	restarts []env.Instant // its last boots after a crash, fewer than stormBoots
	refill   bool          // its disk was replaced, and it has applied nothing since
}

// NewCounter returns a Counter for a run of a Plan, that has seen nothing of it.
func NewCounter(pl plan.Plan) *Counter {
	return &Counter{counts: Empty(), plan: pl, machines: map[string]*machine{},
		calls: newCalls(), faults: newFaults()}
}

// Counts returns what was counted so far.
func (c *Counter) Counts() Counts { return c.counts }

func (c *Counter) reached(s State) { c.counts.States[s]++ }

// machine returns what is known of a machine.
func (c *Counter) machine(name string) *machine {
	m := c.machines[name]
	if m == nil {
		m = &machine{name: name}
		c.machines[name] = m
	}
	return m
}

// Event takes the next event of the trace.
func (c *Counter) Event(e *trace.Event) {
	switch e.Kind {
	case trace.KindDeliver, trace.KindDial, trace.KindOpen, trace.KindClose, env.KindFrames:
		return // most of a trace
	case trace.KindFault, trace.KindMend, trace.KindIdle, trace.KindEnd:
		c.worldEvent(e)
		return
	}
	m := c.machine(e.Machine)
	switch e.Kind {
	case trace.KindBoot, trace.KindCrash, trace.KindExit, env.KindReady, env.KindCorrupt:
		c.powerEvent(m, e)
	case trace.KindReset, trace.KindHold, trace.KindRefuse:
		c.networkEvent(e)
	case env.KindRole, env.KindVote, env.KindRPC, env.KindReply, env.KindDiag:
		c.electionEvent(m, e)
	case env.KindLog, env.KindAppend, env.KindTruncate, env.KindCommit, env.KindLocal:
		c.logEvent(m, e)
	case env.KindSnapshot, env.KindRestore, trace.KindFsync:
		c.snapshotEvent(m, e)
	case env.KindConfig:
		c.configuration(e)
	case env.KindMember:
		c.enrolled(e)
	case env.KindInvoke, env.KindReturn, env.KindApply:
		c.callEvent(m, e)
	}
}

func (c *Counter) worldEvent(e *trace.Event) {
	switch e.Kind {
	case trace.KindFault:
		c.begin(e)
	case trace.KindMend:
		c.mend(e.Conn)
	case trace.KindIdle:
		c.idle(e)
	case trace.KindEnd:
		c.closeTerm()
	}
}

// halfOpenReset is what a reset says of a connection that one end has forgotten.
const halfOpenReset = "the other end does not know it"

func (c *Counter) networkEvent(e *trace.Event) {
	switch e.Kind {
	case trace.KindReset:
		c.reached(Resets)
		if e.Text == halfOpenReset {
			c.reached(HalfOpen)
		}
	case trace.KindHold:
		c.reached(Held)
	case trace.KindRefuse:
		c.reached(Refused)
	}
}

// committed notes that an index is known to be committed.
func (c *Counter) committed(index uint64) { c.commit = max(c.commit, index) }

// firstWord is text up to the first blank.
func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}
