package campaign

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// evicting has silent machines put out after a second.
const evicting = "set evict 1s\nset shutdown-on-remove off\n"

// memberships lists what commands said of who is in, in the order of the log.
func memberships(events []trace.Event) (list []string) {
	last := uint64(0)
	for _, e := range events {
		if e.Kind == env.KindMember && e.Index > last {
			last = e.Index
			list = append(list, e.Peer+" "+e.Text)
		}
	}
	return list
}

// at is when an event first happened.
func at(events []trace.Event, is func(trace.Event) bool) env.Instant {
	k := slices.IndexFunc(events, is)
	if k < 0 {
		return -1
	}
	return events[k].At
}

func member(name, how string) func(trace.Event) bool {
	return func(e trace.Event) bool { return e.Kind == env.KindMember && e.Peer == name && e.Text == how }
}

// A machine that is down for long is put out, first of the game and then of the
// configuration; when it is back it is let in step by step, and is in with the last.
func TestASilentMachineIsPutOutAndComesBack(t *testing.T) {
	events, verdicts := orderly(t, 4, evicting, "fault 2s kill n4 for 3s")
	allPass(t, verdicts)
	want := []string{"n1 n2 n3 n4 voters", "n1 n2 n3 voters", "n1 n2 n3 voters, n4 nonvoters", "n1 n2 n3 n4 voters"}
	if got := configurations(events); !slices.Equal(got, want) {
		t.Errorf("the configurations are %q; want %q", got, want)
	}
	if got := memberships(events); !slices.Equal(got, []string{"n4 out", "n4 in"}) {
		t.Errorf("the memberships are %q", got)
	}
	configured := func(text string) func(trace.Event) bool {
		return func(e trace.Event) bool { return e.Kind == env.KindConfig && e.Text == text }
	}
	out, removed := at(events, member("n4", "out")), at(events, configured(want[1]))
	back, in := at(events, configured(want[2])), at(events, member("n4", "in"))
	// It may have led, and another had to be elected first.
	if out < env.Instant(3*time.Second) || out > env.Instant(4500*time.Millisecond) || removed < out {
		t.Errorf("silent from 2 s on, n4 was put out at %v and removed at %v", out, removed)
	}
	if back < env.Instant(5*time.Second) || in < back {
		t.Errorf("up at 5 s, n4 was added at %v and let in at %v", back, in)
	}
	// What it missed it has in its local log in the end, as all others (allPass).
	if n := count(events, func(e trace.Event) bool {
		return e.Kind == env.KindReturn && e.Client == "p4" && e.At > in && strings.HasPrefix(e.Text, "ok ")
	}); n == 0 {
		t.Error("n4's player does not play any more")
	}
}

// The side of a partition that has a majority puts the others out, as many as leave
// a majority of all; the leader on the other side can put out nobody.
func TestAPartitionDuringAnEviction(t *testing.T) {
	for name, line := range map[string]string{
		"the leader with the majority": "fault 2s partition leader,n1,n2 | others for 4s",
		"the leader cut off":           "fault 2s partition leader | others for 4s",
	} {
		events, verdicts := orderly(t, 5, evicting, line)
		allPass(t, verdicts)
		list := memberships(events)
		outs := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.HasSuffix(s, " in") })
		if len(outs) == 0 || len(outs) > 2 {
			t.Errorf("%s: the memberships are %q", name, list)
		}
		for _, c := range configurations(events) {
			voters, _, _ := strings.Cut(c, " voters")
			if len(strings.Fields(voters)) < 3 {
				t.Errorf("%s: a configuration is %q", name, c)
			}
		}
		if last := configurations(events); len(strings.Fields(last[len(last)-1])) != 6 {
			t.Errorf("%s: the last configuration is %q", name, last[len(last)-1])
		}
	}
}

// Two leaders: one is cut off from all just when it is to put out a machine that is
// down; the next one puts out both.
func TestTwoLeadersOpinionsOfWhoIsOut(t *testing.T) {
	events, verdicts := orderly(t, 5, evicting, "fault 2s kill n5 for 4s",
		"fault 2s when leader invoke of del nth 1 then partition it | others for 3s")
	allPass(t, verdicts)
	list := memberships(events)
	if !slices.Contains(list, "n5 out") || !slices.Contains(list, "n5 in") {
		t.Errorf("the memberships are %q", list)
	}
	asked := map[string]int{}
	for _, e := range events {
		if e.Kind == env.KindInvoke && strings.HasPrefix(e.Client, env.LeaderClient) && e.Text == "del n5" {
			asked[e.Machine]++
		}
	}
	if len(asked) < 2 {
		t.Errorf("del n5 was committed, or tried, by %v; want two leaders", asked)
	}
}

// A machine that comes and goes is put out only if it is silent for the whole time.
func TestAFlappingMachine(t *testing.T) {
	var short, long []string
	for k := range 10 {
		// So short that retransmissions do not make a second of it.
		short = append(short, fmt.Sprintf("fault %dms partition n3 | n1,n2 for 150ms", 2000+600*k))
	}
	for k := range 3 {
		long = append(long, fmt.Sprintf("fault %dms partition n3 | n1,n2 for 1600ms", 2000+2000*k))
	}
	events, verdicts := orderly(t, 3, evicting, short...)
	allPass(t, verdicts)
	if got := memberships(events); len(got) != 0 {
		t.Errorf("silent for a moment at a time, the memberships are %q", got)
	}
	events, verdicts = orderly(t, 3, evicting, long...)
	allPass(t, verdicts)
	if got := memberships(events); len(got) < 2 || len(got)%2 != 0 || got[len(got)-1] != "n3 in" {
		t.Errorf("silent for longer, again and again, the memberships are %q", got)
	}
}

// With the majority gone nobody can be put out, and nobody is when they are back.
func TestNobodyIsPutOutWithoutAMajority(t *testing.T) {
	events, verdicts := orderly(t, 5, evicting, "fault 2s kill n3,n4,n5 for 4s")
	allPass(t, verdicts)
	if got := memberships(events); len(got) != 0 {
		t.Errorf("the memberships are %q", got)
	}
	if got := configurations(events); len(got) != 1 {
		t.Errorf("the configurations are %q", got)
	}
}

// However many fail one after the other, a majority of all stays.
func TestAMajorityOfAllStays(t *testing.T) {
	events, verdicts := orderly(t, 5, evicting, "fault 2s kill n4 for 5900ms", "fault 2s kill n5 for 5900ms", "fault 5s kill n3 for 2900ms")
	allPass(t, verdicts)
	list := memberships(events)
	if !slices.Contains(list, "n4 out") || !slices.Contains(list, "n5 out") || slices.Contains(list, "n3 out") {
		t.Errorf("the memberships are %q; want n4 and n5 out, and n3 not", list)
	}
}

// Who leaves says so, and stays out until an operator wants it back.
func TestAMachineLeavesAndIsLetInAgain(t *testing.T) {
	events, verdicts := orderly(t, 4, evicting, "2s n1 transfer n1", "3s n2 leave", "4s n1 leave", "9s n3 heal", "10s n3 heal", "11s n3 heal",
		"12s n3 heal", "13s n3 heal", "14s n3 heal")
	allPass(t, verdicts)
	list := memberships(events)
	if len(list) < 4 || list[0] != "n2 left" || list[1] != "n1 left" {
		t.Errorf("the memberships are %q", list)
	}
	if in := at(events, member("n2", "in")); in < env.Instant(9*time.Second) {
		t.Errorf("n2 was in again at %v", in)
	}
	if orders := ordered(events); !slices.Contains(orders, "leave: ok") {
		t.Errorf("the orders came to %q", orders)
	}
}

// What an operator removes stays away, although it runs and finds itself alone.
func TestWhatAnOperatorRemovesStaysAway(t *testing.T) {
	events, verdicts := orderly(t, 4, evicting, "2s n1 remove n4", "12s n1 heal", "13s n1 heal", "14s n1 heal")
	allPass(t, verdicts)
	back := at(events, func(e trace.Event) bool { return e.Kind == env.KindConfig && strings.Contains(e.Text, "n4 nonvoters") })
	if back < env.Instant(12*time.Second) {
		t.Errorf("n4 was added again at %v", back)
	}
}

// A machine with an empty disk in place of its own cannot go on as who it was, also
// if it was put out in the meantime.
func TestAMachineThatWasPutOutComesBackWithANewDisk(t *testing.T) {
	events, verdicts := orderly(t, 4, evicting, "fault 2s replace n2 for 3s")
	allPass(t, verdicts)
	if got := memberships(events); !slices.Equal(got, []string{"n2 out", "n2 in"}) {
		t.Errorf("the memberships are %q", got)
	}
	if n := dials(events, "n2", "7010"); n == 0 {
		t.Error("nobody reached n2 at its new address")
	}
}
