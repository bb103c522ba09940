package invariant

import (
	"fmt"
	"slices"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// ElectionSafety holds if at most one machine becomes leader in any one term.
// Source: Raft §5.2, figure 3 (Election Safety); Thesis §3.4.
type ElectionSafety struct {
	ruling
	leaders map[uint64][]sighting // by term, one a machine
}

// NewElectionSafety returns the judge.
func NewElectionSafety() *ElectionSafety {
	return &ElectionSafety{leaders: make(map[uint64][]sighting)}
}

// Name is "election-safety".
func (*ElectionSafety) Name() string { return "election-safety" }

// Kinds are the kinds of event it reads.
func (*ElectionSafety) Kinds() []string { return []string{env.KindRole} }

// Event takes the next event.
func (j *ElectionSafety) Event(e *trace.Event) {
	if e.Kind != env.KindRole || e.Text != "leader" {
		return
	}
	led := j.leaders[e.Term]
	if slices.ContainsFunc(led, func(s sighting) bool { return s.machine == e.Machine }) {
		return
	}
	j.leaders[e.Term] = append(led, see(e))
	if len(led) == 0 {
		return
	}
	j.fail("two leaders in one term",
		fmt.Sprintf("term %d had two leaders, %s and %s", e.Term, led[0].machine, e.Machine),
		led[0].did("became leader of term %d", e.Term),
		see(e).did("became leader of term %d", e.Term))
}

// Verdict says whether the property held.
func (j *ElectionSafety) Verdict() verdict.Verdict { return j.verdict(j.Name()) }
