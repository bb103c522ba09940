package linearizability

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

func done(client string, seq uint64, input, output string, call, ret env.Instant) history.Op {
	return history.Op{Client: client, Seq: seq, Input: input, Output: output, Outcome: history.OK, Call: call, Return: ret}
}

// A client that is told that it wrote, and reads at the same instant, reads that.
func TestAClientsCallsThatTouchAreInItsOrder(t *testing.T) {
	stale := []history.Op{done("a", 1, "set new", "", 1, 5), done("a", 2, "get", "", 5, 9)}
	if v := Check(register, stale, Search{}); v.Outcome != Fail || len(v.Evidence) != 3 {
		t.Errorf("a client that reads what was before its own write: %+v", v)
	}
	if all := calls(stale); porcupineSearch(register, all, BudgetDefault) != illegal {
		t.Error("the second opinion does not agree")
	}
	stale[1].Client = "b"
	if v := Check(register, stale, Search{}); v.Outcome != Pass {
		t.Errorf("of two clients, either may be first: %+v", v)
	}
	// Three at one instant: the second takes no time at all.
	row := []history.Op{done("a", 1, "set x", "", 1, 5), done("a", 2, "set y", "x", 5, 5), done("a", 3, "get", "x", 5, 9)}
	if v := Check(register, row, Search{}); v.Outcome != Fail {
		t.Errorf("of three calls in a row, the last overlooks the second: %+v", v)
	}
	// The order of the log proves nothing that the client's own order excludes.
	stale[0].Index, stale[1].Index, stale[1].Client = 2, 1, "a"
	if v := Check(register, stale, Search{}); v.Outcome != Fail {
		t.Errorf("with log indexes: %+v", v)
	}
}

// What Porcupine makes of it by itself, which is why its trial here has a rule more.
func TestPorcupineAloneTakesCallsThatTouchAsConcurrent(t *testing.T) {
	m := porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, input, output any) (bool, any) {
			next, is := register.Step(state, input.(string))
			return is == output.(string), next
		},
	}
	ops := []porcupine.Operation{
		{ClientId: 0, Input: "set new", Output: "", Call: 1, Return: 5},
		{ClientId: 0, Input: "get", Output: "", Call: 5, Return: 9},
	}
	if !porcupine.CheckOperations(m, ops) {
		t.Error("it orders them now: the rule in porcupine.go may be dropped")
	}
}

// drawTouching draws clients whose calls touch more often than not, and whose answers
// may be known or not.
func drawTouching(t *rapid.T) []history.Op {
	var ops []history.Op
	for c := range rapid.IntRange(1, 3).Draw(t, "clients") {
		now := env.Instant(rapid.IntRange(0, 2).Draw(t, "begin"))
		for k := range rapid.IntRange(1, 3).Draw(t, "calls") {
			op := done(fmt.Sprintf("c%d", c), uint64(k+1), "get", "", now, now+env.Instant(rapid.IntRange(0, 2).Draw(t, "took")))
			if rapid.Bool().Draw(t, "set") {
				op.Input = "set " + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "value")
			}
			op.Output = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "output")
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0, 1:
				op.Outcome, op.Output = history.Unknown, ""
			case 2:
				op.Outcome = history.Fail
			case 3, 4:
				op.Output, op.OutputUnknown = "", true
			case 5:
				op.Index = uint64(1 + len(ops))
			}
			ops = append(ops, op)
			now = op.Return + env.Instant(rapid.IntRange(0, 1).Draw(t, "later"))
			if op.Outcome == history.Unknown {
				ops[len(ops)-1].Return = 0
			}
		}
	}
	slices.SortStableFunc(ops, func(a, b history.Op) int { return int(a.Call - b.Call) })
	return ops
}

func TestCallsThatTouchAreJudgedAsByTryingEveryOrder(t *testing.T) {
	quick := register
	quick.Reads = func(input, _ string) bool { return input == "get" }
	plain := cellRegister
	plain.Cell, plain.Reads = nil, nil
	for name, models := range map[string][]Model{"a register": {register, quick}, "a cell": {plain, cellRegister}} {
		t.Run(name, func(t *testing.T) { touchingTwin(t, models, name == "a cell") })
	}
}

// touchingTwin compares searches with the dumb one; models[0] is the plain one.
func touchingTwin(t *testing.T, models []Model, cell bool) {
	count := make(map[Outcome]int)
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			ops := drawTouching(t)
			if cell {
				rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				state := models[0].Init()
				for i := range ops {
					ops[i].Input = anyCellCall(rng)
					if rng.IntN(3) == 0 {
						state = string("abc"[rng.IntN(3)])
					}
					next, output := models[0].Step(state, ops[i].Input)
					if ops[i].Outcome == history.OK && !ops[i].OutputUnknown {
						ops[i].Output = output
					}
					if rng.IntN(2) == 0 {
						state = next
					}
				}
			}
			want := Fail
			if anyOrder(models[0], models[0].Init(), calls(ops)) {
				want = Pass
			}
			count[want]++
			for _, m := range models {
				if v := Check(m, ops, Search{}); v.Outcome != want {
					t.Fatalf("Check says %v (%s), want %v: %+v", v.Outcome, v.Reason, want, ops)
				}
			}
			if got := porcupineSearch(models[0], calls(ops), BudgetDefault); (got == legal) != (want == Pass) {
				t.Fatalf("the second opinion is %v, want %v: %+v", got, want, ops)
			}
		}
	})
	if count[Pass] < 300 || count[Fail] < 300 {
		t.Errorf("too few histories of one kind: %v", count)
	}
}

// An answer that is not known constrains nothing, but the call has its effect.
func TestAnAnswerThatIsNotKnownIsNoReasonToFail(t *testing.T) {
	read := done("b", 1, "get", "", 6, 7)
	read.OutputUnknown = true
	write := done("a", 1, "set x", "", 1, 5)
	write.OutputUnknown = true
	if v := Check(register, []history.Op{write, read}, Search{}); v.Outcome != Pass {
		t.Errorf("got %+v", v)
	}
	stale := done("b", 2, "get", "", 8, 9)
	if v := Check(register, []history.Op{write, read, stale}, Search{}); v.Outcome != Fail {
		t.Errorf("the write took effect, so nobody reads what was before it: %+v", v)
	}
}
