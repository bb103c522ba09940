package failover

import (
	"testing"
	"time"

	"raftian/experiments/lab"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
)

func TestEveryConditionHasAPlan(t *testing.T) {
	for _, s := range []lab.Setup{{}, {Quick: true}} {
		seen := map[string]bool{}
		for _, c := range conditions(s) {
			if seen[c.Name()] {
				t.Errorf("%s is listed twice", c.Name())
			}
			seen[c.Name()] = true
			if c.World == real {
				continue
			}
			pl, err := c.plan(7)
			if err != nil {
				t.Errorf("%s: %v", c.Name(), err)
			}
			if want := 1; c.Fault != lossy && len(pl.Faults) != want {
				t.Errorf("%s: %d faults", c.Name(), len(pl.Faults))
			}
		}
		if len(seen) == 0 {
			t.Error("there are no conditions")
		}
	}
}

// A killed leader is missed for at least about the heartbeat timeout, and no
// acknowledged command is lost.
func TestLeaderReplaced(t *testing.T) {
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	ms := time.Millisecond
	m, err := Condition{virtual, killed, 200 * ms, 200 * ms}.simulate(t.Context(), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	if m.Leaderless < 150 || m.Leaderless > 4000 || m.Elections != 1 || m.Lost != 0 || len(m.Failed) != 0 || m.StallMax < m.Leaderless/2 || m.Due < 100 {
		t.Errorf("%+v", m)
	}
	if err := check([]lab.Record[Measure]{{Value: m}}); err != nil {
		t.Error(err)
	}
	m.Leaderless = -1
	if err := check([]lab.Record[Measure]{{Value: m}}); err == nil {
		t.Error("a run without a new leader is accepted")
	}
}
