package coverage

import (
	"slices"
	"strings"

	"raftian/netsim/trace"
)

// member is a machine of a configuration.
type member struct {
	name  string
	voter bool
}

// members is the committed configuration of the highest index, and who was ever
// in one.
type members struct {
	index uint64
	now   []member
	ever  []string
	// proposer is the last leader to append a configuration. It has often stepped
	// down by the time its removal is reported committed.
	proposer string
	told     uint64            // index of the last command that said who is in and who is out
	said     map[string]string // what they said of whom
}

// parseMembers reads "n1 n2 voters, n3 nonvoters".
func parseMembers(text string) []member {
	var list []member
	for part := range strings.SplitSeq(text, ", ") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		suffrage := strings.TrimSuffix(words[len(words)-1], "s")
		for _, name := range words[:len(words)-1] {
			list = append(list, member{name, suffrage == "voter"})
		}
	}
	return list
}

func find(list []member, name string) (member, bool) {
	k := slices.IndexFunc(list, func(m member) bool { return m.name == name })
	if k < 0 {
		return member{}, false
	}
	return list[k], true
}

// configuration notes a committed configuration, as the first to report it does.
func (c *Counter) configuration(e *trace.Event) {
	c.committed(e.Index)
	if e.Index <= c.members.index {
		return
	}
	was, now := c.members.now, parseMembers(e.Text)
	first := c.members.index == 0
	c.members.index, c.members.now = e.Index, now
	for _, m := range now {
		old, there := find(was, m.name)
		switch {
		case first:
		case !there && slices.Contains(c.members.ever, m.name):
			c.reached(Readmitted)
		case !there:
			c.reached(Added)
		case m.voter && !old.voter:
			c.reached(Promoted)
		case !m.voter && old.voter:
			c.reached(Demoted)
			c.loses(m.name)
		}
		if !slices.Contains(c.members.ever, m.name) {
			c.members.ever = append(c.members.ever, m.name)
		}
	}
	for _, m := range was {
		if _, there := find(now, m.name); !there {
			c.reached(Removed)
			c.loses(m.name)
		}
	}
}

// loses notes that a machine lost its vote.
func (c *Counter) loses(name string) {
	if c.members.proposer == name {
		c.reached(LeadersRemoved)
	}
}

// enrolled notes what a command said of a participant, as the first to report it does.
func (c *Counter) enrolled(e *trace.Event) {
	if e.Index <= c.members.told {
		return
	}
	before := c.members.said[e.Peer]
	if c.members.said == nil {
		c.members.said = map[string]string{}
	}
	c.members.told, c.members.said[e.Peer] = e.Index, e.Text
	switch {
	case e.Text == "out":
		c.reached(PutOut)
	case e.Text == "left":
		c.reached(Left)
	case e.Text == "in" && (before == "out" || before == "left"):
		c.reached(BackIn)
	}
}
