package models_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability"
	"raftian/linearizability/distinct"
	"raftian/linearizability/drawn"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/netsim/env"
)

// quick is a model with an algorithm of its own, and calls whose values are given
// once.
type quick struct {
	name  string
	model linearizability.Model
	call  func(next func() int, rng *rand.Rand) string
}

func quicks() []quick {
	return []quick{
		{"register", models.Register(), func(next func() int, rng *rand.Rand) string {
			switch rng.IntN(10) {
			case 0, 1, 2, 3, 4:
				return "read"
			case 5, 6:
				n := next()
				return fmt.Sprintf("cas %d %d", n-1-rng.IntN(2), n)
			}
			return fmt.Sprintf("write %d", next())
		}},
		{"queue", models.Queue(), func(next func() int, rng *rand.Rand) string {
			if rng.IntN(2) == 0 {
				return "dequeue"
			}
			return fmt.Sprintf("enqueue %d", next())
		}},
		{"set", models.Set(), func(next func() int, rng *rand.Rand) string {
			switch rng.IntN(5) {
			case 0, 1:
				return "read"
			case 2:
				if n := next(); n > 1 && rng.IntN(2) == 0 {
					return fmt.Sprintf("remove %d", n-1-rng.IntN(min(3, n-1)))
				}
			}
			return fmt.Sprintf("add %d", next())
		}},
		{"grow-only set", models.Set(), func(next func() int, rng *rand.Rand) string {
			if rng.IntN(2) == 0 {
				return "read"
			}
			return fmt.Sprintf("add %d", next())
		}},
	}
}

// mix is what histories of that model are made of.
func (q quick) mix(ops, clients int, unknown float64) drawn.Mix {
	n := 0
	next := func() int { n++; return n }
	return drawn.Mix{Init: q.model.Init, Step: q.model.Step, Ops: ops, Clients: clients, Unknown: unknown,
		Call: func(rng *rand.Rand) string { return q.call(next, rng) }}
}

// spoil changes a history so that it may be illegal: an answer of another call of its
// kind, other times, no effect.
func spoil(rng *rand.Rand, ops []history.Op) {
	op := &ops[rng.IntN(len(ops))]
	verb := strings.Fields(op.Input)[0]
	switch rng.IntN(6) {
	case 0:
		op.Call = op.Return
	case 1:
		op.Return = op.Call
	case 2:
		if op.Outcome == history.OK {
			op.Call += 60
			op.Return += 60
		}
	case 3:
		if verb != "dequeue" {
			op.Outcome, op.Output = history.Fail, ""
		}
	default:
		other := &ops[rng.IntN(len(ops))]
		if op.Outcome == history.OK && other.Outcome == history.OK && strings.HasPrefix(other.Input, verb) {
			op.Output = other.Output
		}
	}
}

// brute tries every order of calls that may be, with and without those that are
// unknown.
func brute(m linearizability.Model, state any, left []history.Op) bool {
	if !slices.ContainsFunc(left, func(op history.Op) bool { return op.Outcome == history.OK }) {
		return true
	}
	for i, op := range left {
		if slices.ContainsFunc(left, func(d history.Op) bool { return d.Outcome == history.OK && d.Return < op.Call }) || touches(left[:i], op) {
			continue
		}
		next, output := m.Step(state, op.Input)
		if op.Outcome == history.OK && output != op.Output {
			continue
		}
		if brute(m, next, slices.Delete(slices.Clone(left), i, i+1)) {
			return true
		}
	}
	return false
}

// touches says whether a call was made as soon as one of its client returned, which is
// among those before it.
func touches(before []history.Op, op history.Op) bool {
	return slices.ContainsFunc(before, func(d history.Op) bool {
		return d.Outcome == history.OK && d.Client == op.Client && d.Return == op.Call
	})
}

// ranked are the calls as an algorithm is given them: calls stand before returns of
// the same instant.
func ranked(ops []history.Op) []linearizability.Span {
	type end struct{ op, isReturn int }
	var ends []end
	for i := range ops {
		ends = append(ends, end{i, 0})
		if ops[i].Outcome == history.OK {
			ends = append(ends, end{i, 1})
		}
	}
	slices.SortStableFunc(ends, func(a, b end) int {
		at := func(e end) env.Instant {
			if e.isReturn == 1 {
				return ops[e.op].Return
			}
			return ops[e.op].Call
		}
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.isReturn, b.isReturn))
	})
	all := make([]linearizability.Span, len(ops))
	for i := range ops {
		all[i] = linearizability.Span{Op: &ops[i], Answered: ops[i].Outcome == history.OK, To: distinct.Never}
	}
	for place, e := range ends {
		if e.isReturn == 1 {
			all[e.op].To = place
		} else {
			all[e.op].From = place
		}
	}
	return all
}

// coreOf is the calls that a ruling names.
func coreOf(m linearizability.Model, ops []history.Op, r distinct.Ruling) (core []history.Op) {
	for _, i := range r.Core {
		op, is := ops[i], true
		if r.About != nil {
			op, is = m.Project(op, r.About)
		}
		if is {
			core = append(core, op)
		}
	}
	return core
}

func outcome(legal bool) distinct.Finding {
	if legal {
		return distinct.Legal
	}
	return distinct.Illegal
}

// A quick algorithm, Check, the search without it, and trying every order come to the
// same; and what the algorithm names as illegal is illegal alone.
func TestQuickAlgorithmsAgreeWithTryingEveryOrder(t *testing.T) {
	for _, q := range quicks() {
		t.Run(q.name, func(t *testing.T) {
			count := make(map[distinct.Finding]map[distinct.Finding]int)
			count[distinct.Legal], count[distinct.Illegal] = make(map[distinct.Finding]int), make(map[distinct.Finding]int)
			rapid.Check(t, func(t *rapid.T) {
				rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				unknown := rapid.SampledFrom([]float64{0, 0.1, 0.4}).Draw(t, "unknown")
				for range 100 {
					q.oneHistory(t, rng, unknown, count)
				}
			})
			t.Logf("by what is so, what the algorithm came to (0 is undecided): %v", count)
			legal, illegal := count[distinct.Legal], count[distinct.Illegal]
			if legal[distinct.Legal] < 1000 || illegal[distinct.Illegal] < 1000 {
				t.Errorf("too few histories of one kind are decided: %v", count)
			}
		})
	}
}

func (q quick) oneHistory(t *rapid.T, rng *rand.Rand, unknown float64, count map[distinct.Finding]map[distinct.Finding]int) {
	ops := q.mix(3+rng.IntN(6), 2+rng.IntN(3), unknown).History(rng)
	for range rng.IntN(8) {
		spoil(rng, ops)
	}
	ops = slices.DeleteFunc(ops, func(op history.Op) bool { return op.Outcome == history.Fail })
	if touch(ops) {
		return // intervals say less of these than there is: see the test of calls that touch
	}
	want := outcome(brute(q.model, q.model.Init(), ops))
	r := q.model.Quick(q.model.Init(), ranked(ops))
	count[want][r.Finding]++
	if r.Finding != distinct.Undecided && r.Finding != want {
		t.Fatalf("the algorithm says %v, trying every order %v: %+v", r.Finding, want, ops)
	}
	if r.Finding == distinct.Illegal {
		if core := coreOf(q.model, ops, r); brute(q.model, q.model.Init(), core) {
			t.Fatalf("the core %v about %v has an order: %+v", r.Core, r.About, ops)
		}
	}
	plain := q.model
	plain.Quick = nil
	for _, m := range []linearizability.Model{q.model, plain} {
		if v := linearizability.Check(m, ops, linearizability.Search{}); (v.Outcome == linearizability.Pass) != (want == distinct.Legal) ||
			v.Outcome == linearizability.Inconclusive {
			t.Fatalf("Check says %v, %s; trying every order %v: %+v", v.Outcome, v.Reason, want, ops)
		}
	}
}

// Calls of one client that touch are in its order. The algorithms know intervals
// alone, so they must not decide what that order decides.
func TestQuickAlgorithmsLeaveCallsThatTouchInOrder(t *testing.T) {
	for _, q := range quicks() {
		t.Run(q.name, func(t *testing.T) {
			count := make(map[linearizability.Outcome]int)
			differs := 0
			rapid.Check(t, func(t *rapid.T) {
				rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				for range 200 {
					ops := q.coarse(rng)
					want := linearizability.Fail
					if brute(q.model, q.model.Init(), ops) {
						want = linearizability.Pass
					}
					count[want]++
					if want == linearizability.Fail && q.model.Quick(q.model.Init(), ranked(ops)).Finding == distinct.Legal {
						differs++
					}
					if v := linearizability.Check(q.model, ops, linearizability.Search{}); v.Outcome != want {
						t.Fatalf("Check says %v, %s; want %v: %+v", v.Outcome, v.Reason, want, ops)
					}
				}
			})
			t.Logf("%v; the order of a client decides %d", count, differs)
			if count[linearizability.Pass] < 500 || count[linearizability.Fail] < 500 || differs < 20 {
				t.Errorf("too few histories of one kind: %v, %d", count, differs)
			}
		})
	}
}

// touch says whether a call begins at the instant at which another of its client ends.
func touch(ops []history.Op) bool {
	ends := make(map[string]map[env.Instant]bool)
	for _, op := range ops { // in the order of their calls
		if ends[op.Client][op.Call] {
			return true
		}
		if ends[op.Client] == nil {
			ends[op.Client] = make(map[env.Instant]bool)
		}
		ends[op.Client][op.Return] = op.Outcome == history.OK
	}
	return false
}

// coarse is a small history with times of which many are the same.
func (q quick) coarse(rng *rand.Rand) []history.Op {
	ops := q.mix(3+rng.IntN(5), 2, 0.1).History(rng)
	for range rng.IntN(5) {
		spoil(rng, ops)
	}
	ops = slices.DeleteFunc(ops, func(op history.Op) bool { return op.Outcome == history.Fail })
	free := make(map[string]env.Instant)
	for i := range ops {
		op := &ops[i]
		op.Call = max(op.Call/60, free[op.Client])
		if op.Outcome == history.OK {
			op.Return = max(op.Return/60, op.Call)
			free[op.Client] = op.Return
		}
	}
	slices.SortStableFunc(ops, func(a, b history.Op) int { return cmp.Compare(a.Call, b.Call) })
	return ops
}
