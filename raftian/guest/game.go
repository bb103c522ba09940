package guest

import (
	"raftian/game/spec"
)

// Game is the game as a Guest.
func Game() Guest {
	return Guest{Name: "game", Roster: true, Call: spec.Call, Read: spec.Read, Model: spec.Model}
}
