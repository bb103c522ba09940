// Command faulty is a world program with planted faults: a counter that loses
// what it should count, and commands that panic and that never return. It is
// what a bench must catch, or survive.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"

	"github.com/hashicorp/raft"

	"raftian/linearizability"
	"raftian/raftian/guest"
	"raftian/raftian/node"
)

// lostEvery is how many additions there are to each that is answered and lost.
const lostEvery = 50

func main() {
	guest.Main(
		guest.Guest{Name: "faulty", Call: call, Model: model},
		node.Program(func(node.Settings) (raft.FSM, error) { return new(counter), nil }),
	)
}

// call draws no commands that end the run; plans of tests hold them.
func call(rng *rand.Rand, _ string, _ []string) string {
	if rng.IntN(4) == 0 {
		return "get"
	}
	return "add"
}

// model is a counter without faults.
func model([]string) linearizability.Model {
	return linearizability.Model{
		Init: func() any { return 0 },
		Step: func(state any, input string) (any, string) {
			n := state.(int)
			if input == "add" {
				n++
			}
			return n, strconv.Itoa(n)
		},
		Equal: func(a, b any) bool { return a == b },
	}
}

// counter is the raft.FSM. Its commands are add, get, panic and spin.
type counter struct{ Added, Lost int }

// Apply implements raft.FSM.
func (c *counter) Apply(l *raft.Log) any {
	switch string(l.Data) {
	case "add":
		c.Added++
		if c.Added%lostEvery == 0 {
			c.Lost++
			return strconv.Itoa(c.Added - c.Lost + 1)
		}
	case "panic":
		panic("planted at entry " + strconv.FormatUint(l.Index, 10))
	case "spin":
		for {
		}
	}
	return strconv.Itoa(c.Added - c.Lost)
}

// Snapshot implements raft.FSM.
func (c *counter) Snapshot() (raft.FSMSnapshot, error) { return snapshot(*c), nil }

// Restore implements raft.FSM.
func (c *counter) Restore(r io.ReadCloser) error {
	defer r.Close()
	return json.NewDecoder(r).Decode(c)
}

type snapshot counter

// Persist implements raft.FSMSnapshot.
func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := json.NewEncoder(sink).Encode(s); err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

// Release implements raft.FSMSnapshot.
func (snapshot) Release() {}
