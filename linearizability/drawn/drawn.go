// Package drawn makes histories at random, as a system that works would leave them
// behind, for tests and benchmarks of those who judge them.
package drawn

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// Mix is what a History is made of.
type Mix struct {
	// Init, Step and Call are the system: its first state, what a call does to it,
	// and a client's next call.
	Init func() any
	Step func(state any, input string) (next any, output string)
	Call func(rng *rand.Rand) string

	Ops     int
	Clients int     // how many calls are under way at most
	Unknown float64 // the share of calls without an answer; half of them have no effect
	Indexed float64 // the share of calls with an effect whose log index is known
}

// effect is the moment at which a call is carried out.
type effect struct {
	at env.Instant
	op int
}

// History carries calls out at random moments between their calls and returns. A
// client waits up to 20 ns between its calls, which take up to 100 ns. One without
// an answer is never over; if it has an effect, then soon.
func (x Mix) History(rng *rand.Rand) []history.Op {
	ops, effects := make([]history.Op, x.Ops), make([]effect, 0, x.Ops)
	clients := make([]string, x.Clients)
	for c := range clients {
		clients[c] = fmt.Sprintf("c%d", c)
	}
	free := make([]env.Instant, x.Clients) // when each client's last call was over
	for i := range ops {
		c := i % x.Clients
		call := free[c] + env.Instant(rng.IntN(20))
		took := env.Instant(1 + rng.IntN(100))
		free[c] = call + took + 1
		ops[i] = history.Op{Client: clients[c], Seq: uint64(1 + i/x.Clients), Input: x.Call(rng),
			Call: call, Return: call + took, Outcome: history.OK}
		at := call + env.Instant(rng.IntN(int(took)+1))
		if rng.Float64() < x.Unknown {
			ops[i].Outcome, ops[i].Return = history.Unknown, 0
			if at = call + env.Instant(rng.ExpFloat64()*200); rng.IntN(2) == 0 {
				continue
			}
		}
		effects = append(effects, effect{at, i})
	}
	slices.SortFunc(effects, func(a, b effect) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.op, b.op)) })
	state := x.Init()
	for n, e := range effects {
		op, output := &ops[e.op], ""
		state, output = x.Step(state, op.Input)
		if op.Outcome == history.OK {
			op.Output = output
		}
		if rng.Float64() < x.Indexed {
			op.Index, op.Applied, op.AppliedEvent = uint64(n+1), e.at, uint64(n+1)
		}
	}
	slices.SortStableFunc(ops, func(a, b history.Op) int { return cmp.Compare(a.Call, b.Call) })
	return ops
}

// Spoil gives some answers to other calls. The History may be possible after that
// or not.
func Spoil(rng *rand.Rand, ops []history.Op, share float64) {
	for i := range ops {
		other := &ops[rng.IntN(len(ops))]
		if rng.Float64() < share && ops[i].Outcome == history.OK && other.Outcome == history.OK {
			ops[i].Output = other.Output
		}
	}
}
