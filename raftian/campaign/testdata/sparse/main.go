// Command sparse is a world program that reports little: with the setting "report calls"
// each call and its answer, with "report nothing" nothing at all. Most judges cannot say
// anything of such runs, and must not pass them.
package main

import (
	"math/rand/v2"
	"slices"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

func main() {
	guest.Main(guest.Guest{
		Name:     "sparse",
		Call:     func(*rand.Rand, string, []string) string { return "ask" },
		Model:    model,
		Settings: []plan.Setting{{Key: "report", Value: "calls"}},
	}, answer)
}

// model is a system that says yes to everything.
func model([]string) linearizability.Model {
	return linearizability.Model{
		Init: func() any { return 0 },
		Step: func(state any, _ string) (any, string) { return state, "yes" },
	}
}

// answer is what each machine does: it answers its own clients.
func answer(e env.Env) error {
	silent := slices.Contains(e.Args(), "report=nothing")
	for _, call := range e.Script() {
		if d := call.At.Sub(e.Now()); d > 0 {
			select {
			case <-e.Stopping():
				return nil
			case <-time.After(d):
			}
		}
		if silent {
			continue
		}
		e.Emit(env.Note{Kind: env.KindInvoke, Client: call.Client, Seq: call.Seq, Text: call.Text})
		time.Sleep(time.Millisecond)
		e.Emit(env.Note{Kind: env.KindReturn, Client: call.Client, Seq: call.Seq, Text: "ok yes", Took: time.Millisecond})
	}
	<-e.Stopping()
	return nil
}
