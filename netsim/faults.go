package netsim

import (
	"slices"
	"syscall"

	"raftian/netsim/env"
	"raftian/netsim/link"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// fault is one fault of the Plan at work.
type fault struct {
	plan.Fault
	world   *World
	n       uint64 // its number, from 1
	active  bool
	groups  [][]*Machine // who it is about, once begun
	crashed []*Machine   // by this fault, and not yet booted again
}

// layFaults has the Plan's faults begin and end when they are to, and all be
// over at its Heal.
func (w *World) layFaults() {
	for k, pf := range w.plan.Faults {
		f := &fault{Fault: pf, world: w, n: uint64(k + 1)}
		w.faults = append(w.faults, f)
		w.at(f.At, f.begin)
	}
	w.at(w.plan.Heal, w.heal)
}

// heal ends every fault and reports that from here on the system must recover.
func (w *World) heal() {
	w.healed = true
	for _, f := range w.faults {
		f.end()
	}
	w.emit(&trace.Event{Note: env.Note{Kind: trace.KindHeal}})
}

func (f *fault) emit(kind, text string) {
	f.world.emit(&trace.Event{Note: env.Note{Kind: kind, Conn: f.n, Text: text}})
}

func (f *fault) begin() {
	if f.world.healed {
		return
	}
	if why := f.resolve(); why != "" {
		f.emit(trace.KindIdle, string(f.Kind)+": "+why)
		return
	}
	f.emit(trace.KindFault, f.words())
	f.active = true
	switch f.Kind {
	case plan.Partition:
		f.between(func(a, b *link.Link) { a.Cut(f.n); b.Cut(f.n) })
	case plan.OneWay:
		f.between(func(there, _ *link.Link) { there.Cut(f.n) })
	case plan.Slow:
		q := link.Quality{Delay: f.Net.Delay, Jitter: f.Net.Jitter}
		f.between(func(a, b *link.Link) { a.Worsen(f.n, q); b.Worsen(f.n, q) })
	case plan.Lossy:
		q := link.Quality{Loss: f.Net.Loss}
		f.between(func(a, b *link.Link) { a.Worsen(f.n, q); b.Worsen(f.n, q) })
	case plan.Reset:
		f.reset()
	case plan.Power:
		f.crash(powerLost)
	case plan.Kill:
		f.crash(killed)
	}
	f.world.after(f.For, f.end)
}

func (f *fault) end() {
	if !f.active {
		return
	}
	f.active = false
	w := f.world
	for _, a := range w.machines {
		for _, b := range w.machines {
			w.links[direction{a, b}].Mend(f.n)
		}
	}
	f.emit(trace.KindMend, string(f.Kind))
	for _, m := range f.crashed {
		if m.held--; m.held == 0 {
			m.boot()
		}
	}
	f.crashed = nil
}

// resolve finds out which machines the fault is about, and says why it is about
// none if that is so.
func (f *fault) resolve() string {
	named := map[*Machine]bool{}
	others := -1
	f.groups = make([][]*Machine, len(f.Groups))
	for k, group := range f.Groups {
		for _, name := range group {
			m := f.world.byName[name]
			switch name {
			case plan.Others:
				others = k
				continue
			case plan.Leader:
				m = f.world.leader()
			}
			if m == nil {
				return "nobody leads"
			}
			if !named[m] { // the leader may also be named by its name
				named[m] = true
				f.groups[k] = append(f.groups[k], m)
			}
		}
	}
	for _, m := range f.world.machines {
		if others >= 0 && !named[m] {
			f.groups[others] = append(f.groups[others], m)
		}
	}
	for _, group := range f.groups {
		if len(group) == 0 {
			return "a group is empty"
		}
	}
	if f.Kind != plan.Power && f.Kind != plan.Kill {
		return ""
	}
	// A program that has returned by itself is neither ended nor started again.
	if !slices.ContainsFunc(f.groups[0], (*Machine).fallible) {
		return "nothing runs there"
	}
	return ""
}

// words is the fault as the Plan says it, with the machines it came to mean.
func (f *fault) words() string {
	p := f.Fault
	p.Groups = nil
	for _, group := range f.groups {
		var names []string
		for _, m := range group {
			names = append(names, m.name)
		}
		p.Groups = append(p.Groups, names)
	}
	return p.String()
}

// between calls do for each pair of machines in different groups, with the link
// from the one in the earlier group to the other, and the link back.
func (f *fault) between(do func(there, back *link.Link)) {
	links := f.world.links
	for k, group := range f.groups {
		for _, later := range f.groups[k+1:] {
			for _, a := range group {
				for _, b := range later {
					do(links[direction{a, b}], links[direction{b, a}])
				}
			}
		}
	}
}

// reset breaks every connection between the groups, at both ends.
func (f *fault) reset() {
	group := map[*Machine]int{}
	for k, g := range f.groups {
		for _, m := range g {
			group[m] = k + 1
		}
	}
	for _, m := range f.world.machines {
		if group[m] == 0 {
			continue
		}
		for _, c := range sorted(m.conns) {
			if other := group[c.other.inc.Machine]; other != 0 && other != group[m] {
				c.fail(syscall.ECONNRESET, "fault")
			}
		}
	}
}

// fallible reports whether a fault can take the machine down, or keep it down.
func (m *Machine) fallible() bool { return m.inc != nil || m.held > 0 }

// crash takes machines down, and keeps those down that are so by another fault.
func (f *fault) crash(how downfall) {
	for _, m := range f.groups[0] {
		if m.fallible() {
			m.held++
			m.crash(how)
			f.crashed = append(f.crashed, m)
		}
	}
}
