package netsim

import (
	"fmt"
	"math/rand/v2"

	"raftian/netsim/env"
	"raftian/netsim/link"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// fault is one fault of the Plan at work.
type fault struct {
	plan.Fault
	world *World
	n     uint64     // its number, from 1
	rng   *rand.Rand // what it leaves to chance
	phase phase
	hit   bool // it had an effect

	seen     map[string]int // how many events its trigger has counted; see counter
	it, peer *Machine       // of the event that set it off; nil if that names none

	groups  [][]*Machine // who it is about, once begun
	crashed []*Machine   // by this fault, and not yet booted again
	victim  *conn        // the connection that it holds up
	blocked uint64       // what had met a hold-up of that before
}

// phase is how far a fault has come.
type phase int

const (
	ahead   phase = iota // its instant has not come
	looking              // for the event that sets it off
	coming               // that event was there; the fault waits
	active
	over
)

// layFaults has the Plan's faults begin and end when they are to, and all be
// over at its Heal.
func (w *World) layFaults() {
	alike := map[string]int{}
	for k, pf := range w.plan.Faults {
		// Not by its number, which is another one if an earlier fault is left out.
		name := fmt.Sprint("fault ", pf.Kind, pf.Groups)
		alike[name]++
		f := &fault{Fault: pf, world: w, n: uint64(k + 1), rng: w.stream(fmt.Sprint(name, " ", alike[name]))}
		w.faults = append(w.faults, f)
		if f.When.IsZero() {
			w.at(f.At, f.begin)
		} else {
			w.at(f.At, f.look)
		}
	}
	w.at(w.plan.Heal, w.heal)
}

// heal ends every fault and reports that from here on the system must recover.
func (w *World) heal() {
	w.healed = true
	w.looking = nil
	for _, f := range w.faults {
		switch f.phase {
		case looking:
			f.idle("its event never came")
		case coming:
			f.idle("the heal came before it")
		case active:
			f.end()
		}
	}
	w.emit(&trace.Event{Note: env.Note{Kind: trace.KindHeal}})
}

func (f *fault) emit(kind, text string) {
	f.world.emit(&trace.Event{Note: env.Note{Kind: kind, Conn: f.n, Text: text}})
}

// idle reports that the fault has no effect.
func (f *fault) idle(why string) {
	f.phase = over
	f.emit(trace.KindIdle, string(f.Kind)+": "+why)
}

func (f *fault) begin() {
	if f.world.healed {
		return
	}
	if why := f.resolve(); why != "" {
		f.idle(why)
		return
	}
	f.emit(trace.KindFault, f.words())
	f.phase = active
	f.strike()
	f.world.after(f.For, f.end)
}

// strike does what the fault is.
func (f *fault) strike() {
	switch f.Kind {
	case plan.Partition:
		f.cut()
	case plan.OneWay:
		f.between(func(there, _ *link.Link) { there.Cut(f.n) })
	case plan.Flap:
		f.flap()
	case plan.Slow:
		f.worsen(link.Quality{Delay: f.Net.Delay, Jitter: f.Net.Jitter})
	case plan.Heavy:
		f.worsen(link.Quality{Heavy: f.Net.Delay})
	case plan.Lossy:
		f.worsen(link.Quality{Loss: f.Net.Loss})
	case plan.Narrow:
		f.worsen(link.Quality{Rate: f.Rate})
	case plan.Stall:
		f.stall()
	case plan.Reset:
		f.reset()
	case plan.Power:
		f.crash(powerLost)
	case plan.Kill:
		f.crash(killed)
	case plan.Storm:
		f.storm()
	case plan.Replace:
		f.replace()
	case plan.Rot:
		f.rot()
	default: // of a disk, for a time
		f.ail()
	}
}

func (f *fault) end() {
	if f.phase != active {
		return
	}
	f.phase = over
	f.mend()
	f.release()
	f.cure()
	f.emit(trace.KindMend, string(f.Kind))
	if !f.hit {
		f.idle("nothing met it")
	}
	for _, m := range f.crashed {
		if m.held--; m.held == 0 {
			m.boot()
		}
	}
	f.crashed = nil
}

// words is the fault as the Plan says it, with the machines it came to mean.
func (f *fault) words() string {
	p := f.Fault
	p.When = plan.Trigger{}
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
