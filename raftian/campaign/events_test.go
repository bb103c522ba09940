package campaign

import (
	"slices"
	"strings"
	"testing"

	"raftian/netsim"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/guest"
)

// Whatever happens in a run could have been waited for, with its text and its peer.
func TestWhateverHappensCanBeWaitedFor(t *testing.T) {
	events, _ := orderly(t, 3, "set snapshot-threshold 16\nset snapshot-interval 300ms\nset trailing 4\n",
		"fault 2s partition n1 | others for 1s", "fault 2500ms power n2 for 300ms", "fault 3s rot n3", "fault 4s replace n3 for 200ms",
		"fault 5s when any fsync nth 1000000 then kill it for 1s", "fault 5s kill n1,n2,n3 for 200ms", "3500ms n1 restore")
	kinds := map[string]bool{}
	for _, e := range events {
		if e.Kind == trace.KindHeal {
			break
		}
		kinds[e.Kind] = true
		text, _, _ := strings.Cut(e.Text, " ")
		when := plan.Trigger{Who: e.Machine, What: e.Kind, Text: text, Peer: e.Peer, Nth: 1}
		if e.Machine == "" {
			when.Who = plan.Any
		}
		if err := (plan.Plan{Faults: []plan.Fault{{When: when}}}).CheckEvents(netsim.Events(nil)); err != nil {
			t.Fatalf("event %d, %s: %v", e.N, e.Words(), err)
		}
	}
	if len(kinds) < 30 {
		t.Errorf("only %d kinds came", len(kinds))
	}
}

func TestWhatIsDrawnWaitsForWhatCanCome(t *testing.T) {
	waits := 0
	for seed := range uint64(500) {
		p, err := guest.Game().Plan(guest.Options{Seed: seed, Faults: plan.All})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.CheckEvents(netsim.Events(nil)); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if slices.ContainsFunc(p.Faults, func(f plan.Fault) bool { return !f.When.IsZero() }) {
			waits++
		}
	}
	if waits < 100 {
		t.Errorf("only %d plans wait for anything", waits)
	}
}
