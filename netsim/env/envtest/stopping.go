package envtest

import (
	"testing"

	"raftian/netsim/env"
)

func stoppingChecks() []check {
	return []check{
		{"nobody is asked to end before that is so", notAsked},
	}
}

func notAsked(t *testing.T, a, b env.Env) {
	for _, e := range []env.Env{a, b} {
		select {
		case <-e.Stopping():
			t.Errorf("%s is asked to end", e.ID())
		default:
		}
	}
}
