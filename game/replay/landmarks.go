package replay

import (
	"cmp"
	"slices"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Fault is a fault of the plan that began.
type Fault struct {
	plan.Fault        // with its groups resolved to machines
	Number     uint64 // in the plan, from 1
	Text       string // as in the plan
	From, To   env.Instant
	Event      int    // with which it began
	Idle       string // why it had no effect; "" if it had
	groups     [][]int
}

// Machines returns the machines of its groups.
func (f *Fault) Machines() [][]int { return f.groups }

// Cuts reports whether the active fault partitions machines at t.
func (f *Fault) Cuts(t env.Instant) bool {
	switch f.Kind {
	case plan.Partition, plan.OneWay:
		return true
	case plan.Flap:
		return f.Every == 0 || t.Sub(f.From)/f.Every%2 == 0
	}
	return false
}

// Pin is an event that a verdict cites, or the end of the run if it cites none.
type Pin struct {
	Event   int // the last one, if the verdict is about no single event
	At      env.Instant
	Machine int
	Outcome verdict.Outcome // Fail or Inconclusive
	Judge   string
	Text    string
	Last    bool // the last event of its verdict, at which the violation can be seen
}

// gatherPins collects the events that verdicts cite.
func (r *Run) gatherPins() {
	for _, v := range r.Verdicts {
		if v.Outcome == verdict.Pass || len(r.events) == 0 {
			continue
		}
		mine := len(r.Pins)
		for _, e := range v.Evidence {
			if e.Event > 0 && e.Event <= uint64(len(r.events)) {
				r.Pins = append(r.Pins, r.pinAt(int(e.Event), v, e.Text))
			}
		}
		if len(r.Pins) == mine {
			r.Pins = append(r.Pins, r.pinAt(len(r.events), v, v.Reason))
		}
		last := mine
		for i := mine; i < len(r.Pins); i++ {
			if r.Pins[i].Event > r.Pins[last].Event {
				last = i
			}
		}
		r.Pins[last].Last = true
		if v.Outcome == verdict.Fail {
			r.violations = append(r.violations, int32(r.Pins[last].Event))
		}
	}
	slices.SortStableFunc(r.Pins, func(a, b Pin) int { return cmp.Compare(a.Event, b.Event) })
	slices.Sort(r.violations)
	r.violations = slices.Compact(r.violations)
}

func (r *Run) pinAt(n int, v verdict.Verdict, text string) Pin {
	return Pin{Event: n, At: r.At(n), Machine: r.MachineOf(n), Outcome: v.Outcome, Judge: v.Judge, Text: text}
}

// markCitedOps marks the ops that verdicts cite.
func (r *Run) markCitedOps() {
	cited := map[uint64]verdict.Outcome{}
	for _, v := range r.Verdicts {
		for _, e := range v.Evidence {
			if v.Outcome != verdict.Pass && e.Event != 0 {
				cited[e.Event] = v.Outcome
			}
		}
	}
	for i := range r.Ops {
		op := &r.Ops[i]
		for _, n := range []uint64{op.CallEvent, op.ReturnEvent} {
			op.Illegal = op.Illegal || cited[n] == verdict.Fail && n != 0
			op.Undecided = op.Undecided || cited[n] == verdict.Inconclusive && n != 0
		}
	}
}

// landmarkBuilder collects faults, roles, terms and leaderships.
type landmarkBuilder struct {
	run     *Run
	term    uint64
	leading []int // of each machine: index in run.leaderships, or none
}

func newLandmarkBuilder(r *Run) *landmarkBuilder {
	m := &landmarkBuilder{run: r, leading: make([]int, len(r.Machines))}
	for i := range m.leading {
		m.leading[i] = none
	}
	r.roles = make([][]RolePeriod, len(r.Machines))
	return m
}

func (m *landmarkBuilder) event(n int, e *trace.Event, machine int) {
	r := m.run
	if e.Term > m.term && (e.Kind == env.KindTerm || e.Kind == env.KindRole) {
		m.term = e.Term
		r.terms = append(r.terms, int32(n))
	}
	switch e.Kind {
	case trace.KindFault:
		r.Faults = append(r.Faults, r.newFault(n, e))
	case trace.KindMend:
		if k := r.faultIndex(e.Conn); k != none {
			r.Faults[k].To = e.At
		}
	case trace.KindIdle:
		if k := r.faultIndex(e.Conn); k != none {
			r.Faults[k].Idle = e.Text
		}
	case trace.KindHeal:
		r.heal = e.At
	case trace.KindBoot:
		m.setStatus(n, e, machine, Booting)
	case trace.KindCrash, trace.KindExit:
		m.setStatus(n, e, machine, Down)
	case env.KindRole:
		m.setStatus(n, e, machine, statusOfRole(e.Text))
	case env.KindTerm:
		if is := m.status(machine); is == Follower || is == Candidate { // a leader steps down first
			m.setStatus(n, e, machine, is)
		}
	}
}

// status returns the last status of a machine.
func (m *landmarkBuilder) status(machine int) NodeStatus {
	if machine == World || len(m.run.roles[machine]) == 0 {
		return Down
	}
	roles := m.run.roles[machine]
	return roles[len(roles)-1].Status
}

// setStatus ends a machine's role period and begins another.
func (m *landmarkBuilder) setStatus(n int, e *trace.Event, machine int, is NodeStatus) {
	if machine == World {
		return
	}
	r := m.run
	roles := r.roles[machine]
	if k := len(roles) - 1; k >= 0 {
		if roles[k].Status == is && roles[k].Term == e.Term {
			return
		}
		roles[k].To = e.At
	}
	r.roles[machine] = append(roles, RolePeriod{Status: is, Term: e.Term, From: e.At, Event: n})
	if k := m.leading[machine]; k != none {
		r.leaderships[k].To = e.At
		m.leading[machine] = none
	}
	if is == Leader {
		m.leading[machine] = len(r.leaderships)
		r.leaderships = append(r.leaderships, Leadership{Machine: machine, Term: e.Term, From: e.At, Event: n})
	}
}

// close ends open periods at the end of the run.
func (m *landmarkBuilder) close() {
	r := m.run
	for i := range r.Faults {
		if f := &r.Faults[i]; f.To == 0 {
			f.To = r.End()
		}
	}
	for _, roles := range r.roles {
		if k := len(roles) - 1; k >= 0 {
			roles[k].To = r.End()
		}
	}
	for i := range r.leaderships {
		if r.leaderships[i].To == 0 {
			r.leaderships[i].To = r.End()
		}
	}
}

// newFault parses a fault that begins. One that cannot be parsed, as of a later
// version, keeps only its text.
func (r *Run) newFault(n int, e *trace.Event) Fault {
	f := Fault{Number: e.Conn, Text: e.Text, From: e.At, Event: n}
	f.Fault, _ = plan.ParseFault(e.Text)
	for _, group := range f.Groups {
		var numbers []int
		for _, name := range group {
			if k := r.Machine(name); k != World {
				numbers = append(numbers, k)
			}
		}
		f.groups = append(f.groups, numbers)
	}
	return f
}

// faultIndex returns the index in r.Faults of a fault's number in the plan; none if it
// never began.
func (r *Run) faultIndex(number uint64) int32 {
	for i := range r.Faults {
		if r.Faults[i].Number == number {
			return int32(i)
		}
	}
	return none
}
