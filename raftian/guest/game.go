package guest

import (
	"raftian/game/rules"
	"raftian/game/spec"
	"raftian/linearizability"
)

// Game is the game as a Guest.
func Game() Guest {
	return Guest{Name: "game", Roster: true, Call: spec.Call, Read: spec.Read, Model: gameModel}
}

func gameModel(machines []string) linearizability.Model {
	return linearizability.Model{
		Init: func() any { return spec.Init(machines) },
		Step: func(state any, input string) (any, string) {
			next, output := spec.Step(state.(rules.State), input)
			return next, output
		},
		Equal:    func(a, b any) bool { return a.(rules.State).Equal(b.(rules.State)) },
		Hash:     func(state any) uint64 { return state.(rules.State).Hash() },
		Reads:    spec.Reads,
		Describe: func(state any) string { return state.(rules.State).String() },
	}
}
