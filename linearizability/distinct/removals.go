package distinct

import (
	"cmp"
	"slices"
)

// withRemovals decides a history with dequeues without an answer. Each may have
// taken any one value that nobody else took, at any time after its call.
//
// To take a value by a call that never returns is no hindrance to any other call,
// since that may be last of all. So if each value that is left could be taken by a
// call of its own, as early as the earliest of the open dequeues, and there is no
// order even so, then there is none.
//
// Otherwise let the values that were overtaken be those of which nobody knows who
// took them, but whose enqueue had returned when that of a value was made that was
// taken. One of them must be gone by the time the first of those had been taken, its
// deadline: a call has to be found for it that was made before. Serving the earliest
// deadline by the earliest call finds one for each if there is a way (a call that was
// made earlier can do all that a later one can). With these dequeues the history is
// as one in which all is known; and without calls that found the queue empty nothing
// else is asked of the others, which stay. With such calls, a value that was not
// overtaken may have to be gone as well; if that is so nothing is decided here.
func (q *queue) withRemovals() Ruling {
	slices.SortFunc(q.open, func(i, j int) int { return cmp.Compare(q.calls[i].From, q.calls[j].From) })
	known := slices.Clone(q.values)
	for k := range q.values {
		if v := &q.values[k]; v.dequeue < 0 {
			v.out = q.calls[q.open[0]].From
		}
	}
	if r := q.rule(); r.Finding == Illegal {
		return q.withOpen(r.Core)
	}
	q.values = known
	late := q.assign()
	switch r := q.rule(); {
	case r.Finding == Legal:
		return r
	case late >= 0 && len(q.empty) == 0:
		return q.withOpen(q.tooMany(late))
	}
	return Ruling{}
}

// withOpen is that some calls and the open dequeues have no order.
func (q *queue) withOpen(core []int) Ruling {
	core = append(slices.Clone(core), q.open...)
	slices.Sort(core)
	return Ruling{Finding: Illegal, Core: core}
}

// deadline is until when a value must be gone: the return of the first dequeue of
// those that took what was enqueued after it.
type deadline struct {
	at    int
	value int // the place in values
	by    int // and that of the one that overtook it
}

// emptied is the first return of the calls that found the queue empty and were made
// after a moment; Never if there is none. It sorts the calls of them once.
func (q *queue) emptied(after int) int {
	if q.earliest == nil {
		slices.SortFunc(q.empty, func(i, j int) int { return cmp.Compare(q.calls[i].From, q.calls[j].From) })
		q.earliest = make([]int, len(q.empty)+1)
		q.earliest[len(q.empty)] = Never
		for k := len(q.empty) - 1; k >= 0; k-- {
			q.earliest[k] = min(q.earliest[k+1], q.calls[q.empty[k]].To)
		}
	}
	k, _ := slices.BinarySearchFunc(q.empty, after, func(i, at int) int { return cmp.Compare(q.calls[i].From, at) })
	return q.earliest[k]
}

// deadlines are those of the values that were overtaken, or would have been by a
// call that found the queue empty, the earliest first.
func (q *queue) deadlines() (all []deadline) {
	earliest := make([]int, len(q.values)+1) // of the values from there on, the one gone first
	earliest[len(q.values)] = -1
	for k := len(q.values) - 1; k >= 0; k-- {
		earliest[k] = earliest[k+1]
		if e := earliest[k]; e < 0 || q.values[k].gone < q.values[e].gone {
			earliest[k] = k
		}
	}
	for k, v := range q.values {
		if v.dequeue >= 0 {
			continue
		}
		after, _ := slices.BinarySearchFunc(q.values, v.in, func(w content, in int) int { return cmp.Compare(w.enqueued, in) })
		d := deadline{Never, k, earliest[after]}
		if d.by >= 0 {
			d.at = q.values[d.by].gone
		}
		d.at = min(d.at, q.emptied(v.in))
		if d.at != Never {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b deadline) int { return cmp.Compare(a.at, b.at) })
	return all
}

// assign has open dequeues take the values with deadlines. It returns the number of
// the first deadline for which there is no call; -1 if there is none.
func (q *queue) assign() (late int) {
	for n, d := range q.deadlines() {
		if n >= len(q.open) || q.calls[q.open[n]].From > d.at {
			return n
		}
		q.values[d.value].out = q.calls[q.open[n]].From
	}
	return -1
}

// tooMany is the values that must be gone by a deadline, and those that overtook
// them.
func (q *queue) tooMany(late int) []int {
	var values []content
	for _, d := range q.deadlines()[:late+1] {
		values = append(values, q.values[d.value], q.values[d.by])
	}
	return slices.Compact(q.core(values...))
}
