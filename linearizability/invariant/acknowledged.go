package invariant

import (
	"fmt"
	"slices"
	"strings"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Acknowledged holds if what a client was told to have happened at a log index
// did happen, and stays: every operation answered "ok" with an index was applied
// by some machine, and no machine ever applies anything else at that index, or what
// comes after it without it.
// Source: Raft §5.3 and §8 (a leader answers after it has applied the committed
// entry, which is then durable); Thesis §6.3.
//
// The operator's calls are orders, not operations. Reads that do not go through
// the log have an index only to say which state they saw; they are told by their
// input.
type Acknowledged struct {
	ruling
	readOnly func(input string) bool
	names    names
	leaders  []mark             // value: the term
	reading  map[operation]bool // open calls that do not go through the log
	acks     []ack
	applied  map[operation]bool
	owners   table[ownership]
	lasts    map[string]mark // what each machine applied or restored last since it booted
	gaps     []gap           // by time
}

// gap is what a machine left out: after what it had applied or restored, until what
// it applied next.
type gap struct{ before, after mark }

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
	led   int // how many leaders there had been
}

// ownership is which operation was applied at an index: the first that was, and
// the first that differs from it.
type ownership struct {
	first, other     operation
	firstBy, otherBy mark // value: the term of the entry
}

// NewAcknowledged returns the judge. Calls whose input readOnly approves need
// not be in the log; nil approves none.
func NewAcknowledged(readOnly func(input string) bool) *Acknowledged {
	return &Acknowledged{
		readOnly: readOnly,
		names:    make(names),
		reading:  make(map[operation]bool),
		applied:  make(map[operation]bool),
		lasts:    make(map[string]mark),
	}
}

// Name is "acknowledged".
func (*Acknowledged) Name() string { return "acknowledged" }

// Kinds are the kinds of event it reads.
func (*Acknowledged) Kinds() []string {
	return []string{env.KindInvoke, env.KindReturn, env.KindApply, env.KindRole, env.KindRestore, trace.KindBoot}
}

// Event takes the next event.
func (j *Acknowledged) Event(e *trace.Event) {
	op := operation{e.Client, e.Seq}
	switch e.Kind {
	case env.KindRole:
		if e.Text == "leader" {
			j.leaders = append(j.leaders, mark{e.Term, see(e)})
		}
	case env.KindInvoke:
		j.names.take(e)
		if j.readOnly != nil && j.readOnly(e.Text) {
			j.reading[op] = true
		}
	case env.KindReturn:
		if word, _, _ := strings.Cut(e.Text, " "); word == "ok" && e.Index != 0 && !j.reading[op] && e.Client != env.Operator {
			j.acks = append(j.acks, ack{op, e.Index, see(e), len(j.leaders)})
		}
		delete(j.reading, op)
	case env.KindApply:
		j.apply(op, e)
		before, after := j.lasts[e.Machine], mark{e.Index, see(e)}
		if e.Index > before.value+1 {
			j.gaps = append(j.gaps, gap{before, after})
		}
		j.lasts[e.Machine] = after
	case env.KindRestore:
		j.lasts[e.Machine] = mark{e.Index, see(e)}
	case trace.KindBoot:
		j.lasts[e.Machine] = mark{0, see(e)}
	}
}

func (j *Acknowledged) apply(op operation, e *trace.Event) {
	o := j.owners.put(e.Index)
	switch {
	case o.firstBy.by.event == 0:
		o.first, o.firstBy = op, mark{e.Term, see(e)}
		j.applied[op] = true
	case o.first != op && o.otherBy.by.event == 0:
		o.other, o.otherBy = op, mark{e.Term, see(e)}
		j.applied[op] = true
	}
}

// Verdict says whether the property held.
func (j *Acknowledged) Verdict() verdict.Verdict {
	left := j.leftOut()
	for _, a := range j.acks {
		j.check(a, left[a.index])
	}
	return j.verdict(j.Name())
}

// leftOut are the acknowledged indexes that lie in a gap, and the first such gap.
// Entries that are no commands lie there, and nothing else may.
func (j *Acknowledged) leftOut() map[uint64]*gap {
	indexes := make([]uint64, len(j.acks))
	for k, a := range j.acks {
		indexes[k] = a.index
	}
	slices.Sort(indexes)
	left := make(map[uint64]*gap)
	for g := range j.gaps {
		first, _ := slices.BinarySearch(indexes, j.gaps[g].before.value+1)
		for k := first; k < len(indexes) && indexes[k] < j.gaps[g].after.value; k++ {
			if left[indexes[k]] == nil {
				left[indexes[k]] = &j.gaps[g]
			}
		}
	}
	return left
}

func (j *Acknowledged) check(a ack, left *gap) {
	o := j.owners.get(a.index)
	op, by := o.first, o.firstBy
	if op == a.operation {
		op, by = o.other, o.otherBy
	}
	said, evidence := j.said(a)
	replaced := by.by.event != 0
	if replaced {
		evidence = append(evidence, by.by.did("applied %s as entry %d of term %d", j.names.of(op), a.index, by.value))
	}
	switch {
	case !j.applied[a.operation] && replaced:
		j.fail("an acknowledged operation was never applied",
			fmt.Sprintf("%s; no machine ever applied it, and entry %d is %s, of term %d", said, a.index, j.names.of(op), by.value),
			evidence...)
	case !j.applied[a.operation]:
		j.fail("an acknowledged operation was never applied", said+"; no machine ever applied it", evidence...)
	case replaced:
		j.fail("an acknowledged entry was replaced",
			fmt.Sprintf("%s; but %s applied %s there, of term %d", said, by.by.machine, j.names.of(op), by.value), evidence...)
	case left != nil:
		if left.before.value > 0 {
			evidence = append(evidence, left.before.by.did("had come to entry %d", left.before.value))
		}
		j.fail("an acknowledged entry was left out", fmt.Sprintf("%s; but %s left it out", said, left.after.by.machine),
			append(evidence, left.after.by.did("applied entry %d next", left.after.value))...)
	case o.firstBy.by.event == 0:
		j.fail("an acknowledged entry is not in the log", said+"; no machine applied anything there", evidence...)
	}
}

// said is what was acknowledged, in words, and the events that show it: the
// answer, and the next leader's election, after which the entry was to be in its
// log.
func (j *Acknowledged) said(a ack) (words string, evidence []verdict.Evidence) {
	in := ""
	if a.led > 0 {
		in = fmt.Sprintf(" in term %d", j.leaders[a.led-1].value)
	}
	words = fmt.Sprintf("%s was acknowledged at %v%s as entry %d", j.names.of(a.operation), a.by.at, in, a.index)
	evidence = append(evidence, verdict.Evidence{
		Event: a.by.event,
		Text:  fmt.Sprintf("%s was answered ok with index %d at %v%s", j.names.of(a.operation), a.index, a.by.at, in),
	})
	if a.led < len(j.leaders) {
		next := j.leaders[a.led]
		evidence = append(evidence, next.by.did("became leader of term %d", next.value))
	}
	return words, evidence
}
