package distinct

import (
	"cmp"
	"slices"
)

// Queue decides a history of a first-in-first-out queue, empty in the beginning,
// into which no value is put twice.
//
// Suppose every call but enqueues has its answer, and every enqueue took effect.
// Then there is an order if and only if
//
//   - what was dequeued was enqueued, once, and not after the dequeue had returned;
//   - no two values x and y have it that the enqueue of x had returned when that of
//     y was made, but the dequeue of y had returned when that of x was made, if that
//     ever was;
//   - none that found the queue empty was under way only while it cannot have been:
//     a value x is in it from the return of its enqueue to the call of its dequeue.
//
// Each is needed. That they are enough for calls that found a value is shown by
// Henzinger, Sezgin and Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR
// 2013, §4; for those that found none: let one take effect at a moment at which no
// value must be in the queue. Every value is then all before it or all after it, as
// its calls allow: those of which both calls were made by then, and the dequeue was,
// go before; of the others no call has returned by then, and they go after. So none
// of these had returned when one of those was made; and within each side the
// conditions hold again.
//
// An unanswered enqueue of what nobody dequeued is left out, for the value can be
// left out of any order, with whatever call without an answer took it. Unanswered
// dequeues are the matter of removals.go. It takes O(n log n) time.
func Queue(calls []Call) Ruling {
	q := &queue{calls: calls, of: make(map[string]int)}
	if !q.sort() {
		return Ruling{}
	}
	if core := q.wrongPair(); core != nil {
		return Ruling{Finding: Illegal, Core: core}
	}
	if len(q.open) == 0 {
		return q.rule()
	}
	return q.withRemovals()
}

// queue is the calls by value.
type queue struct {
	calls  []Call
	of     map[string]int // the place in values
	values []content
	empty  []int // calls that found it empty
	open   []int // dequeues without an answer
	stray  int   // a dequeue of what nobody enqueued, or one too many; -1 if there is none

	earliest []int // of the empty calls from there on, the first return
}

// content is a value: its calls, and the time from which on it must be in the queue
// and until when.
type content struct {
	enqueue, dequeue int // -1 if there is none
	enqueued         int // when the enqueue was made
	in, out          int // its return; and when the dequeue was made, or Never
	gone             int // its return, or Never
}

// sort puts the calls to their values. False says that the algorithm does not apply.
func (q *queue) sort() bool {
	q.stray = -1
	taken := make(map[string]bool)
	for i := range q.calls {
		switch c := &q.calls[i]; {
		case c.Verb != Dequeue:
		case !c.Answered && c.To != Never:
			return false // it took something, or nothing
		case !c.Answered:
			q.open = append(q.open, i)
		case c.Empty:
			q.empty = append(q.empty, i)
		default:
			taken[c.Value] = true
		}
	}
	for i := range q.calls {
		c := &q.calls[i]
		if c.Verb != Enqueue || c.open() && !taken[c.Value] {
			continue
		}
		if _, twice := q.of[c.Value]; twice {
			return false
		}
		q.of[c.Value] = len(q.values)
		q.values = append(q.values, content{enqueue: i, dequeue: -1, enqueued: c.From, in: c.To, out: Never, gone: Never})
	}
	for i := range q.calls {
		c := &q.calls[i]
		if c.Verb != Dequeue || !c.Answered || c.Empty {
			continue
		}
		k, is := q.of[c.Value]
		if !is || q.values[k].dequeue >= 0 {
			q.stray = i
			continue
		}
		v := &q.values[k]
		v.dequeue, v.out, v.gone = i, c.From, c.To
	}
	slices.SortFunc(q.values, func(a, b content) int { return cmp.Compare(a.enqueued, b.enqueued) })
	return true
}

// wrongPair is an enqueue and a dequeue that do not belong together, or a dequeue
// that belongs to none.
func (q *queue) wrongPair() []int {
	if q.stray >= 0 {
		value := q.calls[q.stray].Value
		core := []int{q.stray}
		for _, v := range q.values {
			if q.calls[v.enqueue].Value == value {
				core = append(core, v.enqueue, v.dequeue)
			}
		}
		slices.Sort(core)
		return core
	}
	for _, v := range q.values {
		if v.gone < v.enqueued {
			return q.core(v)
		}
	}
	return nil
}

// core is the calls of some values.
func (q *queue) core(values ...content) []int {
	var core []int
	for _, v := range values {
		core = append(core, v.enqueue)
		if v.dequeue >= 0 {
			core = append(core, v.dequeue)
		}
	}
	slices.Sort(core)
	return core
}

// rule decides by pairs of values and the calls that found the queue empty.
func (q *queue) rule() Ruling {
	if x, y, is := q.overtaken(); is {
		return Ruling{Finding: Illegal, Core: q.core(x, y)}
	}
	if core := q.neverEmpty(); core != nil {
		return Ruling{Finding: Illegal, Core: core}
	}
	return Ruling{Finding: Legal}
}

// overtaken returns a value x that was in the queue before y was put into it, and
// was there still when y had been taken out.
func (q *queue) overtaken() (x, y content, is bool) {
	byReturn := slices.Clone(q.values)
	slices.SortFunc(byReturn, func(a, b content) int { return cmp.Compare(a.in, b.in) })
	longest, k := -1, 0 // of those enqueued before y, the one that was there longest
	for _, y := range q.values {
		for ; k < len(byReturn) && byReturn[k].in < y.enqueued; k++ {
			if longest < 0 || byReturn[k].out > byReturn[longest].out {
				longest = k
			}
		}
		if longest >= 0 && y.gone < byReturn[longest].out {
			return byReturn[longest], y, true
		}
	}
	return x, y, false
}

// neverEmpty is a call that found the queue empty and values of which one was in it
// at any moment of the call; nil if there is none.
func (q *queue) neverEmpty() []int {
	if len(q.empty) == 0 {
		return nil
	}
	byReturn := slices.DeleteFunc(slices.Clone(q.values), func(v content) bool { return v.out <= v.in })
	slices.SortFunc(byReturn, func(a, b content) int { return cmp.Compare(a.in, b.in) })
	slices.SortFunc(q.empty, func(i, j int) int { return cmp.Compare(q.calls[i].From, q.calls[j].From) })
	// Of times that meet, in which the queue is never empty, one is made.
	type time struct{ from, to, first int }
	var full []time
	for k, v := range byReturn {
		if last := len(full) - 1; last >= 0 && v.in < full[last].to {
			full[last].to = max(full[last].to, v.out)
		} else {
			full = append(full, time{v.in, v.out, k})
		}
	}
	k := 0
	for _, i := range q.empty {
		c := &q.calls[i]
		for k < len(full) && full[k].to < c.From {
			k++
		}
		if k < len(full) && full[k].from < c.From && c.To < full[k].to {
			core := append(q.core(q.cover(byReturn[full[k].first:], c)...), i)
			slices.Sort(core)
			return core
		}
	}
	return nil
}

// cover picks values so that at any moment of a call one is in the queue: of those
// that are in it when there must be one, always the one that stays longest.
func (q *queue) cover(byReturn []content, c *Call) (picked []content) {
	at, k := c.From, 0
	for at < c.To {
		longest := -1
		for ; k < len(byReturn) && byReturn[k].in < at; k++ {
			if longest < 0 || byReturn[k].out > byReturn[longest].out {
				longest = k
			}
		}
		if longest < 0 || byReturn[longest].out <= at {
			break
		}
		picked = append(picked, byReturn[longest])
		at = byReturn[longest].out
	}
	return picked
}
