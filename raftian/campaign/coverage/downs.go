package coverage

import (
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// A storm is so many restarts of a machine within so long.
const (
	stormBoots = 3
	stormBound = 5 * time.Second
)

// emptyDisk is what a boot says whose disk was replaced.
const emptyDisk = "empty disk"

func (c *Counter) powerEvent(m *machine, e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot:
		c.boots(m, e)
	case env.KindReady:
		m.ready = true
	case trace.KindCrash:
		c.crashes(m, e)
		m.crashed = true
		c.down(m, e)
	case trace.KindExit:
		if e.Text != "" {
			c.fails(m)
		}
		m.crashed = false
		c.down(m, e)
	case env.KindCorrupt:
		// What was durable once is "corrupt"; the rest is what a power loss left
		// of what was not.
		if strings.Contains(e.Text, "corrupt") {
			c.reached(Damage)
		} else {
			c.reached(TornTails)
		}
	}
}

func (c *Counter) boots(m *machine, e *trace.Event) {
	m.boots, m.up, m.ready = e.Boot, true, false
	if e.Text == emptyDisk {
		c.reached(DisksReplaced)
		m.refill = true
	}
	if m.crashed {
		c.restarts(m, e.At)
	}
}

// restarts notes another boot and whether there were many of late.
func (c *Counter) restarts(m *machine, at env.Instant) {
	m.restarts = append(m.restarts, at)
	if len(m.restarts) < stormBoots {
		return
	}
	if at.Sub(m.restarts[0]) <= stormBound {
		c.reached(Storms)
		m.restarts = m.restarts[:0] // those of the next count anew
		return
	}
	m.restarts = append(m.restarts[:0], m.restarts[1:]...)
}

// crashes notes what a machine was in the middle of.
func (c *Counter) crashes(m *machine, e *trace.Event) {
	if m.role == leader {
		c.reached(LeaderCrashes)
	}
	// The count is of the fsyncs under way.
	if e.Count > 0 {
		c.reached(CrashesFsync)
	}
	if m.snapping {
		c.reached(CrashesSnapshot)
	}
	if m.sender.sending() {
		c.reached(CrashesInstall)
	}
	if m.pending > c.commit {
		c.reached(CrashesConfig)
	}
}

// fails notes that a program ended with an error.
func (c *Counter) fails(m *machine) {
	if m.ready {
		c.reached(ErrorExits)
	} else {
		c.reached(BootErrors)
	}
}

// down notes that a machine's program is gone, however that came.
func (c *Counter) down(m *machine, e *trace.Event) {
	c.became(m, "", e)
	c.calls.forget(m.name)
	m.snapping, m.sender, m.lease = false, sender{}, false
	before := c.majorityDown()
	m.up = false
	if !before && c.majorityDown() {
		c.reached(MajoritiesDown)
	}
}

func (c *Counter) majorityDown() bool {
	down := 0
	for _, name := range c.plan.Machines {
		if !c.machine(name).up {
			down++
		}
	}
	return 2*down > len(c.plan.Machines)
}

// refilled notes that a machine has taken over what the others have.
func (c *Counter) refilled(m *machine) {
	if m.refill {
		m.refill = false
		c.reached(DisksRefilled)
	}
}
