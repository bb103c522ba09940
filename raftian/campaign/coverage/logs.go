package coverage

import (
	"slices"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// sender is who sends a snapshot to a machine, and its incarnation.
type sender struct {
	from *machine
	boot uint64
}

// sending reports whether it still does.
func (s sender) sending() bool { return s.from != nil && s.from.up && s.from.boots == s.boot }

func (c *Counter) logEvent(m *machine, e *trace.Event) {
	switch e.Kind {
	case env.KindLog:
		if e.Boot > 1 && e.Count > 0 {
			c.reached(RestartsLog)
		}
		m.last = 0
		if e.Count > 0 {
			m.last = e.Index + e.Count - 1
		}
	case env.KindAppend:
		c.appended(m, e)
	case env.KindTruncate:
		c.truncated(m, e)
	case env.KindCommit:
		c.committed(e.Index)
		c.counts.Commits = max(c.counts.Commits, e.Index)
	case env.KindLocal:
		if e.Text == "jump" {
			c.reached(LocalJumps)
		}
	}
}

func (c *Counter) appended(m *machine, e *trace.Event) {
	m.last = e.Index
	if m.cuts > 0 {
		m.grown = append(m.grown, e.Index)
	}
	// The first configuration is no change of one.
	if e.Text == "configuration" && e.Index > 1 {
		m.pending = e.Index
		if m.role == leader {
			c.members.proposer = m.name
		}
	}
}

func (c *Counter) truncated(m *machine, e *trace.Event) {
	if e.Text != "suffix" {
		if e.Index+e.Count > m.last {
			m.last = 0
		}
		return
	}
	c.reached(Conflicts)
	m.last = e.Index - 1
	if m.pending >= e.Index {
		m.pending = 0
	}
	kept := slices.DeleteFunc(m.grown, func(index uint64) bool { return index >= e.Index })
	if len(kept) < len(m.grown) {
		c.reached(MinorityEnds)
	}
	m.grown = kept
}

// snapshotDirectory is where the store keeps snapshots: one is there for good
// once this is synced.
const snapshotDirectory = "/snapshots"

func (c *Counter) snapshotEvent(m *machine, e *trace.Event) {
	switch e.Kind {
	case env.KindSnapshot:
		c.reached(Snapshots)
		m.snapping = true
	case trace.KindFsync:
		if m.snapping && strings.HasSuffix(e.Text, snapshotDirectory) {
			m.snapping = false
		}
	case env.KindRestore:
		c.restored(m, e)
	}
}

func (c *Counter) restored(m *machine, e *trace.Event) {
	switch e.Text {
	case "start":
		c.reached(RestartsSnapshot)
	case "install":
		c.reached(Installs)
		if m.last > e.Index {
			c.reached(InstallsLonger)
		}
		c.refilled(m)
	case "user":
		c.reached(UserRestores)
	}
}
