package replay

import (
	"sort"
	"strings"

	"raftian/netsim/env"
)

// Cursor stands at an instant of a Run: after a number of its events, not before the
// last of them and before the next one. Seeking takes one keyframe and fewer than
// keyframeInterval events.
type Cursor struct {
	run   *Run
	n     int // number of events that have happened
	at    env.Instant
	state State
}

// NewCursor returns a cursor before the first event.
func NewCursor(r *Run) *Cursor {
	c := &Cursor{run: r}
	r.keyframes[0].copyTo(&c.state)
	return c
}

// Run returns the run.
func (c *Cursor) Run() *Run { return c.run }

// N returns the number of events that have happened, which is the number of the last
// one.
func (c *Cursor) N() int { return c.n }

// At returns the instant.
func (c *Cursor) At() env.Instant { return c.at }

// State returns the state at this instant. It is valid until the cursor moves.
func (c *Cursor) State() *State { return &c.state }

// Seek moves to an instant, after all events up to it.
func (c *Cursor) Seek(t env.Instant) {
	t = max(0, min(t, c.run.End()))
	c.moveTo(c.run.Until(t))
	c.at = t
}

// SeekEvent moves to just after event n; before the first event if n is 0.
func (c *Cursor) SeekEvent(n int) {
	n = max(0, min(n, len(c.run.events)))
	c.moveTo(n)
	c.at = 0
	if n > 0 {
		c.at = c.run.At(n)
	}
}

// Step moves by a number of events, backwards if it is negative.
func (c *Cursor) Step(by int) { c.SeekEvent(c.n + by) }

// moveTo updates the state to just after event n.
func (c *Cursor) moveTo(n int) {
	if n < c.n || n-c.n > keyframeInterval {
		key := min(n/keyframeInterval, len(c.run.keyframes)-1)
		c.run.keyframes[key].copyTo(&c.state)
		c.n = key * keyframeInterval
	}
	for c.n < n {
		c.n++
		c.run.step(&c.state, c.n)
	}
}

// Before returns a new State before the last event; nil if there was none.
func (c *Cursor) Before() *State {
	if c.n == 0 {
		return nil
	}
	b := NewCursor(c.run)
	b.moveTo(c.n - 1)
	return &b.state
}

// Printed returns the number of lines of Run.Printed that are printed so far.
func (c *Cursor) Printed(machine int) int {
	lines := c.run.Printed(machine)
	return sort.Search(len(lines), func(i int) bool {
		after := int(lines[i].After)
		return after > c.n || after == c.n && lines[i].At > c.at
	})
}

// Violation moves to the next event at which a violation can be seen, or to the
// previous one, and reports whether there is one. Without failed verdicts it moves to
// events that inconclusive ones cite.
func (c *Cursor) Violation(forward bool) bool {
	if len(c.run.violations) > 0 {
		return c.jump(len(c.run.violations), forward, func(i int) int { return int(c.run.violations[i]) })
	}
	return c.jump(len(c.run.Pins), forward, func(i int) int { return c.run.Pins[i].Event })
}

// Fault moves to the beginning of the next fault, or of the previous one.
func (c *Cursor) Fault(forward bool) bool {
	return c.jump(len(c.run.Faults), forward, func(i int) int { return c.run.Faults[i].Event })
}

// Term moves to the beginning of the next term, or of the previous one.
func (c *Cursor) Term(forward bool) bool {
	return c.jump(len(c.run.terms), forward, func(i int) int { return int(c.run.terms[i]) })
}

// jump moves to the next or the previous of some events in order.
func (c *Cursor) jump(count int, forward bool, event func(i int) int) bool {
	i := sort.Search(count, func(i int) bool { return event(i) > c.n })
	if !forward {
		i = sort.Search(count, func(i int) bool { return event(i) >= c.n }) - 1
	}
	if i < 0 || i >= count {
		return false
	}
	c.SeekEvent(event(i))
	return true
}

// Find moves to the next event whose machine or text contains the given text, ignoring
// case; to the previous one if forward is false. The search wraps around.
func (c *Cursor) Find(text string, forward bool) bool {
	total, step := len(c.run.events), 1
	if !forward {
		step = total - 1
	}
	text = strings.ToLower(text)
	for i, n := 0, c.n; i < total; i++ {
		n = (n-1+step+total)%total + 1
		e := c.run.Event(n)
		if strings.Contains(strings.ToLower(e.Machine+" "+e.Words()), text) {
			c.SeekEvent(n)
			return true
		}
	}
	return false
}
