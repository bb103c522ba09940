package coverage

import (
	"slices"
	"strings"

	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// faults are those under way, by their number in the Plan.
type faults struct {
	kind map[uint64]string     // of those that began
	on   map[uint64]bool       // those not yet over
	cut  map[uint64][]*machine // whom they keep in a minority
}

func newFaults() faults {
	return faults{kind: map[uint64]string{}, on: map[uint64]bool{}, cut: map[uint64][]*machine{}}
}

// begin notes that a fault takes effect, as far as is known.
func (c *Counter) begin(e *trace.Event) {
	kind, groups := parseFault(e.Text)
	c.counts.Faults[kind]++
	c.faults.kind[e.Conn] = kind
	if len(c.faults.on) > 0 {
		c.reached(Overlapping)
	}
	c.faults.on[e.Conn] = true
	if n := e.Conn; 0 < n && n <= uint64(len(c.plan.Faults)) && !c.plan.Faults[n-1].When.IsZero() {
		c.reached(Triggered)
	}
	switch plan.FaultKind(kind) {
	case plan.Partition, plan.OneWay, plan.Flap:
		c.cutOff(e.Conn, groups)
	}
}

// cutOff notes who is left with a minority.
func (c *Counter) cutOff(fault uint64, groups [][]string) {
	named := 0
	for _, g := range groups {
		named += len(g)
	}
	for _, g := range groups {
		if reach := len(c.plan.Machines) - (named - len(g)); 2*reach > len(c.plan.Machines) {
			continue
		}
		for _, name := range g {
			m := c.machine(name)
			m.cuts++
			c.faults.cut[fault] = append(c.faults.cut[fault], m)
			if m.role == leader {
				c.reached(LeadersCutOff)
			}
		}
	}
}

// mend notes that a fault is over.
func (c *Counter) mend(fault uint64) {
	delete(c.faults.on, fault)
	for _, m := range c.faults.cut[fault] {
		m.cuts--
	}
	delete(c.faults.cut, fault)
}

// idle notes that a fault had no effect: it could not begin, or began and touched
// nothing.
func (c *Counter) idle(e *trace.Event) {
	kind, _ := parseFault(e.Text)
	c.counts.Idle[kind]++
	began := c.faults.kind[e.Conn]
	if began == "" {
		return
	}
	delete(c.faults.kind, e.Conn)
	if c.counts.Faults[began]--; c.counts.Faults[began] == 0 {
		delete(c.counts.Faults, began)
	}
}

// parseFault reads a fault's kind and its groups, as far as they are machines,
// from "partition n1 | n2,n3 for 2s" or "kill: nobody leads".
func parseFault(text string) (kind string, groups [][]string) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return "", nil
	}
	kind = strings.TrimSuffix(words[0], ":")
	for _, w := range words[1:] {
		switch {
		case slices.Contains([]string{"|", "->", "-"}, w):
		case w == "for", w == "every", w == "delay", w == "loss", w == "rate":
			return kind, groups
		default:
			groups = append(groups, strings.Split(w, ","))
		}
	}
	return kind, groups
}
