package linearizability

import (
	"cmp"
	"fmt"
	"slices"

	"raftian/linearizability/history"
	"raftian/linearizability/invariant"
	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Sessions is the judge of what clients are promised beside linearizability, and
// of calls that do not promise that. A session is a client for as long as its
// machine is up. What it is answered reflects what it did before (read your
// writes) and what it saw before (monotonic reads), by the log indexes of the
// answers; but for calls that may be stale. And the answer of a local read is that
// of the state after the entry it names, of all that came before in the log and of
// nothing else (a consistent prefix).
//
// Source: Terry et al., "Session Guarantees for Weakly Consistent Replicated
// Data", 1994; Viotti and Vukolić, "Consistency in Non-Transactional Distributed
// Storage Systems", 2016, §3.
type Sessions struct {
	model    *Model
	promises Promises
	recorder *history.Recorder
	sessions map[uint64]session // by the event of a call
}

// session is a client and the incarnation it calls on.
type session struct {
	client, machine string
	boot            uint64
}

// NewSessions returns the judge. Without a model it leaves open what local reads
// say.
func NewSessions(m *Model, p Promises) *Sessions {
	return &Sessions{model: m, promises: p, recorder: history.NewRecorder(), sessions: map[uint64]session{}}
}

// Name is "sessions".
func (*Sessions) Name() string { return "sessions" }

// Kinds are the kinds of event it reads.
func (j *Sessions) Kinds() []string { return j.recorder.Kinds() }

// Needs are answers that say which state they saw.
func (*Sessions) Needs() []invariant.Need { return []invariant.Need{invariant.AnIndexedAnswer()} }

// Event takes the next event.
func (j *Sessions) Event(e *trace.Event) {
	j.recorder.Event(e)
	if e.Kind == env.KindInvoke {
		j.sessions[e.N] = session{e.Client, e.Machine, e.Boot}
	}
}

// Verdict says whether the promises were kept.
func (j *Sessions) Verdict() Verdict {
	ops := j.recorder.Ops()
	found, nameless := j.forward(ops), j.nameless(ops)
	if nameless == nil {
		found = append(found, j.prefixes(ops)...)
	}
	switch {
	case len(found) > 0:
		return verdict.Failing(j.Name(), found)
	case nameless != nil:
		return Verdict{Judge: j.Name(), Outcome: Inconclusive, Reason: operation(nameless) + " does not say of which entry its answer is"}
	}
	return Verdict{Judge: j.Name(), Outcome: Pass}
}

// forward looks for answers that reflect less than their session knew.
func (j *Sessions) forward(ops []history.Op) (found []Violation) {
	most := map[session]*history.Op{} // the answer of a session with the highest index
	for i := range ops {
		op := &ops[i]
		if op.Outcome != history.OK || op.Index == 0 {
			continue
		}
		s := j.sessions[op.CallEvent]
		known := most[s]
		if known == nil || op.Index >= known.Index {
			most[s] = op
			continue
		}
		if known.ReturnEvent < op.CallEvent && j.promises.of(op.Input).Stale == 0 {
			found = append(found, wentBack(known, op))
		}
	}
	return found
}

// wentBack is the violation of an answer that reflects less than an earlier one.
func wentBack(known, op *history.Op) Violation {
	did, kind := "had seen", "a session's reads go back"
	if known.AppliedEvent != 0 {
		did, kind = "had written", "a session does not read its own writes"
	}
	return Violation{
		Reason: fmt.Sprintf("%s was answered from the state after entry %d, but before that %s %s entry %d",
			operation(op), op.Index, op.Client, did, known.Index),
		Signature: kind,
		Evidence: []Evidence{
			{Event: known.ReturnEvent, Text: fmt.Sprintf("%s was answered %q at %v, from the state after entry %d", operation(known), known.Output, known.Return, known.Index)},
			{Event: op.CallEvent, Text: fmt.Sprintf("%s was called at %v", operation(op), op.Call)},
			{Event: op.ReturnEvent, Text: fmt.Sprintf("it was answered %q at %v, from the state after entry %d", op.Output, op.Return, op.Index)},
		},
	}
}

// nameless is the first local read that does not say of which entry its answer is; nil
// if there is none.
func (j *Sessions) nameless(ops []history.Op) *history.Op {
	for i := range ops {
		if op := &ops[i]; j.promises.of(op.Input).Local && op.Outcome == history.OK && op.Index == 0 {
			return op
		}
	}
	return nil
}

// prefixes looks for local reads whose answers are not those of the log up to the
// entries they name.
func (j *Sessions) prefixes(ops []history.Op) (found []Violation) {
	if j.model == nil {
		return nil
	}
	var kept []history.Op // what took effect, and the local reads
	for _, op := range ops {
		local := j.promises.of(op.Input).Local
		if local && op.Outcome == history.OK || !local && op.AppliedEvent != 0 {
			kept = append(kept, op)
		}
	}
	parts := [][]history.Op{kept}
	if j.model.Partition != nil {
		parts = j.model.Partition(kept)
	}
	for _, part := range parts {
		found = append(found, j.prefix(part)...)
	}
	return found
}

// prefix replays what took effect in the order of the log, and the local reads
// where they say they belong.
func (j *Sessions) prefix(ops []history.Op) (found []Violation) {
	order := slices.Clone(ops)
	slices.SortStableFunc(order, func(a, b history.Op) int {
		return cmp.Or(cmp.Compare(a.Index, b.Index), cmp.Compare(b.AppliedEvent, a.AppliedEvent))
	})
	state := j.model.Init()
	var last *history.Op
	for i := range order {
		op := &order[i]
		next, output := j.model.Step(state, op.Input)
		if op.AppliedEvent != 0 {
			state, last = next, op
			continue
		}
		if output == op.Output {
			continue
		}
		v := Violation{
			Reason:    fmt.Sprintf("%s was answered %q from the state after entry %d, which gives %q", operation(op), op.Output, op.Index, output),
			Signature: "a local read is of no prefix of the log",
		}
		if last != nil {
			v.Evidence = append(v.Evidence, Evidence{Event: last.AppliedEvent,
				Text: fmt.Sprintf("%s took effect as entry %d at %v, the last before the read", operation(last), last.Index, last.Applied)})
		}
		v.Evidence = append(v.Evidence, Evidence{Event: op.ReturnEvent,
			Text: fmt.Sprintf("%s was answered %q at %v, from the state after entry %d", operation(op), op.Output, op.Return, op.Index)})
		found = append(found, v)
	}
	return found
}

// operation says which operation it is: c1's "add 3" (operation 7).
func operation(op *history.Op) string {
	return fmt.Sprintf("%s's %q (operation %d)", op.Client, op.Input, op.Seq)
}
