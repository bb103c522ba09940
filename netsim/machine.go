package netsim

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"raftian/netsim/disk"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// Machine is a simulated computer. It survives crashes: its disk is what
// remains from one incarnation to the next.
type Machine struct {
	world  *World
	name   string
	disk   *disk.Disk
	losses *rand.Rand // what power losses leave
	syncs  *rand.Rand // how long fsyncs take
	boots  uint64
	inc    *incarnation // nil while it is off
	off    bool         // without power (else at most the process is gone)
	held   int          // how many faults keep it down
	due    bool         // its supervisor is about to start the program again
	disks  int          // how often its disk was replaced
	blank  bool         // by one that no incarnation has seen yet
	ails   []*fault     // what is wrong with its disk now
	// stalled is where operations wait for a disk that a fault has stalled.
	stalled sync.Cond
	// conns are the connections its kernel knows: those of the present
	// incarnation, and those closed that still have something to send.
	conns map[uint64]*conn

	// What its program last reported of itself, for faults that aim at roles.
	role string
	term uint64
}

// downfall is how a machine goes down.
type downfall string

const (
	powerLost downfall = "power"
	killed    downfall = "kill"
	exited    downfall = "exit"
)

// incarnation is a machine from one boot to the next crash, and what the
// programs's Env acts on.
type incarnation struct {
	*Machine
	boot      uint64
	number    uint32 // in World.lives, from 1; what its goroutines are marked with
	disks     int    // how often the machine's disk had been replaced when it booted
	dead      bool
	syncing   uint64 // fsyncs under way
	listeners map[string]*listener
	calls     map[uint64]*call // that it waits for
	onCrash   []func()
	stopping  chan struct{} // is closed when the program is asked to end
	port      uint16        // last one handed out
}

// boot starts the machine's program, unless programs are being asked to end. Holds
// the lock.
func (m *Machine) boot() {
	if m.world.stopped {
		return
	}
	m.boots++
	m.off, m.due = false, false
	m.setDown(false)
	inc := &incarnation{
		Machine:   m,
		boot:      m.boots,
		disks:     m.disks,
		listeners: map[string]*listener{},
		calls:     map[uint64]*call{},
		stopping:  make(chan struct{}),
		port:      portsAfter,
	}
	m.inc = inc
	m.world.lives = append(m.world.lives, inc)
	inc.number = uint32(len(m.world.lives))
	note := env.Note{Kind: trace.KindBoot}
	if m.blank {
		note.Text, m.blank = emptyDisk, false
	}
	inc.emit(note)
	go inc.run()
}

// run is the goroutine of the machine's program.
func (i *incarnation) run() {
	setMachine(i.number)
	i.label()
	err := i.world.program(environ{i})
	i.enter()
	defer i.leave()
	i.exit(err)
}

// exit ends the program of itself. After an error the machine's supervisor starts
// it again, unless a fault brings the machine down before. Holds the lock.
func (i *incarnation) exit(err error) {
	if args := (*env.ArgsError)(nil); i.world.refuse != nil && errors.As(err, &args) {
		i.world.refuse(err)
	}
	note := env.Note{Kind: trace.KindExit}
	if err != nil {
		note.Text = err.Error()
	}
	if !i.world.stopped || err != nil {
		i.emit(note)
	}
	i.Machine.crash(exited)
	if err == nil {
		return
	}
	m, boots := i.Machine, i.boots
	m.due = true
	m.world.after(restartAfter, func() {
		if m.due && m.boots == boots {
			m.boot()
		}
	})
}

// restartAfter is how long a supervisor waits before it starts a program again
// that ended with an error, so that one that cannot start does not busy it.
const restartAfter = time.Second

// emptyDisk is what the boot event says when the incarnation is the first one on
// a disk that replaced another.
const emptyDisk = "empty disk"

// crash takes the machine down: its present incarnation, if there is one, and
// its power. Holds the lock.
func (m *Machine) crash(how downfall) {
	i := m.inc
	m.due = false
	if i != nil {
		if how != exited {
			i.emit(env.Note{Kind: trace.KindCrash, Count: i.syncing, Text: string(how)})
		}
		i.dead = true
		m.inc, m.world.lives[i.number-1] = nil, nil
		m.role, m.term = "", 0
	}
	switch {
	case how == powerLost && !m.off:
		m.off = true
		m.setDown(true)
		m.disk = m.disk.PowerLoss(m.losses)
	case i != nil:
		m.disk = m.disk.Kill()
	}
	if i != nil {
		i.abandon(how)
	}
	for _, c := range sorted(m.conns) {
		c.abandon(how)
	}
}

// abandon wakes whoever waits for something, and lets the program know.
func (i *incarnation) abandon(how downfall) {
	for _, l := range sorted(i.listeners) {
		l.abandon(how)
	}
	for _, c := range sorted(i.calls) {
		c.over = true
		c.done.Broadcast()
	}
	of := setMachine(i.number) // it may be another machine's goroutine that crashes this one
	for _, f := range i.onCrash {
		go f()
	}
	setMachine(of)
	i.onCrash = nil
	i.stalled.Broadcast()
}

// setDown tells the links whether the machine has power.
func (m *Machine) setDown(down bool) {
	for _, other := range m.world.machines {
		if l := m.world.links[direction{other, m}]; l != nil {
			l.SetDown(down)
		}
	}
}

// enter takes the World's lock for a program's call and ends the goroutine if
// the incarnation is dead. Its caller defers leave, or calls it.
func (i *incarnation) enter() {
	i.world.mu.Lock()
	if i.dead {
		i.world.mu.Unlock()
		runtime.Goexit()
	}
}

// leave gives the lock back. If something that the call did has set off a fault,
// that strikes first, and may end the goroutine.
func (i *incarnation) leave() {
	if len(i.world.coming) == 0 {
		i.world.mu.Unlock()
		return
	}
	i.world.strike()
	dead := i.dead
	i.world.mu.Unlock()
	if dead {
		runtime.Goexit()
	}
}

// gate is for after having waited: it ends the goroutine if the incarnation has
// died meanwhile. The deferred leave gives the lock back.
func (i *incarnation) gate() {
	if i.dead {
		runtime.Goexit()
	}
}

// wait waits on a condition of the World's lock.
func (i *incarnation) wait(c *sync.Cond) {
	c.Wait()
	i.gate()
}

// emit reports a note of this incarnation. Holds the lock.
func (i *incarnation) emit(n env.Note) {
	i.world.emit(&trace.Event{Machine: i.name, Boot: i.boot, Note: n})
}

// leader is the machine that leads, as far as its program has said: the leader
// of the highest term, or nil.
func (w *World) leader() *Machine {
	var found *Machine
	for _, m := range w.machines {
		if m.inc != nil && m.role == "leader" && (found == nil || m.term > found.term) {
			found = m
		}
	}
	return found
}

// followers are all machines but the leader; none if nobody leads.
func (w *World) followers() []*Machine {
	leader := w.leader()
	if leader == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(w.machines), func(m *Machine) bool { return m == leader })
}

// script is what the plan has the clients on machine name do.
func script(p *plan.Plan, name string) []env.Call {
	var calls []env.Call
	for _, s := range p.Script {
		if s.Machine == name {
			calls = append(calls, s.Call)
		}
	}
	return calls
}
