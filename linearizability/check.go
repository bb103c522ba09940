package linearizability

import (
	"fmt"
	"slices"

	"raftian/linearizability/distinct"
	"raftian/linearizability/history"
	"raftian/linearizability/invariant"
	"raftian/linearizability/verdict"
	"raftian/netsim/trace"
)

// judgeName is the name of the judge that asks Check.
const judgeName = "linearizability"

// Check says whether a History is linearizable with respect to a Model: whether
// every call can be thought to take effect at one moment between its call and its
// return, such that these moments, in order, give every answer (Herlihy and Wing
// 1990; Thesis §6.3 for what Raft promises its clients).
//
// The order of the log is tried first (see witness.go), then the Model's own quick
// algorithm (see quick.go); then a search decides, of the tightened History (see
// tighten.go) and, if that has no order, of the one that clients saw. A search that
// spends its budget leaves it Inconclusive, with the evidence of the tightened History
// if that has no order.
//
// After a violation it goes on with the History without what is wrong there (see
// forgive), as often as s says.
func Check(m Model, ops []history.Op, s Search) Verdict {
	if err := possible(ops); err != nil {
		return Verdict{Judge: judgeName, Outcome: Inconclusive, Reason: err.Error()}
	}
	parts := [][]history.Op{ops}
	if m.Partition != nil {
		parts = m.Partition(ops)
	}
	whole := Verdict{Judge: judgeName, Outcome: Pass}
	var found []Violation
	for _, part := range parts {
		all := calls(part)
		v, culprit := checkPart(m, all, s)
		if v.Outcome == Inconclusive {
			v.Judge = judgeName
			whole = v
		}
		for n := 1; v.Outcome == Fail; n++ {
			found = append(found, Violation{Signature: v.Signature, Reason: v.Reason, Evidence: v.Evidence})
			if n >= s.Violations {
				if n > 1 {
					found = append(found, Violation{Signature: unsought,
						Reason: fmt.Sprintf("%d answers are wrong, and whether more are was not asked", n)})
				}
				break
			}
			all = forgive(m, all, culprit, s.budget(len(all)))
			v, culprit = checkPart(m, all, s)
		}
	}
	if len(found) > 0 {
		return verdict.Failing(judgeName, found)
	}
	return whole
}

// unsought is the signature of what was not looked for beyond Search.Violations.
const unsought = "not linearizable beyond that, or so it may be"

// forgive returns the History without what is wrong at a violation. Two things can be
// to blame: the answer itself, which then counts as not known; or the call that it
// overlooks, although that had returned, as when an acknowledged command was lost. That
// then counts as one whose outcome is unknown. The one that explains more of what comes
// after is taken.
func forgive(m Model, all []call, culprit wrong, budget int) []call {
	answer := slices.Clone(all)
	for i := range answer {
		if answer[i].op == culprit.answer.op {
			answer[i].answered = false
		}
	}
	if culprit.overlooked.op == nil {
		return answer
	}
	effect := slices.Clone(all)
	for i := range effect {
		if effect[i].op == culprit.overlooked.op {
			effect[i].answered, effect[i].to = false, never
		}
	}
	if at := firstWrong(m, answer, budget); at != never && search(m, until(effect, at), budget) != illegal {
		return effect
	}
	return answer
}

// firstWrong is when the first answer was given after which a History has no order;
// never if it has one.
func firstWrong(m Model, all []call, budget int) moment {
	if decide(m, all, budget) != illegal {
		return never
	}
	return unexplained(m, all, budget).to
}

// possible fails on a History that no clients can have seen.
func possible(ops []history.Op) error {
	for i := range ops {
		op := &ops[i]
		returned := moment{op.Return, op.ReturnEvent}
		if op.Outcome == history.OK && returned.before(moment{op.Call, op.CallEvent}) {
			return fmt.Errorf("operation %d of %s returned at %v, before it was called at %v",
				op.Seq, op.Client, op.Return, op.Call)
		}
	}
	return nil
}

// checkPart decides a part. If the tightened History has no order, or finding one
// takes too long, the one that clients saw is searched; in the first case only until
// it shows, at first: it has fewer calls of unknown outcome, each of which can double
// the effort, and if it has no order then, it has none later. Of a Fail it returns
// what is wrong, too.
func checkPart(m Model, all []call, s Search) (Verdict, wrong) {
	tight, budget := tighten(all), s.budget(len(all))
	if !s.NoWitness && provedByLog(m, all, tight, budget) {
		return Verdict{Outcome: Pass}, wrong{}
	}
	switch quick(m, all).Finding {
	case distinct.Legal:
		return Verdict{Outcome: Pass}, wrong{}
	case distinct.Illegal:
		if v, why, is := refutedQuickly(m, all, budget); is {
			return v, why
		}
	}
	histories := [][]call{all}
	asReported := search(m, tight, budget)
	switch asReported {
	case legal:
		return Verdict{Outcome: Pass}, wrong{}
	case illegal:
		histories = [][]call{until(all, unexplained(m, tight, budget).to), all}
	}
	for _, h := range histories {
		switch search(m, h, budget) {
		case illegal:
			return refuted(m, h, budget)
		case exhausted:
			v := Verdict{
				Outcome: Inconclusive,
				Reason:  fmt.Sprintf("the search for an order of %d calls was given up after %d steps", len(h), budget),
			}
			if asReported == illegal {
				v.Reason += "; there is none if calls took effect when machines say so"
				why, _ := explain(m, tight, budget)
				v.Evidence = why.Evidence
			}
			return v, wrong{}
		}
	}
	return Verdict{Outcome: Pass}, wrong{}
}

// provedByLog says whether the order of the log explains a History: alone if it
// has every call that took effect, or with a search for the places of the others.
func provedByLog(m Model, all, tight []call, budget int) bool {
	known := 0
	for i := range tight {
		if tight[i].op.Index != 0 {
			known++
		}
	}
	if known == len(tight) && witness(m, tight) == nil {
		return true
	}
	if known == 0 {
		return false
	}
	f, _ := searchGuided(m, narrow(all), budget)
	return f == legal
}

// refuted is the Verdict on a History without an order. Porcupine has to agree,
// unless that would take it too long.
func refuted(m Model, h []call, budget int) (Verdict, wrong) {
	if porcupineSearch(m, h, budget) == legal {
		return Verdict{
			Outcome: Inconclusive,
			Reason:  fmt.Sprintf("two searches for an order of %d calls disagree, which is a fault of this program or of its model", len(h)),
		}, wrong{}
	}
	return explain(m, h, budget)
}

// Linearizability is the judge that takes the History out of a trace and checks
// it. See Check for what it means.
type Linearizability struct {
	model    *Model
	search   Search
	recorder *history.Recorder
}

// violationsOfRun is how many violations are looked for in the History of a run.
const violationsOfRun = 5

// NewLinearizability returns the judge. Without a model it judges nothing.
func NewLinearizability(m *Model, s Search) *Linearizability {
	s.Violations = max(s.Violations, violationsOfRun)
	return &Linearizability{model: m, search: s, recorder: history.NewRecorder()}
}

// Name is "linearizability".
func (*Linearizability) Name() string { return judgeName }

// Kinds are the kinds of event it reads.
func (j *Linearizability) Kinds() []string { return j.recorder.Kinds() }

// Needs are calls, and answers.
func (*Linearizability) Needs() []invariant.Need {
	return []invariant.Need{invariant.ACall(), invariant.AnAnswer()}
}

// Event takes the next event.
func (j *Linearizability) Event(e *trace.Event) { j.recorder.Event(e) }

// Verdict says whether the History is linearizable.
func (j *Linearizability) Verdict() Verdict {
	if j.model == nil {
		return Verdict{Judge: judgeName, Outcome: NotRun, Reason: "no model was given"}
	}
	return Check(*j.model, j.recorder.Ops(), j.search)
}
