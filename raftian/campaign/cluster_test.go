package campaign

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"raftian/linearizability"
	"raftian/netsim"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/node"
)

// The standard node needs the edited runtime only to repeat, not to be right:
// here three of them live in an ordinary bubble, where no two runs are the same,
// and still nothing acknowledged is lost to a kill and a power loss.
func TestAcknowledgedCommandsOutliveAKillAndAPowerLoss(t *testing.T) {
	pl := crashPlan(t)
	events := play(t, pl, node.Program(node.NewGame))

	panel := linearizability.NewPanel(panelOptions(pl))
	for k := range events {
		panel.Event(&events[k])
	}
	for _, v := range panel.Verdicts() {
		if v.Outcome != linearizability.Pass {
			t.Errorf("%s: %s %s %v", v.Judge, v.Outcome, v.Reason, v.Evidence)
		}
	}
	// The judges' dumb twin.
	ok, crashes, last := 0, 0, uint64(0)
	effects := map[string]bool{} // commands that took effect somewhere
	tips := map[string]env.Note{}
	for _, e := range events {
		name := fmt.Sprintf("%s#%d", e.Client, e.Seq)
		switch {
		case e.Kind == trace.KindCrash:
			crashes++
		case e.Kind == env.KindApply && e.Text == "":
			effects[name] = true
		case e.Kind == env.KindLocal:
			tips[e.Machine] = env.Note{Index: e.Index, Hash: e.Hash}
		case e.Kind == env.KindReturn && strings.HasPrefix(e.Text, "ok "):
			ok, last = ok+1, max(last, e.Index)
			if !effects[name] {
				t.Errorf("event %d: %s was acknowledged and had taken effect nowhere", e.N, name)
			}
		}
	}
	if ok < 100 || crashes != 3 {
		t.Errorf("%d calls were acknowledged, %d machines crashed; want more than 100 and 3", ok, crashes)
	}
	if tips["n1"] != tips["n2"] || tips["n2"] != tips["n3"] || tips["n1"].Index < last {
		t.Errorf("the local logs end at %v; want them equal and at entry %d at least", tips, last)
	}
}

// crashPlan has the leader killed, and then two machines lose power at once, in
// the midst of calls. An fsync takes no time: an ordinary bubble stands still for
// ever when a goroutine sleeps while it holds a lock that another one wants.
func crashPlan(t *testing.T) plan.Plan {
	t.Helper()
	var b strings.Builder
	b.WriteString("raftian plan 1\nguest game\nmachines n1 n2 n3\nlength 18s\nheal 6s\nshuffle off\n" +
		"net delay 500us jitter 1ms loss 0\ndisk sync 0s jitter 0s\n" +
		"set peers n1,n2,n3\nset snapshot-threshold 40\nset snapshot-interval 500ms\nset trailing 10\n" +
		"fault 3s kill leader for 1s\nfault 5s power n1,n2 for 500ms\n")
	for k := range 300 {
		n := k%3 + 1
		text := fmt.Sprintf("n%d attack n%d", n, n%3+1)
		if k%3 == 2 {
			text = fmt.Sprintf("add n%d", k/3%3+1)
		}
		at := time.Second + time.Duration(k)*50*time.Millisecond
		fmt.Fprintf(&b, "call %.3fs n%d p%d %d %s\n", at.Seconds(), n, n, k/3+1, text)
	}
	p, err := plan.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// play runs a plan in a bubble of the ordinary runtime and returns its events. One
// request at a time is in flight: pipelines deadlock at times (finding
// pipeline-deadlock), and a bubble must be left without goroutines.
func play(t *testing.T, pl plan.Plan, program netsim.Program) (events []trace.Event) {
	pl.Settings = append(slices.Clone(pl.Settings), plan.Setting{Key: "in-flight", Value: "1"})
	synctest.Test(t, func(t *testing.T) {
		w := netsim.NewWorld(pl, program, func(e *trace.Event) {
			numbered := *e
			numbered.N = uint64(len(events) + 1)
			events = append(events, numbered)
		})
		w.Boot()
		time.Sleep(pl.Length)
		synctest.Wait()
		w.End()
		w.Stop()
	})
	return events
}
