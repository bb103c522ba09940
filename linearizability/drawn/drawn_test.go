package drawn_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"raftian/linearizability/drawn"
	"raftian/linearizability/history"
)

func counter() drawn.Mix {
	return drawn.Mix{
		Init: func() any { return 0 },
		Step: func(state any, _ string) (any, string) { return state.(int) + 1, fmt.Sprint(state) },
		Call: func(*rand.Rand) string { return "next" },
		Ops:  2000, Clients: 7, Unknown: 0.3, Indexed: 1,
	}
}

func TestAHistoryIsWhatItsMixSays(t *testing.T) {
	ops := counter().History(rand.New(rand.NewPCG(1, 0)))
	unknown, outputs, running := 0, map[string]bool{}, 0
	for i, op := range ops {
		if op.Outcome == history.Unknown {
			unknown++
			continue
		}
		if op.Applied < op.Call || op.Applied > op.Return || outputs[op.Output] {
			t.Fatalf("operation %d had its effect outside of its time, or as another: %+v", i, op)
		}
		outputs[op.Output] = true
		for _, other := range ops[:i] {
			if other.Client == op.Client && other.Outcome == history.OK && other.Return >= op.Call {
				t.Fatalf("%+v and %+v of one client are under way at once", other, op)
			}
			if op.Call < other.Return {
				running++
			}
		}
	}
	if len(ops) != 2000 || unknown < 500 || unknown > 700 || running < 2*len(ops) || running > 4*len(ops) {
		t.Errorf("%d operations, %d unknown, %d pairs under way at once", len(ops), unknown, running)
	}
	if again := counter().History(rand.New(rand.NewPCG(1, 0))); !reflect.DeepEqual(ops, again) {
		t.Error("one seed draws two histories")
	}
}
