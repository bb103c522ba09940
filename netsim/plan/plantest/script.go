package plantest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// script says which calls to draw: of one client on each machine and perhaps of
// the operator, at multiples of a tick from an instant until just before another,
// numbered in steps.
type script struct {
	machines    []string
	from, until time.Duration
	tick        time.Duration
	most        int
	step        uint64
	text        *rapid.Generator[string]
	operator    bool
}

// call is a call without its number.
type call struct {
	at      env.Instant
	machine int
	client  string
	step    uint64
	text    string
}

func (s script) draw(t *rapid.T) []plan.Step {
	calls := rapid.SliceOfN(rapid.Custom(s.call), 0, s.most).Draw(t, "calls")
	byTime(calls, func(c call) env.Instant { return c.at })
	var steps []plan.Step
	last := make(map[string]uint64)
	for _, c := range calls {
		last[c.client] += c.step
		steps = append(steps, plan.Step{Machine: s.machines[c.machine], Call: env.Call{
			At: c.at, Client: c.client, Seq: last[c.client], Text: c.text,
		}})
	}
	return steps
}

func (s script) call(t *rapid.T) call {
	c := call{
		at:      env.Instant(ticks(s.from, s.until-s.tick, s.tick).Draw(t, "at")),
		machine: rapid.IntRange(0, len(s.machines)-1).Draw(t, "machine"),
		step:    rapid.Uint64Range(1, s.step).Draw(t, "step"),
		text:    s.text.Draw(t, "text"),
	}
	c.client = fmt.Sprintf("p%d", c.machine+1)
	if s.operator && rapid.Bool().Draw(t, "of the operator") {
		c.client = env.Operator
	}
	return c
}

// ticks draws a multiple of a tick from least to most.
func ticks(least, most, tick time.Duration) *rapid.Generator[time.Duration] {
	return rapid.Map(durations((least+tick-1)/tick, most/tick), func(d time.Duration) time.Duration { return d * tick })
}
