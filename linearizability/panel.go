package linearizability

import (
	"time"

	"raftian/linearizability/history"
	"raftian/linearizability/invariant"
	"raftian/netsim/trace"
)

// Options are what the standard judges need to know beside the trace. A judge
// that lacks what it needs says NotRun.
type Options struct {
	// Model is what clients may expect, for linearizability.
	Model *Model
	// Search bounds the effort spent on linearizability.
	Search Search
	// ReadOnly says of a call's input that it reads without going through the
	// log, so that no entry is its own; nil says so of none.
	ReadOnly func(input string) bool
	// Promises says which calls promise less than to be linearizable; nil says
	// that none does.
	Promises Promises
	// Bound is how soon the system must recover once all faults are over, for
	// liveness and for how far behind a local log may be.
	Bound time.Duration
	// RPCCeiling is how many requests a machine may send in a second.
	RPCCeiling int
}

// Panel is all standard judges over one trace.
type Panel struct {
	judges []Judge
	byKind map[string][]Judge
	seen   *evidence
	ops    *history.Recorder // of the judge of linearizability
	local  *invariant.LocalLogs
	last   uint64 // the event
}

// NewPanel returns the standard judges, who have seen nothing.
func NewPanel(o Options) *Panel {
	model := o.Model
	if model != nil && o.Promises != nil {
		held := Promised(*model, o.Promises)
		model = &held
	}
	lin := NewLinearizability(model, o.Search)
	local := invariant.NewLocalLogs(o.Bound)
	p := panelOf(
		invariant.NewElectionSafety(),
		invariant.NewLogMatching(),
		invariant.NewLeaderCompleteness(),
		invariant.NewStateMachineSafety(),
		invariant.NewMonotonic(),
		invariant.NewAcknowledged(o.ReadOnly),
		invariant.NewExactlyOnce(),
		local,
		lin,
		NewSessions(o.Model, o.Promises),
		invariant.NewQuorum(),
		invariant.NewMembership(o.Bound),
		invariant.NewLiveness(o.Bound),
		invariant.NewProcess("", 0),
		invariant.NewRPCRate(o.RPCCeiling),
	)
	p.ops, p.local = lin.recorder, local
	return p
}

// panelOf sorts judges by the kinds they want, so that an event costs one look-up
// and the time of those who want it.
func panelOf(judges ...Judge) *Panel {
	p := &Panel{judges: judges, byKind: make(map[string][]Judge), seen: newEvidence(judges)}
	for _, j := range judges {
		for _, kind := range j.Kinds() {
			p.byKind[kind] = append(p.byKind[kind], j)
		}
	}
	return p
}

// Event gives the next event of the trace to the judges who want it.
func (p *Panel) Event(e *trace.Event) {
	p.last = e.N
	p.seen.take(e)
	for _, j := range p.byKind[e.Kind] {
		j.Event(e)
	}
}

// Exit tells what the process said when it ended; "" is that it ended well.
// Without it, that is taken to be so.
func (p *Panel) Exit(words string) {
	process := invariant.NewProcess(words, p.last)
	for i, j := range p.judges {
		if j.Name() == process.Name() {
			p.judges[i] = process
		}
	}
}

// History is what clients saw, up to the last event.
func (p *Panel) History() []history.Op { return p.ops.Ops() }

// Convergence is how long after the end of all faults each local log had what was
// committed by then, sorted: see invariant.LocalLogs. It is nil before the last
// event, and if one of them never had it.
func (p *Panel) Convergence() []time.Duration { return p.local.Times() }

// Verdicts returns what the judges say, always in the same order. It is called
// once, after the last event.
func (p *Panel) Verdicts() []Verdict {
	verdicts := make([]Verdict, len(p.judges))
	for i, j := range p.judges {
		verdicts[i] = p.Temper(j.Verdict())
	}
	return verdicts
}

// Temper is a judge's verdict, given elsewhere on the same events; a Pass is NotRun if
// the events lack what that judge needs.
func (p *Panel) Temper(v Verdict) Verdict { return p.seen.temper(v) }
