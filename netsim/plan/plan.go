// Package plan holds Plans: everything a run is a function of, as pure data.
//
// A Plan has a text form that people read, edit and send to each other; it
// prints and parses back to the same Plan. It knows nothing of what runs on the
// machines: settings and calls are the guest's own words.
//
//	plan.go      Plan, Setting, Net, Fault
//	validate.go  what a Plan must satisfy, and the limits
//	text.go      the text form, and printing it
//	parse.go     reading it back
//	shape.go     what each kind of fault looks like
//	trigger.go   the events that set faults off, in text
//	shrink.go    making a Plan smaller
//	generate.go  drawing a Plan from a seed
//	hardware.go  drawing its links and disks
//	script.go    drawing its calls
//	draw.go      drawing its faults
//	drill.go     those that go together
//	aim.go       whom they are about
//	moment.go    what they wait for
//	stream.go    a stream of random numbers per name
//	swarm.go     drawing some of several words, or one
//	feature.go   what can be left out, to see what it is worth
//	choice.go    what the user asks for: classes of faults, seeds
package plan

import (
	"slices"
	"time"

	"raftian/netsim/env"
)

// Plan is everything a run is a function of.
type Plan struct {
	Seed     uint64
	Guest    string        // the name of what runs on the machines, such as "game"
	Machines []string      // "n1", "n2", …; in order
	Length   time.Duration // the run ends this long after it began
	Heal     env.Instant   // every fault is over by then
	Shuffle  bool          // pick among runnable goroutines at random (else first in, first out)
	Settings []Setting     // given to every machine's program as "key=value", in order
	Net      Net           // every link, before faults
	Disk     Disk          // every disk, before faults
	Script   []Step        // ordered by At
	Faults   []Fault       // ordered by At
}

// Setting is one argument of the guest's program.
type Setting struct{ Key, Value string }

// NoBeginners is the setting of a plan whose guest begins without any machine: each
// comes in while it runs. It is of plans that tell of recordings of real nodes, which
// nothing runs again.
const NoBeginners = "no-beginners"

// Beginners are the machines that the guest's model begins with.
func (p Plan) Beginners() []string {
	if slices.ContainsFunc(p.Settings, func(s Setting) bool { return s.Key == NoBeginners }) {
		return nil
	}
	return p.Machines
}

// Net describes a link between two machines, one direction.
type Net struct {
	Delay  time.Duration // the least one-way delay
	Jitter time.Duration // up to this much is added to it, uniformly
	Loss   float64       // probability in [0, 1) that a segment is lost and sent again
}

// Disk describes a disk.
type Disk struct {
	Sync   time.Duration // the least time an fsync takes
	Jitter time.Duration // up to this much is added to it, uniformly
}

// Step is a call in the client script, and the machine its client lives on;
// env.Operator lives on none and may call on any.
type Step struct {
	Machine string
	env.Call
}

// FaultKind is what goes wrong.
type FaultKind string

// What goes wrong between machines.
const (
	// Partition cuts the machines into groups: no machine of Groups[i] reaches
	// one of Groups[j]. A machine in no group is cut off from nobody: it is the
	// bridge between them.
	Partition FaultKind = "partition"
	// OneWay cuts what goes from Groups[0] to Groups[1], not what comes back.
	OneWay FaultKind = "oneway"
	// Flap is a Partition that comes and goes: Every long cut, Every long whole,
	// and so on.
	Flap FaultKind = "flap"
	// Slow adds Net.Delay and Net.Jitter to what goes between Groups[0] and
	// Groups[1], both ways.
	Slow FaultKind = "slow"
	// Heavy adds a heavy-tailed delay to every segment between Groups[0] and
	// Groups[1], both ways: Pareto with the least value Net.Delay and exponent
	// 1.2, at most a hundred times the least.
	Heavy FaultKind = "heavy"
	// Lossy loses segments between Groups[0] and Groups[1], both ways, with
	// probability Net.Loss on top of the link's own.
	Lossy FaultKind = "lossy"
	// Narrow lets Rate bytes per second through from each machine of Groups[0]
	// to each of Groups[1], and as many back.
	Narrow FaultKind = "narrow"
	// Stall holds what goes over one connection between Groups[0] and Groups[1],
	// both ways, while the others flow.
	Stall FaultKind = "stall"
	// Reset resets every connection between Groups[0] and Groups[1], at once.
	Reset FaultKind = "reset"
)

// What happens to machines.
const (
	// Power cuts the power of the machines of Groups[0]: unsynced writes may
	// be lost, connections stay half open. They boot again when the fault ends.
	Power FaultKind = "power"
	// Kill kills the process on the machines of Groups[0]: what it wrote stays,
	// its connections are closed. It starts again when the fault ends.
	Kill FaultKind = "kill"
	// Storm kills the processes on the machines of Groups[0] again and again:
	// once every Every, each starting again at once.
	Storm FaultKind = "storm"
)

// What goes wrong with the disks of the machines of Groups[0].
const (
	// FsyncError has every fsync fail with EIO. The bytes it was to make durable stay
	// in the page cache and no later fsync makes them durable; names it does.
	FsyncError FaultKind = "fsync-error"
	// WriteError has every write, create, rename and remove fail with EIO.
	WriteError FaultKind = "write-error"
	// Full has every write that would need space fail with ENOSPC.
	Full FaultKind = "full"
	// SlowDisk adds Net.Delay and up to Net.Jitter to every read, write and fsync.
	SlowDisk FaultKind = "slow-disk"
	// StallDisk has every read, write and fsync wait until the fault is over.
	StallDisk FaultKind = "stall-disk"
	// Rot flips one bit of what the disk holds, at once and for good.
	Rot FaultKind = "rot"
	// Replace cuts the power and puts an empty disk in place of the old one; the
	// machine boots again when the fault ends. From then on its program has one
	// more argument, "disk=N": how often that has happened.
	Replace FaultKind = "replace"
)

// Names that stand in a group for whoever is meant when the fault begins. A
// fault that then is about nobody has no effect.
const (
	Leader = "leader" // the machine that leads
	Others = "others" // every machine that no group of the fault names
	// Followers are all machines but the leader, whatever they are to each other.
	Followers = "followers"
	It        = "it"   // the machine of the event that set the fault off
	Peer      = "peer" // the peer that this event names
)

// Any stands in a Trigger for every machine.
const Any = "any"

// Fault is one thing that goes wrong: when it begins, for how long, to whom. It
// is over at the Plan's Heal at the latest.
type Fault struct {
	At     env.Instant // when it begins; with a Trigger, when that begins to look
	When   Trigger     // the zero Trigger is none
	Kind   FaultKind
	Groups [][]string
	Net    Net           // Delay and Jitter of Slow and SlowDisk, Delay of Heavy, Loss of Lossy
	Rate   uint64        // bytes per second; of Narrow
	Every  time.Duration // of Flap and Storm
	For    time.Duration // zero for Reset and Rot, which are over at once
}

// Trigger has a fault begin with an event instead of at an instant, once: the
// Nth event since the fault's At that is of kind What, on machine Who, and has
// all else that the Trigger asks for.
//
// What is any kind of event in a trace, or one of those that no trace holds:
// "write", "sync" (an fsync begins), "create", "rename", "remove", which have the
// file's name as their text. A fault set off by a "write" comes when a part of
// that write has reached the page cache.
type Trigger struct {
	Who  string        // a machine, Leader or Any
	What string        // the kind of event
	Text string        // what the event's text begins with; "" is anything
	Peer string        // the peer that the event names; "" is anyone
	As   string        // the role the machine must have had; it counts anew each time it takes it
	Nth  int           // counted from 1
	Wait time.Duration // how long after the event the fault begins
}

// IsZero reports whether the fault begins at its instant.
func (t Trigger) IsZero() bool { return t == Trigger{} }
