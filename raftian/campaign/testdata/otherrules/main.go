// Command otherrules is a world program that says it is the game, and has other
// rules: nobody may attack n1.
package main

import (
	"strings"

	"raftian/linearizability"
	"raftian/raftian/guest"
	"raftian/raftian/node"
)

func main() {
	g := guest.Game()
	rules := g.Model
	g.Model = func(machines []string) linearizability.Model {
		m := rules(machines)
		step := m.Step
		m.Step = func(state any, input string) (any, string) {
			if strings.HasSuffix(input, "attack n1") {
				return state, "rejected: n1 is under protection"
			}
			return step(state, input)
		}
		return m
	}
	guest.Main(g, node.Program(node.NewGame))
}
