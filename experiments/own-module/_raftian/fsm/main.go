// Command fsm is the shop's state machine on Raftian's own node.
package main

import (
	"github.com/hashicorp/raft"

	"raftian/raftian/guest"
	"raftian/raftian/node"

	"example.com/shop/_raftian/calls"
	"example.com/shop/internal/stock"
)

func main() {
	guest.Main(
		guest.Guest{Name: "shop", Call: calls.Call, Model: calls.Model},
		node.Program(func(node.Settings) (raft.FSM, error) { return stock.New(), nil }),
	)
}
