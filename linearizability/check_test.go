package linearizability

import (
	"flag"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"raftian/linearizability/history"
	"raftian/linearizability/internal/script"
	"raftian/netsim/env"
)

var rewrite = flag.Bool("rewrite", false, "write what the judges say into testdata")

func TestHandWrittenHistories(t *testing.T) {
	judge := func() script.Judge { return NewLinearizability(&register, Search{}) }
	script.Golden(t, "testdata/linearizability.txt", judge, *rewrite)
}

func TestWithoutAModelNothingIsJudged(t *testing.T) {
	if v := NewLinearizability(nil, Search{}).Verdict(); v.Outcome != NotRun || v.Reason == "" {
		t.Errorf("got %+v", v)
	}
}

// tangle is n concurrent writes and then a read of what none of them wrote: every
// order has to be tried to see that.
func tangle(n int) []history.Op {
	var ops []history.Op
	for i := range n {
		ops = append(ops, history.Op{
			Client: fmt.Sprintf("c%d", i), Seq: 1, Input: fmt.Sprintf("set %d", i),
			Call: 1, CallEvent: uint64(i + 1),
		})
	}
	return append(ops, history.Op{
		Client: "r", Seq: 1, Input: "get", Output: "none", Outcome: history.OK,
		Call: 2, CallEvent: uint64(n + 1), Return: 3, ReturnEvent: uint64(n + 2),
	})
}

func TestASearchThatSpendsItsBudgetIsInconclusive(t *testing.T) {
	first := Check(register, tangle(20), Search{Budget: 5000})
	if first.Outcome != Inconclusive || first.Judge != "linearizability" || !strings.Contains(first.Reason, "5000 steps") {
		t.Fatalf("got %+v", first)
	}
	for range 3 {
		if again := Check(register, tangle(20), Search{Budget: 5000}); !reflect.DeepEqual(again, first) {
			t.Fatalf("once %+v, then %+v", first, again)
		}
	}
	if v := Check(register, tangle(5), Search{Budget: 5000}); v.Outcome != Fail {
		t.Fatalf("a small tangle: %+v", v)
	}
}

func TestTheBudgetBoundsTheStepsOfTheModel(t *testing.T) {
	steps := 0
	counting := register
	counting.Step = func(state any, input string) (any, string) {
		steps++
		return register.Step(state, input)
	}
	_ = search(counting, calls(tangle(20)), 5000)
	if steps < 2500 || steps > 5000 {
		t.Errorf("a budget of 5000 paid for %d steps", steps)
	}
}

func TestAWitnessNeedsNoSearch(t *testing.T) {
	var ops []history.Op
	for i := range 20_000 {
		at := env.Instant(i)
		ops = append(ops, history.Op{
			Client: fmt.Sprintf("c%d", i%50), Seq: uint64(i), Input: "set a", Output: "a", Outcome: history.OK,
			Call: at, Return: at + 40, Index: uint64(i + 1),
		})
	}
	ops[0].Output = ""
	if v := Check(register, ops, Search{Budget: 1}); v.Outcome != Pass {
		t.Errorf("got %+v", v)
	}
}

// onlyByWitness is a Search that ends at once, so that only the order of the log
// can decide.
var onlyByWitness = Search{Budget: 1}

func TestTheLogPutsReadsAfterTheCommandTheySaw(t *testing.T) {
	ops := []history.Op{
		{Client: "r", Seq: 1, Input: "get", Output: "a", Outcome: history.OK, Call: 1, Return: 9, Index: 2},
		{Client: "w", Seq: 1, Input: "set a", Outcome: history.OK, Call: 2, Return: 8, Index: 2, Applied: 5, AppliedEvent: 1},
		{Client: "r", Seq: 2, Input: "get", Output: "a", Outcome: history.OK, Call: 10, Return: 11, Index: 2},
	}
	if v := Check(register, ops, onlyByWitness); v.Outcome != Pass {
		t.Errorf("got %+v", v)
	}
}

func TestACallThatNoMachineAppliedNeedsNoPlaceInTheLog(t *testing.T) {
	ops := []history.Op{
		{Client: "w", Seq: 1, Input: "set a", Call: 1},
		{Client: "r", Seq: 1, Input: "get", Outcome: history.OK, Call: 2, Return: 3, Index: 1},
	}
	if v := Check(register, ops, onlyByWitness); v.Outcome != Pass {
		t.Errorf("got %+v", v)
	}
}

func TestAnUnansweredCallIsOverOnceAMachineAppliedIt(t *testing.T) {
	op := history.Op{Client: "w", Seq: 1, Input: "set a", Call: 2, Applied: 5, AppliedEvent: 7}
	tight := tighten(calls([]history.Op{op}))
	if want := (moment{5, 7}); len(tight) != 1 || tight[0].to != want {
		t.Errorf("got %+v", tight)
	}
	op.Applied = 1
	if tight = tighten(calls([]history.Op{op})); len(tight) != 1 || tight[0].to != never {
		t.Errorf("applied before it was called: %+v", tight)
	}
}

// A hundred calls without an answer stand anywhere or nowhere. If they change
// nothing, or are all the same, the search need not try that out.
func TestOpenCallsThatAreAlikeDoNotDrownTheSearch(t *testing.T) {
	for _, input := range []string{"get", "set a"} {
		ops := tangle(0)
		for i := range 100 {
			ops = append(ops, history.Op{Client: fmt.Sprintf("c%d", i), Seq: 1, Input: input})
		}
		if v := Check(register, ops, Search{Budget: 20_000}); v.Outcome != Fail {
			t.Errorf("with a hundred of %q: %v %s", input, v.Outcome, v.Reason)
		}
	}
}

func TestAnImpossibleHistoryIsNotJudged(t *testing.T) {
	ops := []history.Op{{Client: "c1", Seq: 1, Input: "get", Outcome: history.OK, Call: 2, Return: 1}}
	if v := Check(register, ops, Search{}); v.Outcome != Inconclusive {
		t.Errorf("got %+v", v)
	}
}
