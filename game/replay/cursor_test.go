package replay

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// threeMachines returns a plan of the game on three machines.
func threeMachines() plan.Plan {
	return plan.Plan{Guest: "game", Machines: []string{"n1", "n2", "n3"}, Length: 10 * time.Second}
}

// build makes a Run from events, which it numbers.
func build(events []trace.Event, verdicts ...verdict.Verdict) *Run {
	b := NewBuilder(trace.Header{Guest: "game"}, threeMachines())
	for i := range events {
		events[i].N = uint64(i + 1)
		b.Event(&events[i])
	}
	return b.Build(verdicts, "", nil)
}

// anyEvents draws an implausible trace with all kinds of events, ordered by time.
func anyEvents(t *rapid.T, most int) []trace.Event {
	names := rapid.SampledFrom([]string{"n1", "n2", "n3"})
	kinds := []string{trace.KindBoot, trace.KindCrash, trace.KindExit, trace.KindDial, trace.KindDeliver, trace.KindHold,
		trace.KindFault, trace.KindMend, env.KindRole, env.KindTerm, env.KindVote, env.KindAppend, env.KindAppend,
		env.KindTruncate, env.KindLog, env.KindCommit, env.KindApply, env.KindApply, env.KindSnapshot, env.KindRestore,
		env.KindRPC, env.KindReply, env.KindLocal, env.KindInvoke, env.KindReturn, env.KindDiag, env.KindReady, "other"}
	texts := map[string][]string{
		trace.KindFault:  {"partition n1 | n2,n3 for 1s", "oneway n1 -> n2 for 1s", "flap n1 | n2 every 10ms for 1s", "gremlins"},
		env.KindRole:     {"follower", "candidate", "leader", "shutdown"},
		env.KindTruncate: {"suffix", "prefix"},
		env.KindAppend:   {"command", "noop"},
		env.KindInvoke:   {"n1 attack n2", "add n3", "del n2", "look"},
		env.KindReturn:   {"ok hit n2 90", "fail no", "unknown"},
		env.KindApply:    {"", "", "duplicate"},
		env.KindRPC:      {"AppendEntries", "Heartbeat", "RequestVote"},
		env.KindReply:    {"AppendEntries", "RequestVote"},
		trace.KindBoot:   {"", "empty disk"},
	}
	n := rapid.IntRange(0, most).Draw(t, "events")
	small := rapid.Uint64Range(1, 12)
	events := make([]trace.Event, n)
	at := env.Instant(0)
	for i := range events {
		at = at.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "gap")) * time.Millisecond)
		e := &events[i]
		e.At, e.Kind = at, rapid.SampledFrom(kinds).Draw(t, "kind")
		if e.Kind != trace.KindFault && e.Kind != trace.KindMend {
			e.Machine, e.Peer = names.Draw(t, "machine"), names.Draw(t, "peer")
		}
		e.Client, e.Seq = rapid.SampledFrom([]string{"p1", "p2", "operator"}).Draw(t, "client"), small.Draw(t, "seq")
		e.Term, e.Index, e.Count = small.Draw(t, "term"), small.Draw(t, "index"), small.Draw(t, "count")
		e.Hash, e.State, e.Conn, e.Boot = small.Draw(t, "hash"), small.Draw(t, "state"), small.Draw(t, "conn"), 1
		e.Took = time.Duration(rapid.IntRange(0, 5).Draw(t, "took")) * time.Millisecond
		if some := texts[e.Kind]; some != nil {
			e.Text = rapid.SampledFrom(some).Draw(t, "text")
		}
	}
	return events
}

// The State at an instant does not depend on how the cursor got there.
func TestSeekEqualsReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := build(anyEvents(t, 3*keyframeInterval))
		states := []State{r.initialState()}
		s := r.initialState()
		for n := 1; n <= r.Events(); n++ {
			r.step(&s, n)
			states = append(states, s.clone())
		}
		c := NewCursor(r)
		for range 20 {
			switch rapid.IntRange(0, 4).Draw(t, "move") {
			case 0:
				at := env.Instant(rapid.Int64Range(-1, int64(r.End())+1).Draw(t, "at"))
				if c.Seek(at); c.N() != r.Until(max(0, at)) {
					t.Fatalf("at %v %d events have happened, want %d", at, c.N(), r.Until(at))
				}
			case 1:
				c.SeekEvent(rapid.IntRange(-1, r.Events()+1).Draw(t, "event"))
			case 2:
				c.Step(rapid.IntRange(-2, 2).Draw(t, "step"))
			case 3:
				c.Fault(rapid.Bool().Draw(t, "forward"))
			case 4:
				c.Term(rapid.Bool().Draw(t, "forward"))
			}
			if !sameState(c.state, states[c.N()]) {
				t.Fatalf("after event %d the state is\n%+v, from the start it is\n%+v", c.N(), c.state, states[c.N()])
			}
		}
	})
}

// sameState compares States. Empty slices may be nil.
func sameState(a, b State) bool {
	for _, s := range []*State{&a, &b} {
		s.Active, s.Clients = append([]int32{}, s.Active...), append([]Client{}, s.Clients...)
	}
	return reflect.DeepEqual(a, b)
}

// Logs that share prefixes equal logs held as lists.
func TestLogAgainstSlices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []trace.Event
		var list []Entry
		for range rapid.IntRange(0, 40).Draw(t, "events") {
			e := trace.Event{Machine: "n1", Boot: 1}
			e.Term = uint64(len(events) + 1)
			next := uint64(1)
			if len(list) > 0 {
				next = list[len(list)-1].Index + 1
			}
			switch first := uint64(len(list)) - uint64(len(list)); {
			case rapid.Bool().Draw(t, "append") || len(list) == 0:
				e.Kind, e.Index, e.Hash, e.Text = env.KindAppend, next+first, e.Term*7, "command"
				list = append(list, Entry{Index: e.Index, Term: e.Term, Hash: e.Hash})
			case rapid.Bool().Draw(t, "suffix"):
				keep := rapid.IntRange(0, len(list)-1).Draw(t, "keep")
				e.Kind, e.Text, e.Index, e.Count = env.KindTruncate, "suffix", list[keep].Index, uint64(len(list)-keep)
				list = list[:keep]
			case len(list) > 1:
				drop := rapid.IntRange(1, len(list)-1).Draw(t, "drop")
				e.Kind, e.Text, e.Index, e.Count = env.KindTruncate, "prefix", list[0].Index, uint64(drop)
				list = list[drop:]
			default:
				continue
			}
			events = append(events, e)
		}
		r := build(events)
		c := NewCursor(r)
		c.SeekEvent(r.Events())
		var got, want []string
		r.Log(&c.State().Nodes[0], 0, func(e *Entry) bool {
			got = append(got, fmt.Sprint(e.Index, e.Term, e.Hash))
			return true
		})
		for i := len(list) - 1; i >= 0; i-- {
			want = append(want, fmt.Sprint(list[i].Index, list[i].Term, list[i].Hash))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("the log holds %v, want %v", got, want)
		}
	})
}

func TestIntervalOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instant := rapid.Map(rapid.IntRange(0, 30), func(i int) env.Instant { return env.Instant(i) })
		n := rapid.IntRange(0, 40).Draw(t, "n")
		begins, ends := make([]env.Instant, n), make([]env.Instant, n)
		for i := range n {
			ends[i] = env.Instant(i)
			begins[i] = ends[i] - min(ends[i], instant.Draw(t, "length"))
		}
		s := newIntervalIndex(n, func(i int) (env.Instant, env.Instant) { return begins[i], ends[i] })
		from := instant.Draw(t, "from")
		to := from + instant.Draw(t, "more")
		var got, want []int
		s.overlapping(from, to, func(i int) { got = append(got, i) })
		for i := range n {
			if begins[i] <= to && ends[i] >= from {
				want = append(want, i)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("of %v to %v, [%d, %d] touches %v, want %v", begins, ends, from, to, got, want)
		}
	})
}

func TestComponents(t *testing.T) {
	events := []trace.Event{{At: 1, Note: env.Note{Kind: trace.KindFault, Conn: 1, Text: "partition n1 | n2,n3 for 1s"}},
		{At: 2, Note: env.Note{Kind: trace.KindFault, Conn: 2, Text: "oneway n2 -> n3 for 1s"}},
		{At: 3, Note: env.Note{Kind: trace.KindMend, Conn: 1, Text: "partition"}}}
	r := build(events)
	c := NewCursor(r)
	for n, want := range []string{"[[0 1 2]]", "[[0] [1 2]]", "[[0] [1] [2]]", "[[0 1 2]]"} {
		c.SeekEvent(n)
		if got := fmt.Sprint(r.Reach(c.State(), c.At()).Components); got != want {
			t.Errorf("after %d events the parts are %s, want %s", n, got, want)
		}
	}
	for m := range c.state.Nodes {
		c.state.Nodes[m].Status = Follower
	}
	if reach := r.Reach(c.State(), c.At()); reach.Link(1, 2) != Cut || reach.Link(2, 1) != Open || reach.Link(0, 1) != Open {
		t.Errorf("with n2 -> n3 cut the ways are %v", reach.links)
	}
}

func TestLandmarks(t *testing.T) {
	var events []trace.Event
	for i := range 1000 {
		e := trace.Event{At: env.Instant(i), Machine: "n1", Note: env.Note{Kind: env.KindFrames}}
		switch i + 1 {
		case 300, 700:
			e = trace.Event{At: env.Instant(i), Note: env.Note{Kind: trace.KindFault, Conn: uint64(i), Text: "power n1 for 1s"}}
		case 400, 500:
			e.Kind, e.Term = env.KindTerm, uint64(i)
		}
		events = append(events, e)
	}
	r := build(events,
		verdict.Verdict{Judge: "monotonic", Outcome: verdict.Fail, Evidence: []verdict.Evidence{{Event: 200}, {Event: 600}}},
		verdict.Verdict{Judge: "liveness", Outcome: verdict.Inconclusive, Reason: "too short"})
	c := NewCursor(r)
	go1 := func(move func(bool) bool, forward bool, want int) {
		t.Helper()
		if move(forward); c.N() != want {
			t.Errorf("it leads to event %d, want %d", c.N(), want)
		}
	}
	go1(c.Violation, true, 600)
	go1(c.Violation, true, 600)
	go1(c.Fault, true, 700)
	go1(c.Fault, false, 300)
	go1(c.Term, true, 400)
	go1(c.Term, true, 500)
	go1(c.Term, false, 400)
	if c.Find("FAULT 699", true); c.N() != 700 {
		t.Errorf("it finds event %d, want 700", c.N())
	}
	if c.Find("nothing like it", true) {
		t.Error("it finds what is not there")
	}
	if len(r.Pins) != 3 || r.Pins[2].Event != 1000 || !r.Pins[1].Last || r.Outcome() != verdict.Fail {
		t.Errorf("the pins are %+v", r.Pins)
	}
}

// The cities of every machine follow the rules, also after restarts and restored
// snapshots.
func TestCitiesComeFromRules(t *testing.T) {
	at := env.Instant(0)
	event := func(machine, kind string, n env.Note) trace.Event {
		at++
		n.Kind = kind
		return trace.Event{At: at, Machine: machine, Boot: 1, Note: n}
	}
	attack := env.Note{Client: "p1", Seq: 1, Index: 3, State: 7, Text: "n1 attack n2"}
	apply := attack
	apply.Text = ""
	again := apply
	again.Index, again.Text = 4, "duplicate"
	r := build([]trace.Event{
		event("n1", trace.KindBoot, env.Note{}),
		event("n1", env.KindInvoke, attack),
		event("n1", env.KindApply, apply),
		event("n1", env.KindApply, again),
		event("n2", env.KindRestore, env.Note{Index: 3, State: 7, Text: "install"}),
		event("n3", env.KindRestore, env.Note{Index: 3, State: 8, Text: "install"}),
		event("n1", trace.KindCrash, env.Note{Text: "power"}),
		event("n1", trace.KindBoot, env.Note{}),
	})
	c := NewCursor(r)
	healths := func() string {
		var all []string
		for _, n := range c.State().Nodes {
			if city, _ := n.Game.City("n2"); n.GameKnown {
				all = append(all, fmt.Sprint(city.Health))
			} else {
				all = append(all, "?")
			}
		}
		return strings.Join(all, " ")
	}
	for n, want := range map[int]string{2: "100 100 100", 3: "90 100 100", 4: "90 100 100", 5: "90 90 100", 6: "90 90 ?", 7: "90 90 ?", 8: "100 90 ?"} {
		if c.SeekEvent(n); healths() != want {
			t.Errorf("after event %d city n2 has health %s, want %s", n, healths(), want)
		}
	}
}

// Messages are classified by the requests at the same instant.
func TestMessagesMatchedToRequests(t *testing.T) {
	ms := func(n int) env.Instant { return env.Instant(n) * env.Instant(time.Millisecond) }
	event := func(at int, machine, peer, kind string, n env.Note) trace.Event {
		n.Kind, n.Peer = kind, peer
		return trace.Event{At: ms(at), Machine: machine, Boot: 1, Note: n}
	}
	r := build([]trace.Event{
		event(0, "n1", "n2", env.KindRPC, env.Note{Text: "RequestVote"}),
		event(0, "n1", "n2", trace.KindDial, env.Note{Conn: 1, Text: "7000"}),
		event(1, "n3", "n1", trace.KindDial, env.Note{Conn: 2, Text: "7001"}),
		event(5, "n2", "n1", trace.KindDeliver, env.Note{Conn: 1, Took: 2 * time.Millisecond}),
		event(6, "n1", "n3", trace.KindDeliver, env.Note{Conn: 2, Took: 3 * time.Millisecond}),
		event(9, "n1", "n2", trace.KindDeliver, env.Note{Conn: 1, Took: 2 * time.Millisecond}),
		event(9, "n1", "n2", env.KindReply, env.Note{Text: "RequestVote", Count: 1}),
		event(10, "n1", "n2", env.KindRPC, env.Note{Text: "AppendEntries"}),
		event(10, "n1", "n2", trace.KindHold, env.Note{Conn: 1, Took: time.Second, Text: "cut"}),
	})
	var got []string
	for _, m := range r.Messages {
		got = append(got, fmt.Sprintf("%v %t %t %s", m.Kind, m.Reply, m.Granted, m.Lost))
	}
	want := []string{"vote false false ", "call false false ", "vote true true ", "entries false false cut"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the messages are %q, want %q", got, want)
	}
	seen := 0
	r.MessagesAt(ms(4), func(*Message) { seen++ })
	if seen != 2 {
		t.Errorf("%d messages are under way, want 2", seen)
	}
}
