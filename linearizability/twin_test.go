package linearizability

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// register is a Model of one value: "set V" answers the value before it, "get"
// the present one.
var register = Model{
	Init: func() any { return "" },
	Step: func(state any, input string) (any, string) {
		if value, is := strings.CutPrefix(input, "set "); is {
			return value, state.(string)
		}
		return state, state.(string)
	},
	Describe: func(state any) string { return strconv.Quote(state.(string)) },
}

// anyOrder is the dumb twin of Check: it tries every order of the calls, with and
// without those that are Unknown.
func anyOrder(m Model, state any, left []call) bool {
	if !slices.ContainsFunc(left, func(c call) bool { return c.answered }) {
		return true
	}
	for i, c := range left {
		if slices.ContainsFunc(left, func(d call) bool { return d.to.before(c.from) || d.op == c.after }) {
			continue // d must come first
		}
		next, output := m.Step(state, c.op.Input)
		if c.answered && output != c.op.Output {
			continue
		}
		if anyOrder(m, next, slices.Delete(slices.Clone(left), i, i+1)) {
			return true
		}
	}
	return false
}

// drawHistory draws a History by carrying out calls at drawn moments, and then
// may spoil it: another output, another time, an answer that never came.
func drawHistory(t *rapid.T) []history.Op {
	n := rapid.IntRange(1, 6).Draw(t, "calls")
	time := rapid.IntRange(0, 12)
	type effect struct{ at, op int }
	ops := make([]history.Op, n)
	effects := make([]effect, n)
	for i := range ops {
		op := &ops[i]
		op.Client, op.Seq, op.Input = fmt.Sprintf("c%d", i), 1, "get"
		if rapid.Bool().Draw(t, "set") {
			op.Input = "set " + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "value")
		}
		at := []int{time.Draw(t, "a"), time.Draw(t, "b"), time.Draw(t, "c")}
		slices.Sort(at)
		op.Call, op.Return = env.Instant(at[0]), env.Instant(at[2])
		op.Outcome = history.OK
		effects[i] = effect{at[1], i}
	}
	slices.SortStableFunc(effects, func(a, b effect) int { return a.at - b.at })
	state := register.Init()
	for i, x := range effects {
		op := &ops[x.op]
		state, op.Output = register.Step(state, op.Input)
		op.Index, op.Applied, op.AppliedEvent = uint64(i+1), env.Instant(x.at), 1
	}
	for i := range ops {
		spoil(t, &ops[i])
	}
	return ops
}

func spoil(t *rapid.T, op *history.Op) {
	switch rapid.IntRange(0, 11).Draw(t, "spoil") {
	case 0:
		op.Output = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "output")
	case 1:
		op.Call += 3
		op.Return = max(op.Return, op.Call)
	case 2, 3:
		op.Outcome, op.Output, op.Return = history.Unknown, "", 0
	case 4:
		op.Outcome, op.Return = history.Unknown, 0
		op.Index, op.Applied, op.AppliedEvent = 0, 0, 0
	case 5:
		op.Outcome, op.Output = history.Fail, "refused"
	case 6:
		op.Index = 0
	}
}

func TestCheckAgreesWithTryingEveryOrder(t *testing.T) {
	count := make(map[Outcome]int)
	rapid.Check(t, func(t *rapid.T) {
		for range 30 {
			ops := drawHistory(t)
			want := Fail
			if anyOrder(register, register.Init(), calls(ops)) {
				want = Pass
			}
			count[want]++
			if v := Check(register, ops, Search{}); v.Outcome != want {
				t.Fatalf("Check says %v (%s), want %v: %+v", v.Outcome, v.Reason, want, ops)
			}
			if v := Check(register, ops, Search{NoWitness: true}); v.Outcome != want {
				t.Fatalf("the search says %v (%s), want %v: %+v", v.Outcome, v.Reason, want, ops)
			}
			if err := witness(register, tighten(calls(ops))); err == nil && want == Fail {
				t.Fatalf("the witness proves what is not so: %+v", ops)
			}
		}
	})
	if count[Pass] < 300 || count[Fail] < 300 {
		t.Errorf("too few histories of one kind: %v", count)
	}
}

func TestAHistoryCarriedOutInLogOrderHasItsWitness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ops := drawHistory(t)
		if slices.ContainsFunc(ops, func(op history.Op) bool { return op.Index == 0 }) {
			t.Skip("an index is not known")
		}
		// What was carried out, and not spoilt, is proved by its own order.
		state := register.Init()
		inOrder := slices.Clone(ops)
		slices.SortFunc(inOrder, func(a, b history.Op) int { return int(a.Index) - int(b.Index) })
		for i := range inOrder {
			op := &inOrder[i]
			var output string
			state, output = register.Step(state, op.Input)
			op.Outcome, op.Output = history.OK, output
			op.Call, op.Return = min(op.Call, op.Applied), max(op.Return, op.Applied)
		}
		if err := witness(register, tighten(calls(inOrder))); err != nil {
			t.Fatalf("%v: %+v", err, inOrder)
		}
	})
}

// twoRegisters is registers by name: "x set V", "y get".
func twoRegisters(ops []history.Op) [][]history.Op {
	var x, y []history.Op
	for _, op := range ops {
		if rest, is := strings.CutPrefix(op.Input, "x "); is {
			op.Input = rest
			x = append(x, op)
		} else {
			op.Input = strings.TrimPrefix(op.Input, "y ")
			y = append(y, op)
		}
	}
	return [][]history.Op{x, y}
}

func TestPartsAreJudgedApart(t *testing.T) {
	m := register
	m.Partition = twoRegisters
	rapid.Check(t, func(t *rapid.T) {
		x, y := drawHistory(t), drawHistory(t)
		var both []history.Op
		for i := range max(len(x), len(y)) {
			if i < len(x) {
				op := x[i]
				op.Input = "x " + op.Input
				both = append(both, op)
			}
			if i < len(y) {
				op := y[i]
				op.Input = "y " + op.Input
				both = append(both, op)
			}
		}
		want := Pass
		for _, part := range [][]history.Op{x, y} {
			if !anyOrder(register, register.Init(), calls(part)) {
				want = Fail
			}
		}
		if v := Check(m, both, Search{}); v.Outcome != want {
			t.Fatalf("Check says %v, want %v", v.Outcome, want)
		}
	})
}
