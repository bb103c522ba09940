package invariant

import (
	"slices"
	"sort"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// termLog is what one machine's durable log and snapshot hold, as far as its
// events say: the term of every entry, kept as runs of one term, so that a log
// costs a few words however long it is. Payloads are not kept: by the Log
// Matching Property, which has a judge of its own, index and term identify an
// entry.
type termLog struct {
	runs         []run  // by rising first index, without gaps; none if the log is empty
	last         uint64 // index of the last entry, if there is one
	snapshot     uint64 // the durable snapshot goes through this index; 0 if there is none
	snapshotTerm uint64 // the term of the entry there; 0 if not known

	booted   bool // KindLog has said what the log held
	restored bool // a snapshot was restored since then
}

// run is a stretch of entries of one term, from index first to the next run.
type run struct {
	first, term uint64 // term 0: entries whose term is not known
}

// presence says whether a log or its snapshot has an entry.
type presence int

const (
	absent  presence = iota
	present          // and its term is known
	veiled           // an entry is there, or was compacted; its term is not known
)

// term returns the term of the entry at index, if it is present.
func (l *termLog) term(index uint64) (uint64, presence) {
	if l.holds(index) {
		i := sort.Search(len(l.runs), func(i int) bool { return l.runs[i].first > index }) - 1
		if l.runs[i].term == 0 {
			return 0, veiled
		}
		return l.runs[i].term, present
	}
	switch {
	case index == l.snapshot && l.snapshotTerm != 0:
		return l.snapshotTerm, present
	case index <= l.snapshot:
		return 0, veiled
	}
	return 0, absent
}

// empty says whether the log, apart from the snapshot, has no entries.
func (l *termLog) empty() bool { return len(l.runs) == 0 }

// holds says whether the entry at index is in the log itself.
func (l *termLog) holds(index uint64) bool {
	return !l.empty() && index >= l.runs[0].first && index <= l.last
}

// append puts an entry after the one before it. An entry of another term at
// this index, and all after it, give way, as they do in Raft §5.3. An entry
// beyond a hole starts the log anew: what lies before the hole is no use.
func (l *termLog) append(index, term uint64) {
	if l.holds(index) {
		if old, _ := l.term(index); old == term {
			return
		}
	}
	l.cutFrom(index)
	if !l.empty() && index != l.last+1 {
		l.runs = l.runs[:0]
	}
	if n := len(l.runs); n == 0 || l.runs[n-1].term != term {
		l.runs = append(l.runs, run{index, term})
	}
	l.last = index
}

// cutFrom removes the entries from index on.
func (l *termLog) cutFrom(index uint64) {
	if l.empty() || index > l.last {
		return
	}
	n := len(l.runs)
	for n > 0 && l.runs[n-1].first >= index {
		n--
	}
	l.runs = l.runs[:n]
	l.last = index - 1
}

// cutThrough removes the entries up to and including index.
func (l *termLog) cutThrough(index uint64) {
	if l.empty() || index < l.runs[0].first {
		return
	}
	if index >= l.last {
		l.runs = l.runs[:0]
		return
	}
	n := 0
	for n+1 < len(l.runs) && l.runs[n+1].first <= index+1 {
		n++
	}
	l.runs = slices.Delete(l.runs, 0, n)
	l.runs[0].first = index + 1
}

// boot makes the log what KindLog says it held: entries first to
// first+count-1, the last of term. What the events before told of these stays;
// others are veiled, since a crash may come between a write and its report.
func (l *termLog) boot(first, count, term uint64) {
	l.booted, l.restored = true, false
	if count == 0 {
		l.runs = l.runs[:0]
		return
	}
	last := first + count - 1
	l.cutThrough(first - 1)
	l.cutFrom(last + 1)
	if l.empty() {
		l.runs = append(l.runs, run{first, 0})
		l.last = last
	} else if last > l.last {
		l.runs = append(l.runs, run{l.last + 1, 0})
		l.last = last
	}
	if old, _ := l.term(last); old != term {
		l.cutFrom(last)
		l.append(last, term)
	}
}

// clone returns a copy that does not change with l.
func (l *termLog) clone() termLog {
	c := *l
	c.runs = slices.Clone(l.runs)
	return c
}

// termLogs are the logs of all machines.
type termLogs map[string]*termLog

// kindsOfLogs are the kinds of event that take reads.
func kindsOfLogs() []string {
	return []string{env.KindAppend, env.KindTruncate, env.KindLog,
		env.KindSnapshot, env.KindRestore, env.KindReady}
}

// of returns the log of a machine.
func (ls termLogs) of(machine string) *termLog {
	l := ls[machine]
	if l == nil {
		l = new(termLog)
		ls[machine] = l
	}
	return l
}

// take follows what an event says of its machine's log.
func (ls termLogs) take(e *trace.Event) {
	l := ls.of(e.Machine)
	switch e.Kind {
	case env.KindAppend:
		l.append(e.Index, e.Term)
	case env.KindTruncate:
		if e.Text == "suffix" {
			l.cutFrom(e.Index)
		} else if e.Count > 0 {
			l.cutThrough(e.Index + e.Count - 1)
		}
	case env.KindLog:
		l.boot(e.Index, e.Count, e.Term)
	case env.KindSnapshot:
		// An older one than there is, as when a snapshot comes from the leader
		// while this one is written, changes nothing.
		if e.Index >= l.snapshot {
			l.snapshot, l.snapshotTerm = e.Index, e.Term
		}
	case env.KindRestore:
		l.restore(e.Index, e.Term, e.Text)
	case env.KindReady:
		// A log that is empty at boot and no snapshot to start from: the disk
		// was lost, and the snapshot of earlier events with it.
		if l.booted && !l.restored && l.empty() {
			l.snapshot, l.snapshotTerm = 0, 0
		}
	}
}

// restore puts a snapshot in the place of the entries it covers. At boot the
// entries stay: they are the ones that it was made of. Term 0 is not known.
func (l *termLog) restore(index, term uint64, how string) {
	l.restored = true
	if index != l.snapshot || term != 0 {
		l.snapshot, l.snapshotTerm = index, term
	}
	if how != "start" {
		l.cutThrough(index)
	}
}

// before returns the term of the entry that precedes index: 0 before the first.
func (l *termLog) before(index uint64) (uint64, presence) {
	if index <= 1 {
		return 0, present
	}
	return l.term(index - 1)
}
