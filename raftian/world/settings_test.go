package main

import (
	"testing"

	"raftian/netsim/plan"
	"raftian/raftian/guest"
	"raftian/raftian/node"
)

// What a guest draws is what a node is told.
func TestANodeTakesEverySettingThatIsDrawn(t *testing.T) {
	for seed := range uint64(300) {
		p, err := guest.Game().Plan(guest.Options{Seed: seed, Faults: plan.All})
		if err != nil {
			t.Fatal(err)
		}
		var args []string
		for _, s := range p.Settings {
			args = append(args, s.Key+"="+s.Value)
		}
		if _, err := node.ParseSettings(args); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}
