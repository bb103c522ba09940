package linearizability

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/linearizability/history"
	"raftian/linearizability/internal/cluster"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// total is the Model of what package cluster replicates.
var total = Model{
	Init: func() any { return cluster.Total(0) },
	Step: func(state any, input string) (any, string) {
		return cluster.Step(state.(cluster.Total), input)
	},
}

func options() Options {
	return Options{Model: &total, Bound: cluster.Bound, RPCCeiling: 1000}
}

func verdicts(events []trace.Event, o Options) []Verdict {
	p := NewPanel(o)
	for i := range events {
		p.Event(&events[i])
	}
	return p.Verdicts()
}

// clean is the trace of a cluster that works.
func clean(seed uint64, steps int) []trace.Event {
	return cluster.Trace(rand.New(rand.NewPCG(seed, 0)).IntN, 3, 3, steps)
}

func TestThePanelPassesAClusterThatWorks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := clean(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 500).Draw(t, "steps"))
		for _, v := range verdicts(events, options()) {
			if v.Outcome != Pass && !lacks(events, v) {
				t.Errorf("%s says %v: %s %v", v.Judge, v.Outcome, v.Reason, v.Evidence)
			}
		}
	})
}

// lacks says that a judge did not run for want of notes, and that there are none.
func lacks(events []trace.Event, v Verdict) bool {
	if v.Outcome != NotRun || len(v.Missing) == 0 {
		return false
	}
	for _, m := range v.Missing {
		kind, _, _ := strings.Cut(m.Note, " ")
		for i := range events {
			if e := &events[i]; e.Kind == kind && m.Note == kind {
				return false
			}
		}
	}
	return true
}

func TestThePanelSpeaksInAFixedOrder(t *testing.T) {
	want := "election-safety log-matching leader-completeness state-machine-safety monotonic acknowledged " +
		"exactly-once local-logs linearizability sessions quorum membership liveness no-panic rpc-rate"
	for _, o := range []Options{{}, options()} {
		var names []string
		for _, v := range verdicts(clean(1, 100), o) {
			names = append(names, v.Judge)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestAJudgeThatLacksWhatItNeedsDidNotRun(t *testing.T) {
	for _, v := range verdicts(clean(1, 100), Options{}) {
		switch v.Judge {
		case "linearizability", "liveness", "rpc-rate":
			if v.Outcome != NotRun || v.Reason == "" {
				t.Errorf("%s says %v, for the reason %q", v.Judge, v.Outcome, v.Reason)
			}
		default:
			if v.Outcome != Pass && !lacks(clean(1, 100), v) {
				t.Errorf("%s says %v: %s", v.Judge, v.Outcome, v.Reason)
			}
		}
	}
}

func TestAPanicOfTheProcessIsAVerdict(t *testing.T) {
	p := NewPanel(options())
	for _, e := range clean(1, 100) {
		p.Event(&e)
	}
	p.Exit("panic: boom")
	for _, v := range p.Verdicts() {
		if (v.Judge == "no-panic") != (v.Outcome == Fail) {
			t.Errorf("%s says %v", v.Judge, v.Outcome)
		}
	}
}

// violations are ways to spoil the trace of a cluster that works, each by one
// event, and the judge that must notice. They say whether they found a place.
var violations = []struct {
	name, judge string
	spoil       func(rng *rand.Rand, events []trace.Event) bool
}{
	{"another machine says it leads", "election-safety", func(rng *rand.Rand, events []trace.Event) bool {
		e := pick(rng, events, func(e *trace.Event) bool { return e.Kind == env.KindRole && e.Text == "candidate" })
		l := pick(rng, events, func(l *trace.Event) bool {
			return e != nil && l.Kind == env.KindRole && l.Text == "leader" && l.Machine != e.Machine
		})
		if l == nil {
			return false
		}
		e.Term, e.Text = l.Term, "leader"
		return true
	}},
	{"a payload differs", "log-matching", func(rng *rand.Rand, events []trace.Event) bool {
		return flip(pick(rng, events, func(e *trace.Event) bool {
			return e.Kind == env.KindAppend && several(events, e)
		}), func(e *trace.Event) { e.Hash++ })
	}},
	{"a state differs", "state-machine-safety", func(rng *rand.Rand, events []trace.Event) bool {
		return flip(pick(rng, events, func(e *trace.Event) bool {
			return e.Kind == env.KindApply && several(events, e)
		}), func(e *trace.Event) { e.State++ })
	}},
	{"a duplicate takes effect", "exactly-once", func(rng *rand.Rand, events []trace.Event) bool {
		took := make(map[string]bool)
		return flip(pick(rng, events, func(e *trace.Event) bool {
			id := e.Client + string(rune(e.Seq))
			took[id] = took[id] || e.Kind == env.KindApply && e.Text == ""
			return e.Kind == env.KindApply && e.Text == "duplicate" && took[id]
		}), func(e *trace.Event) { e.Text = "" })
	}},
	{"an answer names an entry that is not its own", "acknowledged", func(rng *rand.Rand, events []trace.Event) bool {
		return flip(pick(rng, events, func(e *trace.Event) bool {
			return e.Kind == env.KindReturn && strings.HasPrefix(e.Text, "ok")
		}), func(e *trace.Event) { e.Index = 1 })
	}},
	{"a player is shown something else", "local-logs", func(rng *rand.Rand, events []trace.Event) bool {
		return flip(pick(rng, events, func(e *trace.Event) bool {
			return e.Kind == env.KindLocal && several(events, e)
		}), func(e *trace.Event) { e.Hash++ })
	}},
	{"an answer is wrong", "linearizability", func(rng *rand.Rand, events []trace.Event) bool {
		return flip(pick(rng, events, func(e *trace.Event) bool {
			return e.Kind == env.KindReturn && strings.HasPrefix(e.Text, "ok")
		}), func(e *trace.Event) { e.Text = "ok -1" })
	}},
	{"a vote is given again", "monotonic", func(rng *rand.Rand, events []trace.Event) bool {
		e := pick(rng, events, func(e *trace.Event) bool { return e.Kind == env.KindVote })
		again := pick(rng, events, func(x *trace.Event) bool {
			return e != nil && x.Kind == env.KindVote && x.Machine == e.Machine && x.Term != e.Term && x.Peer != e.Peer
		})
		if again == nil {
			return false
		}
		again.Term = e.Term
		return true
	}},
	{"the end is missing", "liveness", func(_ *rand.Rand, events []trace.Event) bool {
		events[len(events)-1].Kind = trace.KindIdle
		return true
	}},
}

// pick draws one of the events that fit; nil if none does.
func pick(rng *rand.Rand, events []trace.Event, fits func(*trace.Event) bool) *trace.Event {
	var fitting []*trace.Event
	for i := range events {
		if fits(&events[i]) {
			fitting = append(fitting, &events[i])
		}
	}
	if len(fitting) == 0 {
		return nil
	}
	return fitting[rng.IntN(len(fitting))]
}

func flip(e *trace.Event, how func(*trace.Event)) bool {
	if e != nil {
		how(e)
	}
	return e != nil
}

// several says whether another machine reports the same as e.
func several(events []trace.Event, e *trace.Event) bool {
	for i := range events {
		x := &events[i]
		if x.Kind == e.Kind && x.Index == e.Index && x.Term == e.Term && x.Machine != e.Machine {
			return true
		}
	}
	return false
}

func TestOneSpoiltEventIsNoticedByItsJudge(t *testing.T) {
	for _, violation := range violations {
		t.Run(violation.name, func(t *testing.T) {
			tried := 0
			for seed := range uint64(40) {
				events := clean(seed, 200)
				if !violation.spoil(rand.New(rand.NewPCG(seed, 1)), events) {
					continue
				}
				tried++
				for _, v := range verdicts(events, options()) {
					if v.Judge == violation.judge && v.Outcome != Fail {
						t.Errorf("seed %d: %s says %v", seed, v.Judge, v.Outcome)
					}
				}
			}
			if tried < 10 {
				t.Errorf("only %d traces could be spoilt", tried)
			}
		})
	}
}

// A judge may be given events it does not ask for; they change nothing.
func TestAJudgeNeedsOnlyItsKinds(t *testing.T) {
	for seed := range uint64(20) {
		events := clean(seed, 200)
		violations[seed%uint64(len(violations))].spoil(rand.New(rand.NewPCG(seed, 1)), events)
		sparing := NewPanel(options())
		for i := range events {
			sparing.Event(&events[i])
		}
		lavish := NewPanel(options())
		for _, j := range lavish.judges {
			for i := range events {
				j.Event(&events[i])
			}
		}
		for i := range events {
			lavish.seen.take(&events[i])
		}
		if a, b := sparing.Verdicts(), lavish.Verdicts(); !reflect.DeepEqual(a, b) {
			t.Errorf("seed %d: with its kinds only\n%+v\nwith all\n%+v", seed, a, b)
		}
	}
}

func TestJudgesSayTheSameEveryTime(t *testing.T) {
	for seed, violation := range violations {
		events := clean(uint64(seed), 200)
		violation.spoil(rand.New(rand.NewPCG(uint64(seed), 1)), events)
		first := verdicts(events, options())
		for range 5 {
			if again := verdicts(events, options()); !reflect.DeepEqual(first, again) {
				t.Fatalf("%s: once\n%+v\nthen\n%+v", violation.name, first, again)
			}
		}
	}
}

// The Panel records the History once for whoever wants it, model or not.
func TestThePanelHasTheHistory(t *testing.T) {
	events := clean(1, 200)
	r := history.NewRecorder()
	for i := range events {
		r.Event(&events[i])
	}
	for _, o := range []Options{{}, options()} {
		p := NewPanel(o)
		for i := range events {
			p.Event(&events[i])
		}
		if got := p.History(); len(got) == 0 || !reflect.DeepEqual(got, r.Ops()) {
			t.Errorf("%d operations; want the %d that a Recorder has", len(got), len(r.Ops()))
		}
	}
}
