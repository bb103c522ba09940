// Command register puts a state machine of one's own under test: a key-value
// store with compare-and-set, behind hashicorp/raft. It is a world program; run
// it with
//
//	go run ./raftian explore --world ./experiments/register
//
// fsm.go is what a user would already have. model.go says what must hold and
// what clients ask. This file is the glue.
package main

import (
	"github.com/hashicorp/raft"

	"raftian/raftian/guest"
	"raftian/raftian/node"
)

func main() {
	guest.Main(
		guest.Guest{Name: "register", Call: call, Model: model},
		node.Program(func(node.Settings) (raft.FSM, error) { return newStore(), nil }),
	)
}
