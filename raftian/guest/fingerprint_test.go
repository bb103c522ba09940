package guest

import (
	"testing"

	"raftian/linearizability"
)

func TestRulesHaveAFingerprint(t *testing.T) {
	if echo().Fingerprint() != echo().Fingerprint() || Game().Fingerprint() != Game().Fingerprint() {
		t.Error("the same rules have another fingerprint the second time")
	}
	other := Game()
	other.Model = func(machines []string) linearizability.Model {
		m := Game().Model(machines)
		step := m.Step
		m.Step = func(state any, input string) (any, string) {
			next, output := step(state, input)
			if input == "n2 attack n3" {
				return state, output
			}
			return next, output
		}
		return m
	}
	if other.Fingerprint() == Game().Fingerprint() {
		t.Error("the game without one attack has the fingerprint of the game")
	}
}
