// Package netsim is the World: machines, links and disks on virtual time, and
// the run of one Plan.
//
// A World lives inside a testing/synctest bubble. Machines are goroutines; a
// program sees its machine only through env.Env. The World knows no guest: it
// runs whatever program it is given and reports what programs report.
//
//	world.go    World, its clock's turn, emitting events
//	queue.go    what is due when
//	machine.go  machines and their incarnations: boot, crash, the gate
//	stopping.go programs are asked to end, and whether they do
//	environ.go  env.Env as an incarnation sees it
//	conn.go     connections; dial.go: how they come about; listen.go
//	files.go    files on the simulated disk
//	prints.go   what programs print; calls_linux.go: their system calls
//	faults.go   what the Plan has go wrong: how a fault begins and ends
//	trigger.go  faults that an event sets off
//	groups.go   which machines a fault is about
//	network.go  faults between machines; crashes.go, storage.go: of machines and disks
//	main.go     a run from beginning to end, for world programs; profile.go: where its time goes
//	seed_*.go   the plan's streams inside the Go runtime
//
// Two rules keep it correct. The World never calls a program: it starts
// goroutines and wakes them. And nobody holds the World's lock while he waits
// for anything but a condition on that lock.
package netsim

import (
	"math/rand/v2"
	"sync"
	"time"

	"raftian/netsim/disk"
	"raftian/netsim/env"
	"raftian/netsim/link"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Program is what runs on a machine. It returns when it is done; an error is
// reported. A program whose machine crashes does not return.
type Program func(env.Env) error

// World runs one Plan.
type World struct {
	plan    plan.Plan
	program Program
	refuse  func(error) // told of an env.ArgsError; may be nil
	sink    func(*trace.Event)

	mu        sync.Mutex
	epoch     int64 // Unix time of instant zero, in nanoseconds
	queue     queue
	timer     *time.Timer
	turning   bool // inside turn, which sets the timer at its end
	machines  []*Machine
	lives     []*incarnation // by number; nil for those that have ended
	prints    func(*trace.Print)
	byName    map[string]*Machine
	links     map[direction]*link.Link
	conns     uint64 // how many there have been
	faults    []*fault
	looking   []*fault // for the events that set them off
	coming    []*fault // that were set off, and strike as soon as they may
	healed    bool
	stopped   bool // programs were asked to end: only how they do is reported
	stoppedAt env.Instant
}

// direction is a link's name.
type direction struct{ from, to *Machine }

// NewWorld returns a World at instant zero with every machine off. Its sink
// gets each event as it happens, in order, and must not keep the pointer. It is
// called inside the bubble and holds the World's lock.
func NewWorld(p plan.Plan, program Program, sink func(*trace.Event)) *World {
	w := &World{
		plan:    p,
		program: program,
		sink:    sink,
		epoch:   time.Now().UnixNano(),
		byName:  map[string]*Machine{},
		links:   map[direction]*link.Link{},
	}
	for _, name := range p.Machines {
		m := &Machine{world: w, name: name, disk: disk.New(),
			conns:  map[uint64]*conn{},
			losses: w.stream("power loss " + name), syncs: w.stream("fsync " + name)}
		m.stalled.L = &w.mu
		w.machines = append(w.machines, m)
		w.byName[name] = m
	}
	quality := link.Quality{Delay: p.Net.Delay, Jitter: p.Net.Jitter, Loss: p.Net.Loss}
	for _, a := range w.machines {
		for _, b := range w.machines {
			q := quality
			if a == b { // loopback
				q = link.Quality{Delay: loopback}
			}
			w.links[direction{a, b}] = link.New(q, w.stream("link "+a.name+" > "+b.name))
		}
	}
	w.timer = time.AfterFunc(time.Hour, w.turn)
	return w
}

// loopback is the delay of a machine's connections to itself.
const loopback = 20 * time.Microsecond

// Boot starts every machine and lays out the Plan's faults.
func (w *World) Boot() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.machines {
		m.boot()
	}
	w.layFaults()
}

// End reports the end of the run and, before that, which programs were asked to
// end and have not. Machines stay as they are.
func (w *World) End() {
	w.reportHung()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emit(&trace.Event{Note: env.Note{Kind: trace.KindEnd}})
	w.sink, w.prints = nil, nil
}

// Stop crashes every machine, for tests that leave the bubble.
func (w *World) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sink = nil
	for _, m := range w.machines {
		m.crash(killed)
	}
	w.queue.items = nil
	w.timer.Stop()
}

// stream is the World's randomness for one purpose.
func (w *World) stream(name string) *rand.Rand { return plan.Stream(w.plan.Seed, name) }

// now is the present instant. (In a bubble times have no monotonic reading, and
// time.Since takes the long way.)
func (w *World) now() env.Instant { return env.Instant(time.Now().UnixNano() - w.epoch) }

// emit reports e, at the present instant. Holds the lock.
func (w *World) emit(e *trace.Event) {
	if len(w.looking) > 0 {
		w.notice(e)
	}
	if w.sink == nil || w.stopped && !ofStopping(e.Kind) {
		return
	}
	e.At = w.now()
	w.sink(e)
}

// at has f called, holding the lock, at instant t or as soon as possible after.
func (w *World) at(t env.Instant, f func()) {
	first := w.queue.push(t, f)
	if first && !w.turning {
		w.arm()
	}
}

// after is at, d from now.
func (w *World) after(d time.Duration, f func()) { w.at(w.now().Add(d), f) }

// arm sets the timer for what is due next.
func (w *World) arm() {
	if t, ok := w.queue.next(); ok {
		w.timer.Reset(t.Sub(w.now()))
	}
}

// turn does everything that is due. It runs in a goroutine of the timer's.
func (w *World) turn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turning = true
	now := w.now()
	for {
		t, ok := w.queue.next()
		if !ok || t > now {
			break
		}
		w.queue.pop()()
	}
	w.turning = false
	w.arm()
}
