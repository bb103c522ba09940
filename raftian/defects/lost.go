package defects

import (
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// What follows where entries of the log that were committed, or taken for it, are in the
// history of some machines and not in that of others. Findings say how that came about;
// here stands what comes of it.

// loss is that histories part at some indexes. On one side are those who have the entries
// that the finding is about: who applied one, or restored a state with it. They are apart.
// On the other side are those who have others there.
type loss struct {
	since     moment            // when they parted
	entries   map[uint64]placed // that those apart have, by index
	low, high uint64            // their first index, and their last
	apart     map[string]bool   // whether a machine's state has them, now
	ops       map[call]bool     // whose commands they are, and those that are there instead
	sides     map[uint64]bool   // by event, whether the machine that did it was apart then
}

// newLoss is that histories part at an event of a machine. c is the cluster before it.
func newLoss(c *cluster, since moment, entries map[uint64]placed) *loss {
	l := &loss{since: since, entries: entries, apart: make(map[string]bool), ops: make(map[call]bool), sides: make(map[uint64]bool)}
	for index, p := range entries { //raftian:unordered the least and the greatest
		if l.low == 0 || index < l.low {
			l.low = index
		}
		l.high = max(l.high, index)
		if made, is := c.commands[index]; is && made.term == p.term {
			l.ops[made.call] = true
		}
	}
	for name, m := range c.machines { //raftian:unordered a set
		l.apart[name] = m.up && m.applied >= l.low
	}
	return l
}

// isOne reports whether an event is of one of the entries.
func (l *loss) isOne(e *trace.Event) bool {
	p, is := l.entries[e.Index]
	return is && p.term == e.Term && (p.hash == 0 || p.hash == e.Hash)
}

// has reports whether an index is of one of them.
func (l *loss) has(index uint64) bool {
	_, is := l.entries[index]
	return is
}

// take follows an event after it. c is the cluster before that.
func (l *loss) take(c *cluster, e *trace.Event) {
	switch e.Kind {
	case trace.KindBoot:
		l.apart[e.Machine] = false
	case env.KindApply:
		if l.has(e.Index) {
			l.ops[call{e.Client, e.Seq}] = true
		}
		if l.isOne(e) {
			l.apart[e.Machine] = true
		}
	case env.KindRestore:
		l.apart[e.Machine] = l.isApart(c.source(e), e.Index)
	case env.KindSnapshot, env.KindLocal:
	default:
		return
	}
	l.sides[e.N] = l.apart[e.Machine]
}

// side reports whether the machine of an event was apart then.
func (l *loss) side(e *trace.Event) bool { return l.isApart(e.N, e.Index) }

// isApart reports whether what a machine had at an event has the entries. What reached as far
// before histories parted has them.
func (l *loss) isApart(event, index uint64) bool {
	if event < l.since.event {
		return index >= l.low
	}
	return l.sides[event]
}

// source is the event with which a snapshot that is restored was taken, or came: on that
// machine, or on the leader that sent it; 0 if it is not known.
func (c *cluster) source(e *trace.Event) uint64 {
	m := c.on(e.Machine)
	if leaders := c.leaders[m.term]; e.Text == "install" && len(leaders) > 0 {
		m = c.on(leaders[len(leaders)-1].machine)
	}
	if m.snapshotIndex != e.Index {
		return 0
	}
	return m.snapshot.event
}

// leads reports whether a failure comes of it.
func (l *loss) leads(c *cluster, f *failure) bool {
	e := f.last()
	if e.N < l.since.event && f.judge != "acknowledged" && f.judge != "linearizability" {
		return false
	}
	switch f.judge {
	case "leader-completeness":
		return l.has(f.Index)
	case "monotonic":
		return f.Signature == "a committed entry was deleted as a conflict" && l.has(e.Index)
	case "acknowledged":
		return l.leadsTo(f, func(x *trace.Event) bool {
			return x.Kind == env.KindReturn && l.has(x.Index) && l.ops[call{x.Client, x.Seq}]
		})
	case "exactly-once":
		return f.Signature == "an operation took effect twice" && l.ops[call{e.Client, e.Seq}] && l.between(f)
	case "state-machine-safety":
		return l.between(f) && (f.Signature != "different entries applied at one index" || l.has(e.Index))
	case "local-logs":
		return l.local(c, f)
	case "linearizability", "sessions":
		return l.answers(f)
	}
	return false
}

// leadsTo reports whether one of the events of a failure is so.
func (l *loss) leadsTo(f *failure, is func(*trace.Event) bool) bool {
	for k := range f.events {
		if is(&f.events[k]) {
			return true
		}
	}
	return false
}

// between reports whether the events of a failure are of both sides.
func (l *loss) between(f *failure) bool {
	last := f.last()
	return l.leadsTo(f, func(x *trace.Event) bool { return l.side(x) != l.side(&last) })
}

// local reports whether a failure is that the local logs of the two sides are not the same.
func (l *loss) local(c *cluster, f *failure) bool {
	switch f.Signature {
	case "local logs differ":
		return l.between(f)
	case "a local log leaves out a command":
		return l.has(f.Index) || l.apart[f.last().Machine] && l.ops[c.commands[f.Index].call]
	case "a local log stays behind":
		return l.apart[f.Machine] && l.leadsTo(f, func(x *trace.Event) bool { return l.ops[c.commands[x.Index].call] })
	}
	return false
}

// answers reports whether a failure is of an answer that does not know of one of the entries,
// or is to a command among them, or to one that is there instead. What it is told after, in the
// order that a judge gives for comparison, is not to blame.
func (l *loss) answers(f *failure) bool {
	return l.leadsTo(f, func(x *trace.Event) bool { return x.N > l.since.event }) && l.leadsTo(f, func(x *trace.Event) bool {
		return x.Kind != env.KindInvoke && x.Client != "" && l.ops[call{x.Client, x.Seq}]
	})
}

// lacking are the entries known to be committed that a machine's log and its snapshot lack.
func (c *cluster) lacking(name string) map[uint64]placed {
	m := c.on(name)
	lacks := make(map[uint64]placed)
	for index, p := range c.committed { //raftian:unordered a set
		if index <= m.snapshotIndex {
			continue
		}
		if has, is := m.log.at(index); !is || has.term != 0 && has.term != p.term {
			lacks[index] = p
		}
	}
	return lacks
}
