package campaign

import (
	"slices"
	"strings"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// answered lists how the operator's orders came to an end, and who led then.
func answered(events []trace.Event) (list []string) {
	leader := ""
	for _, e := range events {
		switch {
		case e.Kind == env.KindRole && e.Text == "leader":
			leader = e.Machine
		case e.Kind == env.KindRole && e.Machine == leader:
			leader = "nobody"
		case e.Kind == env.KindReturn && e.Client == env.Operator:
			list = append(list, e.Text+", "+leader+" leads")
		}
	}
	return list
}

// The library transfers leadership to a server that does not vote, without an error,
// and nobody leads for as long as an election takes.
func TestLeadershipIsNotTransferredToWhoCannotHaveIt(t *testing.T) {
	events, verdicts := orderly(t, 3, "set nonvoters n3\n", "2s n1 transfer n1", "2500ms n2 transfer n2",
		"3s n1 transfer n3", "4s n2 transfer n2", "5s n1 transfer n9")
	allPass(t, verdicts)
	got := answered(events)
	if len(got) != 5 {
		t.Fatalf("the orders came to %q", got)
	}
	want := []string{"fail n3 has no vote, n2 leads", "fail n2 leads already, n2 leads", "fail n9 is not in the cluster, n2 leads"}
	if !slices.Equal(got[2:], want) {
		t.Errorf("the orders came to %q; want %q", got[2:], want)
	}
	elections := count(events, func(e trace.Event) bool {
		return e.Kind == env.KindRole && e.Text == "candidate" && e.At.Seconds() > 3
	})
	if elections != 0 {
		t.Errorf("%d elections after the first refusal", elections)
	}
}

func TestOnlyWhoIsAloneTransfersToNobody(t *testing.T) {
	events, verdicts := orderly(t, 2, "set nonvoters n2\n", "3s n1 transfer")
	allPass(t, verdicts)
	if got := answered(events); !slices.Equal(got, []string{"fail cannot find peer, n1 leads"}) {
		t.Errorf("the order came to %q", got)
	}
}

// A transfer is ok once the one who was meant leads, and open if he cannot be heard.
func TestATransferIsOkWhenTheOneWhoWasMeantLeads(t *testing.T) {
	events, verdicts := orderly(t, 3, "", "2s n1 transfer n1", "2500ms n1 transfer n2", "3s n1 transfer n3",
		"3500ms n1 transfer n1", "fault 4s partition n3 | others for 3s", "4500ms n1 transfer n3", "7500ms n1 transfer")
	allPass(t, verdicts)
	got := answered(events)
	if len(got) != 6 {
		t.Fatalf("the orders came to %q", got)
	}
	want := []string{"ok transferred, n2 leads", "ok transferred, n3 leads", "ok transferred, n1 leads"}
	if !slices.Equal(got[1:4], want) {
		t.Errorf("the orders came to %q; want %q", got[1:4], want)
	}
	if !strings.HasPrefix(got[4], "unknown ") {
		t.Errorf("the transfer to a machine that is cut off came to %q", got[4])
	}
	if !strings.HasPrefix(got[5], "ok ") || strings.Contains(got[5], "nobody") {
		t.Errorf("the last transfer came to %q", got[5])
	}
}

// What an order did before it was refused cannot be taken back.
func TestAnOrderThatStopsHalfwayIsOpen(t *testing.T) {
	events, verdicts := orderly(t, 3, "", "2s n1 transfer n1", "3s n1 remove n2", "4s n1 demote n3", "fault 4400ms kill n3 for 2s",
		"4500ms n1 heal")
	allPass(t, verdicts)
	got := ordered(events)
	if len(got) != 4 || got[3] != "heal: unknown" {
		t.Errorf("the orders came to %q", got)
	}
}
