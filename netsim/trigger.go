package netsim

import (
	"slices"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Events that set off faults and are in no trace, for they are too many. Their text
// is the file's name: of a rename, the one it had.
const (
	hintWrite  = "write"  // a part of a write, or all of it, is in the page cache
	hintSync   = "sync"   // an fsync of a file or a directory begins
	hintCreate = "create" // a file or directory has come about, in the page cache
	hintRename = "rename" // has another name, likewise
	hintRemove = "remove" // is gone, likewise
)

// sector is what a write may be cut at multiples of, in bytes.
const sector = 512

// look has the fault wait for the event that sets it off.
func (f *fault) look() {
	if f.world.healed {
		return
	}
	f.phase = looking
	f.seen = map[string]int{}
	f.world.looking = append(f.world.looking, f)
}

// watched reports whether any fault looks for events.
func (w *World) watched() bool { return len(w.looking) > 0 }

// hint tells faults that look for it of an event that no trace holds.
func (i *incarnation) hint(kind, name string) {
	if i.world.watched() {
		i.world.notice(&trace.Event{Machine: i.name, Note: env.Note{Kind: kind, Text: name}})
	}
}

// notice has the faults look at an event. Those that it sets off strike when their
// wait is over. Without one that is before the call which the event is part of
// returns to its program, and if it is part of none at the same instant; never in
// the midst of what the World is doing.
func (w *World) notice(e *trace.Event) {
	for k := 0; k < len(w.looking); {
		f := w.looking[k]
		if !f.sets(e) {
			k++
			continue
		}
		w.looking = slices.Delete(w.looking, k, k+1)
		f.phase = coming
		f.it, f.peer = w.byName[e.Machine], w.byName[e.Peer]
		if f.When.Wait > 0 {
			w.after(f.When.Wait, f.begin)
			continue
		}
		w.coming = append(w.coming, f)
		w.at(w.now(), w.strike) // unless leave does it before
	}
}

// strike begins the faults that were set off.
func (w *World) strike() {
	for len(w.coming) > 0 {
		f := w.coming[0]
		w.coming = slices.Delete(w.coming, 0, 1)
		f.begin()
	}
}

// sets reports whether an event sets the fault off, having counted it if it is like
// the one that does.
func (f *fault) sets(e *trace.Event) bool {
	if f.When.As != "" && e.Kind == env.KindRole && e.Text == f.When.As {
		f.seen[e.Machine] = 0
	}
	if !f.matches(e) {
		return false
	}
	f.seen[f.counter(e)]++
	return f.seen[f.counter(e)] >= f.When.Nth
}

// counter is which of the fault's counters an event belongs to: with a role asked
// for, its machine's.
func (f *fault) counter(e *trace.Event) string {
	if f.When.As != "" {
		return e.Machine
	}
	return ""
}

// matches reports whether the event is one that the trigger asks for.
func (f *fault) matches(e *trace.Event) bool {
	t := &f.When
	return e.Kind == t.What && strings.HasPrefix(e.Text, t.Text) &&
		(t.Peer == "" || f.names(t.Peer, e.Peer)) && f.names(t.Who, e.Machine) &&
		(t.As == "" || f.world.roleOf(e.Machine) == t.As)
}

// names reports whether a name in a trigger stands for the machine.
func (f *fault) names(name, machine string) bool {
	if name == plan.Leader {
		m := f.world.leader()
		return m != nil && m.name == machine
	}
	return name == plan.Any || name == machine
}

// roleOf is the role that a machine's program has said it has.
func (w *World) roleOf(machine string) string {
	if m := w.byName[machine]; m != nil {
		return m.role
	}
	return ""
}

// cutAt draws how much of a write of size bytes at off comes before the event that
// it is: all of it if that sets off no fault. Every other cut is between sectors.
func (w *World) cutAt(e *trace.Event, off int64, size int) int {
	for _, f := range w.looking {
		if !f.matches(e) || f.seen[f.counter(e)]+1 < f.When.Nth {
			continue
		}
		cut := f.rng.IntN(size + 1)
		if f.rng.IntN(2) == 0 {
			end := (off + int64(cut)) / sector * sector
			cut = int(max(0, end-off))
		}
		return cut
	}
	return size
}
