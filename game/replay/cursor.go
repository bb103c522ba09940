package replay

import (
	"sort"
	"strings"

	"raftian/netsim/env"
)

// Cursor stands at a moment of a Run: after some number of its events, at an
// instant that is not before the last of them nor at or after the next one. Going
// anywhere takes one keyframe and less than keyEvery events.
type Cursor struct {
	run   *Run
	n     int // events that have happened
	at    env.Instant
	state State
}

// NewCursor stands before the first event.
func NewCursor(r *Run) *Cursor {
	c := &Cursor{run: r}
	r.keys[0].copyTo(&c.state)
	return c
}

// Run is what the cursor goes through.
func (c *Cursor) Run() *Run { return c.run }

// N is how many events have happened; the last of them is event N.
func (c *Cursor) N() int { return c.n }

// At is the instant.
func (c *Cursor) At() env.Instant { return c.at }

// State is the run at this moment. It is good until the cursor moves.
func (c *Cursor) State() *State { return &c.state }

// Seek goes to an instant: every event up to it has happened.
func (c *Cursor) Seek(t env.Instant) {
	t = max(0, min(t, c.run.End()))
	c.to(c.run.Until(t))
	c.at = t
}

// SeekEvent goes to just after event n; before the first if n is 0.
func (c *Cursor) SeekEvent(n int) {
	n = max(0, min(n, len(c.run.events)))
	c.to(n)
	c.at = 0
	if n > 0 {
		c.at = c.run.At(n)
	}
}

// Step goes on by so many events; back, if that is below 0.
func (c *Cursor) Step(by int) { c.SeekEvent(c.n + by) }

// to brings the state to just after event n.
func (c *Cursor) to(n int) {
	if n < c.n || n-c.n > keyEvery {
		key := min(n/keyEvery, len(c.run.keys)-1)
		c.run.keys[key].copyTo(&c.state)
		c.n = key * keyEvery
	}
	for c.n < n {
		c.n++
		c.run.step(&c.state, c.n)
	}
}

// Before is the State before the last event, or nil if there was none. It is made
// anew.
func (c *Cursor) Before() *State {
	if c.n == 0 {
		return nil
	}
	b := NewCursor(c.run)
	b.to(c.n - 1)
	return &b.state
}

// Printed is how many of the lines of Run.Printed have been printed.
func (c *Cursor) Printed(machine int) int {
	lines := c.run.Printed(machine)
	return sort.Search(len(lines), func(i int) bool {
		after := int(lines[i].After)
		return after > c.n || after == c.n && lines[i].At > c.at
	})
}

// Violation goes to where the next violation can be seen, or the previous one if
// forward is false, and reports whether there is one. Without a verdict that
// failed it goes to what a verdict could not decide.
func (c *Cursor) Violation(forward bool) bool {
	if len(c.run.failures) > 0 {
		return c.hop(len(c.run.failures), forward, func(i int) int { return int(c.run.failures[i]) })
	}
	return c.hop(len(c.run.Pins), forward, func(i int) int { return c.run.Pins[i].Event })
}

// Fault goes to the beginning of the next fault, or of the previous one.
func (c *Cursor) Fault(forward bool) bool {
	return c.hop(len(c.run.Faults), forward, func(i int) int { return c.run.Faults[i].Event })
}

// Term goes to where the next term begins, or to the beginning of a previous one.
func (c *Cursor) Term(forward bool) bool {
	return c.hop(len(c.run.terms), forward, func(i int) int { return int(c.run.terms[i]) })
}

// hop goes to the next of some events that rise.
func (c *Cursor) hop(count int, forward bool, event func(i int) int) bool {
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

// Find goes to the next event whose words, or machine, contain text, whatever its
// case; to the previous one if forward is false. It starts over at the ends.
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
