package linearizability

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// counter counts: "add" gives the new count, "get" the count.
func counter() Model {
	return Model{
		Init: func() any { return 0 },
		Step: func(state any, input string) (any, string) {
			n := state.(int)
			if strings.HasPrefix(input, "add") {
				n++
			}
			return n, strconv.Itoa(n)
		},
		Equal: func(a, b any) bool { return a == b },
	}
}

func callFrom(client string, call, end env.Instant, input, output string) history.Op {
	return history.Op{Client: client, Seq: uint64(call), Input: input, Output: output, Outcome: history.OK,
		Call: call, Return: end, CallEvent: uint64(call), ReturnEvent: uint64(end)}
}

// explain checks that points, in their order, are within their calls and give every
// answer, and lists those that a search chose.
func explained(t *testing.T, ops []history.Op, points []Point) (chosen []int) {
	t.Helper()
	slices.SortStableFunc(points, func(a, b Point) int { return int(a.At - b.At) })
	m := counter()
	state := m.Init()
	for _, p := range points {
		op := &ops[p.Op]
		if p.At < op.Call || op.Return != 0 && p.At > op.Return {
			t.Errorf("call %d, from %d to %d, takes effect at %d", p.Op, op.Call, op.Return, p.At)
		}
		var output string
		if state, output = m.Step(state, op.Input); op.Outcome == history.OK && output != op.Output {
			t.Errorf("in this order call %d gives %s, not %s", p.Op, output, op.Output)
		}
		if p.Chosen {
			chosen = append(chosen, p.Op)
		}
	}
	slices.Sort(chosen)
	return chosen
}

func TestPointsKeepToTheLog(t *testing.T) {
	ops := []history.Op{callFrom("a", 1, 9, "add", "2"), callFrom("b", 2, 8, "add", "1"), callFrom("c", 3, 12, "get", "2")}
	ops[0].Index, ops[0].Applied, ops[0].AppliedEvent = 2, 6, 6
	ops[1].Index, ops[1].Applied, ops[1].AppliedEvent = 1, 5, 5
	ops[2].Index = 2
	points := Points(counter(), ops, Search{})
	if chosen := explained(t, ops, points); len(points) != 3 || len(chosen) != 0 {
		t.Errorf("%+v", points)
	}
	for _, p := range points {
		if at := ops[p.Op].Applied; at != 0 && p.At != at {
			t.Errorf("call %d was applied at %d and takes effect at %d", p.Op, at, p.At)
		}
	}
	ops[2].Index = 0 // where it read is not known
	points = Points(counter(), ops, Search{})
	if chosen := explained(t, ops, points); len(points) != 3 || !slices.Equal(chosen, []int{2}) {
		t.Errorf("%+v, of which were chosen %v", points, chosen)
	}
}

func TestPointsAreChosenWhereTheLogDoesNotExplain(t *testing.T) {
	ops := []history.Op{callFrom("a", 1, 9, "add", "1"), callFrom("b", 2, 8, "add", "2"), callFrom("c", 10, 12, "get", "2")}
	points := Points(counter(), ops, Search{})
	if chosen := explained(t, ops, points); !slices.Equal(chosen, []int{0, 1, 2}) {
		t.Errorf("%+v", points)
	}
	// An answer that no order explains has no point; those before it have.
	ops = append(ops, callFrom("d", 13, 14, "get", "7"))
	points = Points(counter(), ops, Search{})
	if chosen := explained(t, ops, points); !slices.Equal(chosen, []int{0, 1, 2}) {
		t.Errorf("%+v", points)
	}
}
