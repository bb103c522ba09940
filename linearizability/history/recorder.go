package history

import (
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Recorder takes the History out of a trace. Its memory is the Ops. The
// operator's calls are orders about the cluster, and no part of the History.
type Recorder struct {
	ops  []Op
	byID map[opID]int // positions in ops
}

type opID struct {
	client string
	seq    uint64
}

// NewRecorder returns a Recorder that has seen nothing.
func NewRecorder() *Recorder {
	return &Recorder{byID: make(map[opID]int)}
}

// Kinds are the kinds of event that Event reads; it ignores others.
func (r *Recorder) Kinds() []string {
	return []string{env.KindInvoke, env.KindReturn, env.KindApply}
}

// Event takes the next event of the trace.
func (r *Recorder) Event(e *trace.Event) {
	switch e.Kind {
	case env.KindInvoke:
		r.invoke(e)
	case env.KindReturn:
		r.answer(e)
	case env.KindApply:
		r.apply(e)
	}
}

// Ops returns the operations in the order of their calls. One without a return
// is Unknown. A client has at most one operation that will still be answered;
// an Unknown one may stay open beside it.
func (r *Recorder) Ops() []Op {
	return append([]Op(nil), r.ops...)
}

// invoke opens an operation. A client that calls the same operation again, as
// after a crash of its own, is still in the call it made first.
func (r *Recorder) invoke(e *trace.Event) {
	id := opID{e.Client, e.Seq}
	if _, again := r.byID[id]; again || e.Client == env.Operator {
		return
	}
	r.byID[id] = len(r.ops)
	r.ops = append(r.ops, Op{Client: e.Client, Seq: e.Seq, Input: e.Text, Call: e.At, CallEvent: e.N})
}

// answer ends an operation. The first certain answer stands; an uncertain one
// may be followed by a certain one, of a repeated call. A return that belongs
// to no call is dropped: when it was called is not known.
func (r *Recorder) answer(e *trace.Event) {
	at, ok := r.byID[opID{e.Client, e.Seq}]
	if !ok || r.ops[at].Outcome != Unknown {
		return
	}
	op := &r.ops[at]
	op.Outcome, op.Output = ParseReturn(e.Text)
	op.Return, op.ReturnEvent = e.At, e.N
	if op.AppliedEvent == 0 && e.Index != 0 {
		op.Index = e.Index
	}
}

// ParseReturn splits "ok OUTPUT", "fail REASON" or "unknown REASON". What is
// none of these says nothing about what happened, so it is Unknown.
func ParseReturn(text string) (Outcome, string) {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "ok":
		return OK, rest
	case "fail":
		return Fail, rest
	case "unknown":
		return Unknown, rest
	}
	return Unknown, text
}

// apply notes where an operation first took effect. This index wins over the
// one in the answer: a client that tried twice may have been answered by the
// duplicate. An application of what nobody called is no part of the History.
func (r *Recorder) apply(e *trace.Event) {
	at, ok := r.byID[opID{e.Client, e.Seq}]
	if !ok || e.Text != "" || r.ops[at].AppliedEvent != 0 {
		return
	}
	op := &r.ops[at]
	op.Index, op.Applied, op.AppliedEvent = e.Index, e.At, e.N
}
