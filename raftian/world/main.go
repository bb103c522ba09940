// Command world is the world program of the game: what the process of one run
// executes. The command raftian builds it, with the edited runtime, and starts
// it.
package main

import (
	"raftian/raftian/guest"
	"raftian/raftian/node"
)

func main() { guest.Main(guest.Game(), node.Program(node.NewGame)) }
