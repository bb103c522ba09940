package netsim_test

import (
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/env/envtest"
	"raftian/netsim/plan"
)

// The simulated Env keeps the promises of the real one, whatever the network
// between the machines is like.
func TestSimulatedKeepsThePromises(t *testing.T) {
	for name, net := range map[string]plan.Net{
		"steady":  {Delay: time.Millisecond},
		"jittery": {Delay: 100 * time.Microsecond, Jitter: 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan.Plan{
				Seed: 1, Guest: "stage", Machines: []string{"n1", "n2"}, Length: time.Hour, Heal: 1,
				Net: net, Disk: plan.Disk{Sync: time.Millisecond},
			}
			envtest.Run(t, func(t *testing.T, check func(t *testing.T, a, b env.Env)) {
				playPlan(t, p, func(s *stage) { check(s.T, s.machine("n1"), s.machine("n2")) })
			})
		})
	}
}
