package observe

import (
	"maps"
	"slices"
	"sync"
	"time"

	"raftian/netsim/env"
)

// Answer is how a call ended.
type Answer struct {
	outcome string
	index   uint64
	text    string
}

// OK is the answer of a call that took effect at a log index, or saw the state there; 0 is
// not known. output is what the model compares.
func OK(index uint64, output string) Answer { return Answer{"ok", index, output} }

// Fail is the answer of a call that had no effect and never will have.
func Fail(why string) Answer { return Answer{"fail", 0, why} }

// Unknown is the answer of a call that may have had an effect, or may still have one.
func Unknown(why string) Answer { return Answer{"unknown", 0, why} }

// tooLate is how far behind its time a call of the script is left out: a client
// that was busy or down for long goes on with the present, it does not catch up.
const tooLate = 500 * time.Millisecond

// Clients has the machine's clients make the calls of its script, and reports each with its
// answer; do makes one. A client makes one call at a time. The calls of client env.Operator
// are orders about the cluster; a program that knows none answers Fail. Clients returns once
// all is done or done is closed, and no call is under way.
func Clients(e env.Env, done <-chan struct{}, do func(env.Call) Answer) {
	calls := map[string][]env.Call{}
	for _, c := range e.Script() {
		calls[c.Client] = append(calls[c.Client], c)
	}
	var ended sync.WaitGroup
	for _, client := range slices.Sorted(maps.Keys(calls)) {
		ended.Go(func() { script(e, calls[client], done, do) })
	}
	ended.Wait()
}

// script makes the calls of one client.
func script(e env.Env, calls []env.Call, done <-chan struct{}, do func(env.Call) Answer) {
	booted := e.Now()
	for _, c := range calls {
		if c.At < booted || e.Now().Sub(c.At) >= tooLate {
			continue
		}
		select {
		case <-done:
			return
		case <-time.After(c.At.Sub(e.Now())):
		}
		began := e.Now()
		e.Emit(env.Note{Kind: env.KindInvoke, Client: c.Client, Seq: c.Seq, Text: c.Text})
		a := do(c)
		e.Emit(env.Note{Kind: env.KindReturn, Client: c.Client, Seq: c.Seq, Index: a.index,
			Text: a.outcome + " " + a.text, Took: e.Now().Sub(began)})
	}
}
