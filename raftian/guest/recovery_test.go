package guest

import (
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

func TestHowMuchTimeRecoveryTakes(t *testing.T) {
	order := func(text string) []plan.Step {
		return []plan.Step{{Machine: "n1", Call: env.Call{Client: env.Operator, Text: text}}}
	}
	for name, c := range map[string]struct {
		length   time.Duration
		settings string
		script   []plan.Step
		want     time.Duration
	}{
		"of a usual plan":            {length: 30 * time.Second, want: 15 * time.Second},
		"of a short one":             {length: 6 * time.Second, want: 3 * time.Second},
		"of a shrunk one":            {length: time.Second, want: 2500 * time.Millisecond},
		"with long heartbeats":       {length: 5 * time.Second, settings: "heartbeat=500ms", want: 15 * time.Second},
		"with long elections":        {length: 5 * time.Second, settings: "election=1s", want: 15 * time.Second},
		"where nobody is put out":    {length: 5 * time.Second, settings: "evict=off", want: 2500 * time.Millisecond},
		"where many are put out":     {length: 5 * time.Second, settings: "evict=1s", want: 4125 * time.Millisecond},
		"where they wait for longer": {length: 5 * time.Second, settings: "evict=3s", want: 5 * time.Second},
		"where one is moved":         {length: 5 * time.Second, script: order("readd n2"), want: 5625 * time.Millisecond},
		"and slowly":                 {length: 5 * time.Second, settings: "op-timeout=5s", script: order("readd n2"), want: 9375 * time.Millisecond},
		"and by a player":            {length: 5 * time.Second, script: []plan.Step{{Call: env.Call{Client: "p1", Text: "readd n2"}}}, want: 2500 * time.Millisecond},
		"where one is removed":       {length: 5 * time.Second, script: order("remove leader"), want: 5625 * time.Millisecond},
		"where one leaves":           {length: 5 * time.Second, script: order("leave"), want: 5625 * time.Millisecond},
		"where all stay":             {length: 5 * time.Second, script: order("promote n2"), want: 2500 * time.Millisecond},
	} {
		p := plan.Plan{Length: c.length, Script: c.script}
		if key, value, set := strings.Cut(c.settings, "="); set {
			p.Settings = []plan.Setting{{Key: key, Value: value}}
		}
		if got := Recovery(p); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What is drawn can be judged: its plan leaves the time that recovery takes.
func TestEveryDrawnPlanLeavesTimeForRecovery(t *testing.T) {
	evicts, dismissals := 0, 0
	for _, length := range []time.Duration{5, 6, 7, 8, 10, 12, 15, 20, 30, 60} {
		length *= time.Second
		for seed := range uint64(200) {
			p := mustPlan(t, Game(), Options{Seed: seed, Faults: plan.All, Length: length})
			if left := p.Length - time.Duration(p.Heal); left < Recovery(p) {
				t.Fatalf("seed %d of %v leaves %v, and %v are needed", seed, length, left, Recovery(p))
			}
			if length == 10*time.Second && valueOf(p.Settings, "evict", "off") != "off" {
				evicts++
			}
			if length == 15*time.Second && dismisses(p) {
				dismissals++
			}
		}
	}
	if evicts < 20 || dismissals < 20 {
		t.Errorf("%d of 200 plans of 10 s put the silent out, %d of 15 s dismiss: too few to prove it", evicts, dismissals)
	}
}
