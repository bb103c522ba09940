package invariant

import (
	"fmt"
	"slices"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// convergence measures how long after the end of all faults each local log has
// what was known to be committed by then: every entry that any machine had applied
// or any local log held.
type convergence struct {
	due    uint64
	healed bool
	at     env.Instant
	has    map[string]uint64        // the last index of each local log, now
	took   map[string]time.Duration // of those who have what is due
}

func newConvergence() convergence {
	return convergence{has: map[string]uint64{}, took: map[string]time.Duration{}}
}

// take follows how far local logs are.
func (c *convergence) take(e *trace.Event) {
	switch e.Kind {
	case env.KindApply:
		if e.Text == "" && !c.healed {
			c.due = max(c.due, e.Index)
		}
	case trace.KindBoot, trace.KindCrash, trace.KindExit:
		delete(c.has, e.Machine)
		delete(c.took, e.Machine) // it has to catch up again
	case env.KindLocal:
		c.has[e.Machine] = e.Index
		if !c.healed {
			c.due = max(c.due, e.Index)
		} else if _, done := c.took[e.Machine]; !done && e.Index >= c.due {
			c.took[e.Machine] = e.At.Sub(c.at)
		}
	case trace.KindHeal:
		c.healed, c.at = true, e.At
		for name, index := range c.has {
			if index >= c.due {
				c.took[name] = 0
			}
		}
	}
}

// times are how long the local logs of some machines took, sorted; nil if one of
// them never had what was due, or nothing was.
func (c *convergence) times(machines []string) (times []time.Duration) {
	if !c.healed || c.due == 0 {
		return nil
	}
	for _, name := range machines {
		took, done := c.took[name]
		if !done {
			return nil
		}
		times = append(times, took)
	}
	slices.Sort(times)
	return times
}

// convergenceWords says how long it took.
func convergenceWords(times []time.Duration) string {
	if len(times) == 0 {
		return ""
	}
	words := fmt.Sprintf("converged %v after the faults", brief(times[len(times)-1]))
	if len(times) > 1 {
		words += fmt.Sprintf(", half of the %d local logs within %v", len(times), brief(times[(len(times)-1)/2]))
	}
	return words
}

// brief is d to a tenth of a millisecond.
func brief(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// upOf are those of the machines that are up.
func (r roster) upOf(machines []string) []string {
	return slices.DeleteFunc(slices.Clone(machines), func(name string) bool { return r[name] == nil || !r[name].up })
}
