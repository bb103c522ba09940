package node

import (
	"testing"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

func TestALeaseCountsFromWhenAMajorityWasAsked(t *testing.T) {
	five := raft.Configuration{Servers: []raft.Server{{ID: "n1"}, {ID: "n2"}, {ID: "n3"}, {ID: "n4"}, {ID: "n5"},
		{ID: "n6", Suffrage: raft.Nonvoter}}}
	type ack struct {
		term uint64
		id   raft.ServerID
		at   env.Instant
	}
	for _, c := range []struct {
		name  string
		acks  []ack
		since env.Instant
		ok    bool
	}{
		{"nobody has answered", nil, 0, false},
		{"one of five is no majority with the leader", []ack{{3, "n2", 70}}, 0, false},
		{"two are, since the older", []ack{{3, "n2", 70}, {3, "n3", 50}}, 50, true},
		{"the two latest count", []ack{{3, "n2", 70}, {3, "n3", 50}, {3, "n4", 60}}, 60, true},
		{"an answer that comes late takes nothing back", []ack{{3, "n2", 70}, {3, "n3", 50}, {3, "n3", 40}}, 50, true},
		{"non-voters do not count", []ack{{3, "n2", 70}, {3, "n6", 80}}, 0, false},
		{"answers of an older term do not count", []ack{{2, "n2", 70}, {3, "n3", 50}, {2, "n4", 90}}, 0, false},
		{"the leader of an older term has none", []ack{{4, "n2", 70}, {4, "n3", 70}}, 0, false},
	} {
		var a acks
		for _, k := range c.acks {
			a.note(k.term, k.id, k.at)
		}
		if since, ok := a.followed(3, five, "n1", 100); since != c.since || ok != c.ok {
			t.Errorf("%s: since %d, %v", c.name, since, ok)
		}
	}
}

func TestALeaderAloneHoldsItsLease(t *testing.T) {
	var a acks
	if since, ok := a.followed(1, raft.Configuration{Servers: []raft.Server{{ID: "n1"}}}, "n1", 100); since != 100 || !ok {
		t.Errorf("since %d, %v", since, ok)
	}
}
