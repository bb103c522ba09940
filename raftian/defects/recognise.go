package defects

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"raftian/linearizability"
	"raftian/linearizability/verdict"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// A recogniser finds where in a trace a finding happened: step by step, on the same
// machines, with the same terms and log indexes, in the order in which one leads to the
// next. It is given every event, and then asked about each violation that judges found.
// It says yes only to a violation in which it sees the finding itself (Shows), or what
// one of the occurrences that it found led to, later and on what it touched. Violations
// that look alike but have no such occurrence behind them are not known.
type recogniser interface {
	// event takes the next event of the trace. c is the cluster before it.
	event(c *cluster, e *trace.Event)
	// explains returns how the finding led to a failure; nil if it did not. c is the
	// cluster at the end of the run.
	explains(c *cluster, f *failure) *path
}

// failure is a violation and the events of the trace that its evidence names.
type failure struct {
	judge string
	verdict.Violation
	events []trace.Event // those of Evidence that name one, in that order
}

// is reports whether it is of a judge, with that signature.
func (f *failure) is(judge, signature string) bool {
	return f.judge == judge && f.Signature == signature
}

// last is the last event of its evidence; the zero Event if there is none.
func (f *failure) last() (e trace.Event) {
	if n := len(f.events); n > 0 {
		e = f.events[n-1]
	}
	return e
}

// path is how a finding came about.
type path struct {
	shows bool // the failure is the finding itself, and not what came of it
	steps []verdict.Evidence
}

// step is one event of a path, in words.
func (m moment) step(format string, args ...any) verdict.Evidence {
	return verdict.Evidence{Event: m.event, Text: fmt.Sprintf("%s %s at %v", m.machine, fmt.Sprintf(format, args...), m.at)}
}

// Cause says which finding a violation is; the zero Cause is that none is known.
type Cause struct {
	Finding string             `json:"finding"`
	Shows   bool               `json:"shows"` // it is the finding itself, and not what came of it
	Steps   []verdict.Evidence `json:"steps,omitempty"`
}

// Run is what Explain needs of a run.
type Run struct {
	Plan     plan.Plan
	Raft     string // the release that hashicorp/raft is or was made from
	Mends    string // of findings, in hashicorp/raft: these are no causes; as in toolchain.Program
	Verdicts []linearizability.Verdict
	Wire     []byte // the events, as package trace encodes them
	// Excuse also explains the failures of a run with a planted bug. Without it they
	// have no cause: what the bug does and what a finding does can look alike.
	Excuse bool
}

// Explain returns for each verdict of a run the causes of its violations, one each, as
// far as they are among these findings. The trace is read only if something failed.
func Explain(all []Finding, r Run) [][]Cause {
	causes := make([][]Cause, len(r.Verdicts))
	failures := make([][]*failure, len(r.Verdicts))
	named := map[uint64][]*failure{} // by event
	some := false
	for k, v := range r.Verdicts {
		for _, x := range v.Violations {
			f := &failure{judge: v.Judge, Violation: x}
			failures[k] = append(failures[k], f)
			for _, e := range x.Evidence {
				if e.Event != 0 {
					named[e.Event] = append(named[e.Event], f)
				}
			}
			some = true
		}
		causes[k] = make([]Cause, len(v.Violations))
	}
	able := candidates(all, r)
	if !some || len(able) == 0 {
		return causes
	}
	c := watch(r.Wire, able, named)
	// Which machines are held is known once every recogniser has been asked of every
	// failure.
	for range 2 {
		for k := range failures {
			for n, f := range failures[k] {
				if f.More == 0 { // what was only counted cannot be explained
					causes[k][n] = explain(c, able, f)
				}
			}
		}
	}
	for k := range failures {
		causes[k] = WithUnasked(r.Verdicts[k], causes[k])
	}
	return causes
}

// Unasked is the signature of a violation that says that a judge gave up after many.
const Unasked = "not linearizable beyond that, or so it may be"

// WithUnasked also explains, by the first cause of a verdict's violations, that a judge gave
// up after many of them: it is known if all of those are.
func WithUnasked(v linearizability.Verdict, causes []Cause) []Cause {
	open := slices.IndexFunc(causes, func(c Cause) bool { return c.Finding == "" })
	if open < 1 || v.Judge != "linearizability" || v.Violations[open].Signature != Unasked ||
		slices.ContainsFunc(causes[open+1:], func(c Cause) bool { return c.Finding == "" }) {
		return causes
	}
	causes[open] = Cause{Finding: causes[0].Finding, Steps: causes[0].Steps}
	return causes
}

// candidate is a finding that a run may have met, and its recogniser.
type candidate struct {
	Finding
	recogniser
}

// candidates are the findings that can be in a run. One that takes a certain setting says
// more of a run with that setting, and comes first.
func candidates(all []Finding, r Run) (able []candidate) {
	if !r.Excuse && slices.ContainsFunc(r.Plan.Settings, func(s plan.Setting) bool { return s.Key == "bug" }) {
		return nil
	}
	for _, f := range all {
		if f.isIn(r.Raft) && f.canBe(r.Plan) && !f.isMended(r.Mends) {
			able = append(able, candidate{f, newRecogniser(f.Name, r.Plan)})
		}
	}
	slices.SortStableFunc(able, func(a, b candidate) int { return cmp.Compare(len(b.Needs), len(a.Needs)) })
	return able
}

// watch gives a trace to the recognisers, and failures the events of their evidence.
func watch(wire []byte, able []candidate, named map[uint64][]*failure) *cluster {
	c := newCluster()
	d := trace.NewDecoder(bytes.NewReader(wire))
	var e trace.Event
	for {
		if d.Next(&e) != nil { // also where it is cut off
			return c
		}
		for _, a := range able {
			a.event(c, &e)
		}
		c.take(&e)
		for _, f := range named[e.N] {
			f.events = append(f.events, e)
		}
	}
}

// explain asks the recognisers; one that sees the finding itself is preferred.
func explain(c *cluster, able []candidate, f *failure) (cause Cause) {
	for _, a := range able {
		p := a.explains(c, f)
		if p == nil || cause.Finding != "" && (cause.Shows || !p.shows) {
			continue
		}
		cause = Cause{a.Name, p.shows, p.steps}
	}
	return cause
}

// Names are the findings of causes, without those that are none: by verdict and
// violation, as Explain has them.
func Names(causes [][]Cause) [][]string {
	names := make([][]string, len(causes))
	for k := range causes {
		for _, c := range causes[k] {
			names[k] = append(names[k], c.Finding)
		}
	}
	return names
}
