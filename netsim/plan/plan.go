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
//	shrink.go    making a Plan smaller
//	generate.go  drawing a Plan from a seed
//	draw.go      drawing its faults
//	stream.go    a stream of random numbers per name
//	choice.go    what the user asks for: classes of faults, seeds
package plan

import (
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

// Step is a call in the client script, and the machine its client lives on.
type Step struct {
	Machine string
	env.Call
}

// FaultKind is what goes wrong.
type FaultKind string

const (
	// Partition cuts the machines into groups: no machine of Groups[i] reaches
	// one of Groups[j]. A machine in no group is cut off from nobody.
	Partition FaultKind = "partition"
	// OneWay cuts what goes from Groups[0] to Groups[1], not what comes back.
	OneWay FaultKind = "oneway"
	// Slow adds Net.Delay and Net.Jitter to what goes between Groups[0] and
	// Groups[1], both ways.
	Slow FaultKind = "slow"
	// Lossy loses segments between Groups[0] and Groups[1], both ways, with
	// probability Net.Loss on top of the link's own.
	Lossy FaultKind = "lossy"
	// Reset resets every connection between Groups[0] and Groups[1], at once.
	Reset FaultKind = "reset"
	// Power cuts the power of the machines of Groups[0]: unsynced writes may
	// be lost, connections stay half open. They boot again when the fault ends.
	Power FaultKind = "power"
	// Kill kills the process on the machines of Groups[0]: what it wrote stays,
	// its connections are closed. It starts again when the fault ends.
	Kill FaultKind = "kill"
)

// Leader stands in a group for the machine that leads when the fault begins;
// a fault whose Leader is nobody has no effect. Others stands for every machine
// that no group of the fault names.
const (
	Leader = "leader"
	Others = "others"
)

// Fault is one thing that goes wrong: when it begins, for how long, to whom. It
// is over at the Plan's Heal at the latest.
type Fault struct {
	At     env.Instant
	Kind   FaultKind
	Groups [][]string
	Net    Net           // of Slow and Lossy
	For    time.Duration // zero for Reset, which is over at once
}
