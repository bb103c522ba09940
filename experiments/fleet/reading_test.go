package fleet

import (
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// at returns an event at a time in milliseconds.
func at(ms int, machine string, n env.Note) trace.Event {
	return trace.Event{At: env.Instant(ms) * env.Instant(time.Millisecond), Machine: machine, Note: n}
}

func sampleTrace() []trace.Event {
	return []trace.Event{
		at(0, "n1", env.Note{Kind: trace.KindBoot}),
		at(0, "n2", env.Note{Kind: trace.KindBoot}),
		at(5, "n1", env.Note{Kind: env.KindRole, Text: "candidate"}),
		at(9, "n1", env.Note{Kind: env.KindRole, Text: "leader"}),
		at(10, "p", env.Note{Kind: env.KindInvoke, Client: "p1", Seq: 1, Text: "n1 attack n2"}),
		at(12, "n1", env.Note{Kind: env.KindReply, Peer: "n2", Text: "AppendEntries"}),
		at(13, "n1", env.Note{Kind: env.KindApply, Index: 3, Client: "p1", Seq: 1}),
		at(14, "p", env.Note{Kind: env.KindReturn, Client: "p1", Seq: 1, Index: 3, Text: "ok hit", Took: 4 * time.Millisecond}),
		at(20, "n1", env.Note{Kind: env.KindLocal, Index: 3}),
		at(30, "n2", env.Note{Kind: env.KindApply, Index: 3, Client: "p1", Seq: 1}),
		at(35, "n2", env.Note{Kind: env.KindLocal, Index: 3}),
		at(50, "n1", env.Note{Kind: env.KindReply, Peer: "n2", Text: "Heartbeat"}),
		at(52, "n1", env.Note{Kind: env.KindReply, Peer: "n2", Text: "Heartbeat timed out"}),
		at(60, "n1", env.Note{Kind: env.KindApply, Index: 7, Client: "p1", Seq: 2}),
		at(61, "n1", env.Note{Kind: env.KindLocal, Index: 7}),
		at(62, "n2", env.Note{Kind: env.KindLocal, Index: 9, Text: "jump"}),
		at(70, "n1", env.Note{Kind: env.KindFrames, Count: 60, Index: 2, Took: 9 * time.Millisecond}),
		at(80, "n2", env.Note{Kind: env.KindFrames, Count: 50, Index: 1, Took: 3 * time.Millisecond}),
		at(200, "n2", env.Note{Kind: env.KindFrames, Count: 50, Index: 50, Took: time.Second}),
	}
}

func ms(n int) env.Instant { return env.Instant(n) * env.Instant(time.Millisecond) }

func TestTraceRoundTrip(t *testing.T) {
	w := Window{ms(0), ms(100)}
	r := Read(sampleTrace(), w)
	if got, all := r.Visible(3); got != ms(35) || !all {
		t.Errorf("entry 3 is visible to all at %v, %v", got, all)
	}
	if got, all := r.Visible(7); got != ms(62) || !all {
		t.Errorf("entry 7, over which one jumped, is visible at %v, %v", got, all)
	}
	if _, all := r.Visible(8); all {
		t.Error("entry 8 is visible to a player who never saw it")
	}
	if got, ok := r.Committed(3); got != ms(13) || !ok {
		t.Errorf("entry 3 was committed at %v, %v", got, ok)
	}
	if led, stood := r.Elections(w), r.Candidacies(w); len(led) != 1 || led[0] != ms(9) || stood != 1 {
		t.Errorf("elected at %v, %d candidacies", led, stood)
	}
	if len(r.Elections(Window{ms(10), ms(100)})) != 0 {
		t.Error("someone was elected after the election")
	}
	if s := r.ReplyGaps(); s.Max != 38 || s.P50 != 38 {
		t.Errorf("the silence was %+v", s)
	}
	if all, late, most := r.Frames(); all != 110 || late != 3 || most != 9*time.Millisecond {
		t.Errorf("%d frames, %d late, the latest by %v", all, late, most)
	}
}

func TestStallsAsPlayersSeeThem(t *testing.T) {
	r := Read(sampleTrace(), Window{ms(10), ms(100)})
	best, middle := r.Stalls([]string{"n1", "n2"})
	if best != 38*time.Millisecond || middle != 41*time.Millisecond { // up to the end of the window, and between two entries
		t.Errorf("still for %v at best, %v in the middle", best, middle)
	}
}

func TestSkippedEntriesCounted(t *testing.T) {
	r := Read(sampleTrace(), Window{ms(0), ms(100)})
	for index, want := range map[uint64]bool{3: true, 5: false, 7: true, 11: true} {
		if got := r.HasAll(index, []string{"n1"}); got != want {
			t.Errorf("n1 has entry %d is %v", index, got)
		}
	}
}

func TestSimulatedCallsMatchScript(t *testing.T) {
	calls := callsOf(sampleTrace(), map[string]env.Instant{callKey("p1", 1): ms(8)}, func(text string) bool { return text == "n1 attack n2" })
	want := Call{Due: ms(8), Began: ms(10), Ended: ms(14), OK: true, Index: 3, CommitTime: 4 * time.Millisecond, NodesAsked: 1}
	if len(calls) != 1 || calls[0] != want {
		t.Errorf("%+v, want %+v", calls, want)
	}
	asked := append(sampleTrace(), at(210, "p", env.Note{Kind: env.KindInvoke, Client: "p1", Seq: 2, Text: "n1 attack n2"}))
	if calls := callsOf(asked, nil, func(string) bool { return true }); len(calls) != 2 || !calls[1].Unknown || calls[1].OK {
		t.Errorf("what nobody answered is %+v", calls)
	}
	if none := callsOf(sampleTrace(), nil, func(string) bool { return false }); len(none) != 0 {
		t.Errorf("reads are calls: %+v", none)
	}
}

// Calls are due when the plan's script says, and reads outside the log are left out.
func TestPlanCallsDueOnTime(t *testing.T) {
	script := []plan.Step{{Call: env.Call{At: ms(8), Client: "p1", Seq: 1}}, {Call: env.Call{At: ms(9), Client: "p1", Seq: 2}}}
	events := append(sampleTrace(), at(210, "p", env.Note{Kind: env.KindInvoke, Client: "p1", Seq: 2, Text: "verified look n1"}))
	calls := SimulatedCalls(plan.Plan{Script: script}, events)
	if len(calls) != 1 || calls[0].Due != ms(8) || calls[0].Index != 3 {
		t.Errorf("%+v, want the attack alone, due at 8 ms", calls)
	}
}

func TestSetting(t *testing.T) {
	p := plan.Plan{Settings: []plan.Setting{{Key: "fps", Value: "60"}}}
	Set(&p, "fps", "30")
	Set(&p, "lease", "5ms")
	if len(p.Settings) != 2 || p.Settings[0].Value != "30" || p.Settings[1] != (plan.Setting{Key: "lease", Value: "5ms"}) {
		t.Errorf("%v", p.Settings)
	}
}
