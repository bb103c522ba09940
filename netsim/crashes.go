package netsim

import (
	"raftian/netsim/disk"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// fallible reports whether a fault can take the machine down, or keep it down.
func (m *Machine) fallible() bool { return m.inc != nil || m.due || m.held > 0 }

// crash takes machines down, and keeps those down that are so by another fault.
func (f *fault) crash(how downfall) {
	for _, m := range f.groups[0] {
		if m.fallible() {
			m.held++
			m.crash(how)
			f.crashed = append(f.crashed, m)
			f.hit = true
		}
	}
}

// storm kills the machines' programs and starts them at once, time and again.
// Those that another fault keeps down stay down.
func (f *fault) storm() {
	if f.phase != active {
		return
	}
	for _, m := range f.groups[0] {
		if m.inc != nil || m.due {
			m.crash(killed)
			m.boot()
			f.hit = true
		}
	}
	f.world.after(f.Every, f.storm)
}

// replace cuts the power and puts an empty disk in each machine.
func (f *fault) replace() {
	f.crash(powerLost)
	for _, m := range f.crashed {
		m.disk = disk.New()
		m.disks++
		m.blank = true
	}
}

// rot flips one bit on each disk that holds any.
func (f *fault) rot() {
	for _, m := range f.groups[0] {
		name, bit, ok := m.disk.Rot(f.rng)
		if !ok {
			continue
		}
		f.hit = true
		f.world.emit(&trace.Event{Machine: m.name, Note: env.Note{
			Kind: trace.KindRot, Text: name, Index: uint64(bit / 8), Count: uint64(bit % 8)}})
	}
}
