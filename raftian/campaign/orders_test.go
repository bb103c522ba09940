package campaign

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/node"
)

// orderly plays a plan of n machines, in an ordinary bubble: lines are its
// faults and orders, in order of time. Every machine's client calls about four
// times a second, each third time a verified read.
func orderly(t *testing.T, n int, settings string, lines ...string) ([]trace.Event, []linearizability.Verdict) {
	t.Helper()
	names := make([]string, n)
	for k := range names {
		names[k] = fmt.Sprintf("n%d", k+1)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "raftian plan 1\nguest game\nmachines %s\nlength 20s\nheal 8s\nshuffle off\n"+
		"net delay 500us jitter 1ms loss 0\ndisk sync 0s jitter 0s\nset peers %s\n%s",
		strings.Join(names, " "), strings.Join(names, ","), settings)
	calls := map[time.Duration]string{}
	for k := range 60 * n {
		at := 1500*time.Millisecond + time.Duration(k)*240*time.Millisecond/time.Duration(n)
		m := k%n + 1
		text := []string{fmt.Sprintf("n%d attack n%d", m, m%n+1), fmt.Sprintf("add n%d", k/7%n+1), fmt.Sprintf("verified look n%d", m)}[k/n%3]
		calls[at] = fmt.Sprintf("call %s n%d p%d %d %s\n", at, m, m, k/n+1, text)
	}
	orders := 0
	order := func(at time.Duration, machine, text string) {
		orders++
		calls[at+time.Nanosecond] = fmt.Sprintf("call %s %s operator %d %s\n", at+time.Nanosecond, machine, orders, text)
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "fault ") {
			b.WriteString(line + "\n")
			continue
		}
		word := strings.SplitN(line, " ", 3)
		at, err := time.ParseDuration(word[0])
		if err != nil {
			t.Fatal(err)
		}
		order(at, word[1], word[2])
	}
	times := make([]time.Duration, 0, len(calls))
	for at := range calls {
		times = append(times, at)
	}
	slices.Sort(times)
	for _, at := range times {
		b.WriteString(calls[at])
	}
	pl, err := plan.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	events := play(t, pl, node.Program(node.NewGame))
	panel := linearizability.NewPanel(panelOptions(pl))
	for k := range events {
		panel.Event(&events[k])
	}
	return events, panel.Verdicts()
}

// allPass holds every judge to Pass, but for those that are named, who must have had
// nothing to judge.
func allPass(t *testing.T, verdicts []linearizability.Verdict, idle ...string) {
	t.Helper()
	for _, v := range verdicts {
		want := linearizability.Pass
		if slices.Contains(idle, v.Judge) {
			want = linearizability.NotRun
		}
		if v.Outcome != want {
			t.Errorf("%s: %s %s %v", v.Judge, v.Outcome, v.Reason, v.Evidence)
		}
	}
}

// ordered lists how each of the operator's orders ended: "remove n2: ok".
func ordered(events []trace.Event) (list []string) {
	text := map[uint64]string{}
	for _, e := range events {
		if e.Client != env.Operator {
			continue
		}
		word, _, _ := strings.Cut(e.Text, " ")
		switch e.Kind {
		case env.KindInvoke:
			text[e.Seq] = e.Text
		case env.KindReturn:
			list = append(list, text[e.Seq]+": "+word)
		}
	}
	return list
}

// configurations lists those that any machine stored, in the order of the log.
func configurations(events []trace.Event) (list []string) {
	at := map[uint64]string{}
	var indexes []uint64
	for _, e := range events {
		if e.Kind == env.KindConfig && at[e.Index] == "" {
			at[e.Index] = e.Text
			indexes = append(indexes, e.Index)
		}
	}
	slices.Sort(indexes)
	for _, i := range indexes {
		list = append(list, at[i])
	}
	return list
}

func count(events []trace.Event, is func(trace.Event) bool) (n int) {
	for _, e := range events {
		if is(e) {
			n++
		}
	}
	return n
}

func TestTheOperatorChangesWhoIsInTheCluster(t *testing.T) {
	events, verdicts := orderly(t, 4, "set nonvoters n4\nset shutdown-on-remove off\n",
		"2s n1 remove n4", "3s n2 add-nonvoter n4", "4s n3 promote n4", "5s n1 demote n4", "6s n1 nonsense n4", "6500ms n1 remove n9")
	allPass(t, verdicts)
	want := []string{"n1 n2 n3 voters, n4 nonvoters", "n1 n2 n3 voters", "n1 n2 n3 voters, n4 nonvoters",
		"n1 n2 n3 n4 voters", "n1 n2 n3 voters, n4 nonvoters"}
	if got := configurations(events); !slices.Equal(got, want) {
		t.Errorf("the configurations are %q; want %q", got, want)
	}
	wantOrders := []string{"remove n4: ok", "add-nonvoter n4: ok", "promote n4: ok", "demote n4: ok", "nonsense n4: fail", "remove n9: fail"}
	if got := ordered(events); !slices.Equal(got, wantOrders) {
		t.Errorf("the orders came to %q; want %q", got, wantOrders)
	}
}

func TestHealMakesTheClusterWhatItWasMeantToBe(t *testing.T) {
	var lines = []string{"2s n1 remove n2", "3s n1 demote n3", "4s n1 promote n4"}
	for k := range 6 {
		lines = append(lines, fmt.Sprintf("%ds n%d heal", 9+k, k%4+1))
	}
	events, verdicts := orderly(t, 4, "set nonvoters n4\n", lines...)
	allPass(t, verdicts)
	last := configurations(events)
	if len(last) < 5 {
		t.Fatalf("the configurations are %q", last)
	}
	for _, id := range []string{"n1", "n2", "n3"} {
		if voters, _, _ := strings.Cut(last[len(last)-1], " voters"); !strings.Contains(voters, id) {
			t.Errorf("the last configuration is %q; %s has no vote", last[len(last)-1], id)
		}
	}
	if !strings.HasSuffix(last[len(last)-1], "n4 nonvoters") {
		t.Errorf("the last configuration is %q; n4 has a vote", last[len(last)-1])
	}
}

// A removal that would leave less than a majority within reach is not begun.
func TestTheOperatorDoesNotBreakTheQuorum(t *testing.T) {
	events, verdicts := orderly(t, 3, "", "fault 2s kill n3 for 4s", "3s n1 remove n1", "4s n1 remove n2", "5s n1 demote n1")
	allPass(t, verdicts)
	if got := configurations(events); len(got) != 1 {
		t.Errorf("the configurations are %q; want the first one only", got)
	}
	if got := ordered(events); !slices.Equal(got, []string{"remove n1: fail", "remove n2: fail", "demote n1: fail"}) {
		t.Errorf("the orders came to %q", got)
	}
}

func TestLeadershipIsTransferred(t *testing.T) {
	events, verdicts := orderly(t, 3, "", "2s n1 transfer n1", "2500ms n2 transfer n3", "3s n2 transfer n2", "4s n3 transfer",
		"5s n1 transfer n7")
	allPass(t, verdicts)
	led := map[int]string{}
	leader := ""
	for _, e := range events {
		if e.Kind == env.KindRole && e.Text == "leader" {
			leader = e.Machine
		}
		led[int(e.At.Seconds()*2)] = leader // by half seconds
	}
	if led[4] != "n1" || led[5] != "n3" || led[7] != "n2" || led[9] == "n2" {
		t.Errorf("told to lead were n1, n3, n2, another; %s, %s, %s, %s did", led[4], led[5], led[7], led[9])
	}
	if got := ordered(events); len(got) != 5 || got[2] != "transfer n2: ok" || got[4] != "transfer n7: fail" {
		t.Errorf("the orders came to %q", got)
	}
}

// A snapshot that was just taken is restored while clients go on, and nothing
// that they were told is lost.
func TestTheStateIsRestoredUnderWay(t *testing.T) {
	events, verdicts := orderly(t, 3, "", "2s n2 snapshot", "3s n1 restore", "5s n3 restore")
	allPass(t, verdicts)
	restored := func(how string) int {
		return count(events, func(e trace.Event) bool { return e.Kind == env.KindRestore && e.Text == how })
	}
	if restored("user") != 2 || restored("install") < 4 {
		t.Errorf("%d snapshots were restored by the operator and %d from the leader; want 2 and 4", restored("user"), restored("install"))
	}
	if got := ordered(events); !slices.Equal(got, []string{"snapshot: ok", "restore: ok", "restore: ok"}) {
		t.Errorf("the orders came to %q", got)
	}
}

// A machine that is added again comes back at another address, with what it has
// on its disk.
func TestAMachineIsAddedAgainAtAnotherAddress(t *testing.T) {
	events, verdicts := orderly(t, 3, "", "2s n1 transfer n1", "3s n1 readd n2")
	allPass(t, verdicts)
	want := []string{"n1 n2 n3 voters", "n1 n3 voters", "n1 n3 voters, n2 nonvoters", "n1 n3 n2 voters"}
	if got := configurations(events); !slices.Equal(got, want) {
		t.Errorf("the configurations are %q; want %q", got, want)
	}
	if n := dials(events, "n2", "7002"); n == 0 {
		t.Error("nobody reached n2 at its new address")
	}
	if n := count(events, func(e trace.Event) bool {
		return e.Machine == "n2" && e.Boot == 2 && e.Kind == env.KindLog && e.Count > 0
	}); n != 1 {
		t.Error("n2 came back without its log")
	}
}

// A machine whose disk was replaced does not vote as who it was: it is let in
// under another address, and gets its vote back once it has caught up.
func TestAMachineWithANewDiskIsLetInAsANewOne(t *testing.T) {
	for _, settings := range []string{"", "set snapshot-threshold 8\nset snapshot-interval 300ms\nset trailing 0\n"} {
		events, verdicts := orderly(t, 3, settings, "fault 4s replace n2 for 500ms", "fault 7s kill n2 for 200ms")
		allPass(t, verdicts)
		list := configurations(events)
		want := []string{"n1 n2 n3 voters", "n1 n3 voters", "n1 n3 voters, n2 nonvoters", "n1 n3 n2 voters"}
		if !slices.Equal(list, want) {
			t.Errorf("the configurations are %q; want %q", list, want)
		}
		if n := dials(events, "n2", "7010"); n == 0 {
			t.Error("nobody reached n2 at its new address")
		}
	}
}

// dials counts the connections to a port.
func dials(events []trace.Event, machine, port string) int {
	return count(events, func(e trace.Event) bool {
		return e.Kind == trace.KindOpen && e.Peer == machine && e.Text == port
	})
}

// inWorld runs a plan in a process of its own, on the edited runtime, where disks
// take their time, and returns its events.
func inWorld(t *testing.T, text string, idle ...string) []trace.Event {
	t.Helper()
	campaigntest.Sources(t)
	p, err := buildGame()
	if err != nil {
		t.Fatal(err)
	}
	pl, err := plan.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Run(t.Context(), pl)
	if err != nil {
		t.Fatal(err)
	}
	allPass(t, r.Verdicts, idle...)
	var events []trace.Event
	for d := trace.NewDecoder(bytes.NewReader(r.Wire)); ; {
		var e trace.Event
		if err := d.Next(&e); err != nil {
			return events
		}
		events = append(events, e)
	}
}

const slowDisks = "length 20s\nheal 8s\nshuffle on\nnet delay 500us jitter 1ms loss 0\ndisk sync 3ms jitter 2ms\n"

// afterwards is a command and a read, without which some judges have nothing to judge.
const afterwards = "call 17s n1 p1 1 look\ncall 18s n1 p1 2 verified look n1\n"

// A crash between the first term and the first entry leaves a machine that the
// library takes for one with a past. Alone, it would wait for a leader for ever.
func TestACrashWhileBootstrappingIsMadeGood(t *testing.T) {
	events := inWorld(t, "raftian plan 1\nguest game\nmachines n1\n"+slowDisks+
		"set peers n1\nfault 0s when n1 term then power it for 100ms\n"+afterwards, "rpc-rate") // which needs a peer
	empty := func(e trace.Event) bool { return e.Boot == 2 && e.Kind == env.KindLog && e.Count == 0 }
	if count(events, empty) != 1 {
		t.Error("the crash did not come before the first entry")
	}
}

// What is left of a machine's program after a power loss ends without a word, also
// in the midst of a restoration, where the library panics if it is shut down.
func TestACrashWhileTheStateIsRestored(t *testing.T) {
	events := inWorld(t, "raftian plan 1\nguest game\nmachines n1 n2 n3\n"+slowDisks+"set peers n1,n2,n3\n"+
		"fault 0s when any restore of user then power it for 1s\ncall 2s n1 operator 1 restore\n"+afterwards)
	if count(events, func(e trace.Event) bool { return e.Kind == trace.KindCrash }) != 1 {
		t.Error("no machine crashed while it restored the state")
	}
}

// Commands are under way at each moment; none may fall between the snapshot that
// is taken and its restoration.
func TestCommandsAreHeldWhileTheStateIsRestored(t *testing.T) {
	text := "raftian plan 1\nguest game\nmachines n1 n2 n3\n" + slowDisks + "set peers n1,n2,n3\n"
	for k := range 1200 {
		at := 1500*time.Millisecond + time.Duration(k)*2500*time.Microsecond
		if k%280 == 200 {
			text += fmt.Sprintf("call %s n%d operator %d restore\n", at, k%3+1, k)
		}
		text += fmt.Sprintf("call %s n%d q%d %d n%d attack n%d\n", at, k%3+1, k%60, k/60+1, k%3+1, (k+1)%3+1)
	}
	events := inWorld(t, text)
	if got := ordered(events); !slices.Equal(got, []string{"restore: ok", "restore: ok", "restore: ok", "restore: ok"}) {
		t.Errorf("the orders came to %q", got)
	}
}

// Whatever fails under it, a node's program ends with an error, is started again,
// and the process as a whole goes on.
func TestAFailingDiskEndsTheProgramAndNothingElse(t *testing.T) {
	for _, what := range []string{"fsync-error", "write-error", "full"} {
		events, verdicts := orderly(t, 3, "", "fault 3s "+what+" n1,n2 for 2500ms")
		allPass(t, verdicts)
		exits := count(events, func(e trace.Event) bool { return e.Kind == trace.KindExit && e.Text != "" })
		if exits < 2 {
			t.Errorf("%s: %d programs ended with an error", what, exits)
		}
	}
}

// Every option of the library's that changes its way keeps what it promises. (With
// restore-committed it forgets who is in the cluster if no snapshot says so: it
// looks for configurations behind what it has applied only. So each machine has a
// snapshot before it restarts.)
func TestTheNodeIsRightWithEveryOption(t *testing.T) {
	for _, settings := range []string{
		"set restore-on-start off\n", "set restore-committed on\n", "set restore-committed on\nset log-cache 0\nset max-append 1\n",
		"set new-time on\nset batch on\n", "set nonvoters n3\n",
	} {
		settings += "set snapshot-threshold 16\nset snapshot-interval 300ms\nset trailing 4\n"
		events, verdicts := orderly(t, 3, settings, "fault 5s kill n1,n2,n3 for 300ms", "fault 7s power leader for 600ms",
			"3s n1 snapshot", "3s n2 snapshot", "3s n3 snapshot")
		allPass(t, verdicts)
		if n := count(events, func(e trace.Event) bool { return e.Kind == env.KindRestore && e.Text == "start" }); n < 3 {
			t.Errorf("%q: %d machines started from a snapshot; want 3 at least", settings, n)
		}
	}
}
