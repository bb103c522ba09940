package linearizability

import (
	"time"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// Promise is what the answer to a call is held to. The zero Promise is the
// strongest: the call takes effect at one moment between its call and its return.
type Promise struct {
	// Local: it reads the state after some entry of the log, which the answer names,
	// and no older one than its session has seen. It is no part of the History that
	// is linearizable; see Sessions.
	Local bool
	// Stale: it reads a state that may be this much older than the call, as the
	// leader's does on a lease of that length. It takes effect at one moment from
	// so long before its call on, to its return.
	Stale time.Duration
}

// Promises says what a call with that input promises. Nil says of all that they
// promise most.
type Promises func(input string) Promise

func (p Promises) of(input string) Promise {
	if p == nil {
		return Promise{}
	}
	return p(input)
}

// Held is what linearizability holds of a History in which some calls promise
// less.
func Held(ops []history.Op, p Promises) []history.Op {
	held := make([]history.Op, 0, len(ops))
	for _, op := range ops {
		promise := p.of(op.Input)
		if promise.Local {
			continue
		}
		op.Call = max(0, op.Call-env.Instant(promise.Stale))
		held = append(held, op)
	}
	return held
}

// Promised is a Model of a system in which some calls promise less: whoever
// judges by it judges Held.
func Promised(m Model, p Promises) Model {
	whole := m.Partition
	m.Partition = func(ops []history.Op) [][]history.Op {
		ops = Held(ops, p)
		if whole != nil {
			return whole(ops)
		}
		return [][]history.Op{ops}
	}
	return m
}
