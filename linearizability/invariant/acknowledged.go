package invariant

import (
	"fmt"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Acknowledged holds if what a client was told to have happened at a log index
// did happen, and stays: every operation answered "ok" with an index was applied
// by some machine, and no machine ever applies anything else at that index.
// Source: Raft §5.3 and §8 (a leader answers after it has applied the committed
// entry, which is then durable); Thesis §6.3.
//
// The operator's calls are orders, not operations. Reads that do not go through the log have an index only to say which state
// they saw; they are told by their input.
type Acknowledged struct {
	ruling
	readOnly func(input string) bool
	reading  map[operation]bool // open calls that do not go through the log
	acks     []ack
	applied  map[operation]bool
	owners   table[ownership]
}

// operation is a client's call.
type operation struct {
	client string
	seq    uint64
}

func (o operation) String() string { return fmt.Sprintf("operation %d of %s", o.seq, o.client) }

// ack is an answer "ok" with an index.
type ack struct {
	operation
	index uint64
	by    sighting
}

// ownership is which operation was applied at an index: the first that was, and
// the first that differs from it.
type ownership struct {
	first, other     operation
	firstBy, otherBy sighting
}

// NewAcknowledged returns the judge. Calls whose input readOnly approves need
// not be in the log; nil approves none.
func NewAcknowledged(readOnly func(input string) bool) *Acknowledged {
	return &Acknowledged{
		readOnly: readOnly,
		reading:  make(map[operation]bool),
		applied:  make(map[operation]bool),
	}
}

// Name is "acknowledged".
func (*Acknowledged) Name() string { return "acknowledged" }

// Kinds are the kinds of event it reads.
func (*Acknowledged) Kinds() []string {
	return []string{env.KindInvoke, env.KindReturn, env.KindApply}
}

// Event takes the next event.
func (j *Acknowledged) Event(e *trace.Event) {
	op := operation{e.Client, e.Seq}
	switch e.Kind {
	case env.KindInvoke:
		if j.readOnly != nil && j.readOnly(e.Text) {
			j.reading[op] = true
		}
	case env.KindReturn:
		if word, _, _ := strings.Cut(e.Text, " "); word == "ok" && e.Index != 0 && !j.reading[op] && e.Client != env.Operator {
			j.acks = append(j.acks, ack{op, e.Index, see(e)})
		}
		delete(j.reading, op)
	case env.KindApply:
		j.apply(op, e)
	}
}

func (j *Acknowledged) apply(op operation, e *trace.Event) {
	o := j.owners.put(e.Index)
	switch {
	case o.firstBy.event == 0:
		o.first, o.firstBy = op, see(e)
		j.applied[op] = true
	case o.first != op && o.otherBy.event == 0:
		o.other, o.otherBy = op, see(e)
		j.applied[op] = true
	}
}

// Verdict says whether the property held.
func (j *Acknowledged) Verdict() verdict.Verdict {
	for _, a := range j.acks {
		j.check(a)
		if j.failed() {
			break
		}
	}
	return j.verdict(j.Name())
}

func (j *Acknowledged) check(a ack) {
	answered := verdict.Evidence{
		Event: a.by.event,
		Text:  fmt.Sprintf("%s was answered ok with index %d at %v", a.operation, a.index, a.by.at),
	}
	if !j.applied[a.operation] {
		j.fail("an acknowledged operation was never applied",
			fmt.Sprintf("%s was acknowledged at index %d, but no machine applied it", a.operation, a.index),
			answered)
		return
	}
	o := j.owners.get(a.index)
	op, by := o.first, o.firstBy
	if op == a.operation {
		op, by = o.other, o.otherBy
	}
	if by.event == 0 {
		if o.firstBy.event == 0 {
			j.fail("an acknowledged entry is not in the log",
				fmt.Sprintf("%s was acknowledged at index %d, where no machine applied anything", a.operation, a.index),
				answered)
		}
		return
	}
	j.fail("an acknowledged entry was replaced",
		fmt.Sprintf("%s was acknowledged at index %d, where %s applied %s", a.operation, a.index, by.machine, op),
		answered, by.did("applied %s at index %d", op, a.index))
}
