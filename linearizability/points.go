package linearizability

import (
	"slices"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// Point is a moment at which a call can be thought to take effect.
type Point struct {
	Op int // in the History
	At env.Instant
	// Chosen says that the log does not tell the call's place: a search chose one, among
	// others that would do as well.
	Chosen bool
}

// Points are moments that explain every answer, one for each call that has one: in the
// order of the log where that is such an order, and else in one that a search finds.
// Of a History without such an order it is one of the calls up to the first answer that
// none explains, that one apart. There are none if the search is given up.
func Points(m Model, ops []history.Op, s Search) []Point {
	if possible(ops) != nil {
		return nil
	}
	parts := [][]history.Op{ops}
	if m.Partition != nil {
		parts = m.Partition(ops)
	}
	at := map[callID]int{}
	for i := range ops {
		at[callID{ops[i].Client, ops[i].Seq}] = i
	}
	var all []Point
	for _, part := range parts {
		h := calls(part)
		order, byLog := ordered(m, h, s.budget(len(h)))
		for k, t := range moments(order) {
			op := order[k].op
			all = append(all, Point{Op: at[callID{op.Client, op.Seq}], At: t, Chosen: !byLog || op.Index == 0})
		}
	}
	return all
}

// ordered is an order that explains every answer, or every one up to the first that
// none does; whether it keeps to the log is byLog.
func ordered(m Model, all []call, budget int) (order []call, byLog bool) {
	tight := tighten(all)
	if witness(m, tight) == nil {
		order = slices.Clone(tight)
		slices.SortStableFunc(order, compareIndex)
		return order, true
	}
	if f, order := searchGuided(m, tight, budget); f == legal {
		return order, true
	}
	f, order := searchOrder(m, tight, budget)
	if f == illegal {
		return orderWithout(m, tight, unexplained(m, tight, budget), budget), false
	}
	return order, false
}

// moments are instants for the calls of an order, each within its call, none before
// the one before it; where a machine is known to have applied a call, close to that.
func moments(order []call) []env.Instant {
	latest := make([]env.Instant, len(order))
	last := never.at
	for k, c := range slices.Backward(order) {
		last = min(last, c.to.at)
		latest[k] = last
	}
	all := make([]env.Instant, len(order))
	now := env.Instant(0)
	for k, c := range order {
		want := c.from.at
		if c.op.AppliedEvent != 0 {
			want = c.op.Applied
		}
		now = max(now, min(max(want, c.from.at), latest[k]))
		all[k] = now
	}
	return all
}
