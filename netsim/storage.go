package netsim

import (
	"io/fs"
	"os"
	"slices"
	"syscall"
	"time"

	"raftian/netsim/disk"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// ail has the disks of the fault's machines be as it says, until it is over.
func (f *fault) ail() {
	for _, m := range f.groups[0] {
		m.ails = append(m.ails, f)
	}
}

// cure takes that back.
func (f *fault) cure() {
	for _, m := range f.groups[0] {
		if k := slices.Index(m.ails, f); k >= 0 {
			m.ails = slices.Delete(m.ails, k, k+1)
			m.stalled.Broadcast()
		}
	}
}

// ailing finds the faults of a kind that the disk has, which thereby have an
// effect.
func (m *Machine) ailing(kind plan.FaultKind) (found bool) {
	for _, f := range m.ails {
		if f.Kind == kind {
			f.hit, found = true, true
		}
	}
	return found
}

// slowness draws how much longer an operation takes.
func (m *Machine) slowness() (d time.Duration) {
	for _, f := range m.ails {
		if f.Kind != plan.SlowDisk {
			continue
		}
		f.hit = true
		d += f.Net.Delay
		if f.Net.Jitter > 0 {
			d += time.Duration(f.rng.Int64N(int64(f.Net.Jitter)))
		}
	}
	return d
}

// dawdle has an operation other than an fsync take the time that faults add. Holds
// the lock, and gives it up while it waits.
func (i *incarnation) dawdle() {
	if len(i.ails) == 0 {
		return
	}
	if d := i.slowness(); d > 0 {
		i.world.mu.Unlock()
		time.Sleep(d)
		i.world.mu.Lock()
		i.gate()
	}
	i.awaitDisk()
}

// awaitDisk waits while the disk is stalled.
func (i *incarnation) awaitDisk() {
	for i.ailing(plan.StallDisk) {
		i.wait(&i.stalled)
	}
}

// broken is the error of an operation on a disk that takes no writes, nil if it
// does.
func (i *incarnation) broken(op, name string) error {
	if len(i.ails) > 0 && i.ailing(plan.WriteError) {
		return &fs.PathError{Op: op, Path: name, Err: syscall.EIO}
	}
	return nil
}

// sound reports whether a write is nothing but a write: the disk ails in no way and
// no fault looks for events.
func (i *incarnation) sound() bool { return len(i.ails) == 0 && !i.world.watched() }

func (i *incarnation) exists(name string) bool {
	_, err := i.disk.Stat(name)
	return err == nil
}

// changeNames does what changes names of the disk.
func (i *incarnation) changeNames(what, name string, do func() error) error {
	if err := i.broken(what, name); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	i.hint(what, name)
	return nil
}

// write writes p at off by do. If that is an event that sets off a fault, the fault
// strikes when a part of p, drawn, has reached the page cache.
func (i *incarnation) write(h *disk.Handle, p []byte, off int64, do func([]byte, int64) (int, error)) (int, error) {
	note := trace.Event{Machine: i.name, Note: env.Note{Kind: hintWrite, Text: h.Name()}}
	first := i.world.cutAt(&note, off, len(p))
	n, err := i.store(h, p[:first], off, do)
	if err != nil {
		return n, err
	}
	i.world.notice(&note)
	i.world.strike()
	i.gate()
	if first == len(p) {
		return n, nil
	}
	rest, err := i.store(h, p[first:], off+int64(n), do)
	return n + rest, err
}

// store writes p at off by do, as far as the disk takes it.
func (i *incarnation) store(h *disk.Handle, p []byte, off int64, do func([]byte, int64) (int, error)) (int, error) {
	// What is wrong with the call itself goes first.
	if _, err := do(nil, off); err != nil {
		return 0, err
	}
	if err := i.broken("write", h.Name()); err != nil {
		return 0, err
	}
	// Whatever fills the disk is not ours: neither removing a file makes room, nor
	// does a new name need any.
	room := len(p)
	if covered := h.Covered(off, room); covered < room && i.ailing(plan.Full) {
		room = covered
	}
	n, err := do(p[:room], off)
	if err == nil && n < len(p) {
		err = &fs.PathError{Op: "write", Path: h.Name(), Err: syscall.ENOSPC}
	}
	return n, err
}

// mayOpen says why a file cannot be opened: opening it would change the disk.
func (i *incarnation) mayOpen(name string, flag int) error {
	if len(i.ails) == 0 {
		return nil
	}
	info, err := i.disk.Stat(name)
	if err != nil && flag&os.O_CREATE != 0 || err == nil && flag&os.O_TRUNC != 0 && info.Size() > 0 {
		return i.broken("open", name)
	}
	return nil
}
