package linearizability

import (
	"slices"
	"strings"
	"testing"

	"raftian/linearizability/internal/script"
	"raftian/netsim/trace"
)

// whole is a trace by which every judge has something to say, and nothing to object to.
const whole = `
0    n1 boot
0    n1 log
0    n1 config index=1 n1 voters
0    n1 role term=0 follower
0    n1 ready
0.1  n1 term term=1
0.1  n1 rpc peer=n2 term=1 RequestVote
0.1  n1 vote term=1 peer=n1
0.1  n1 append index=1 term=1 configuration
0.2  n1 role term=1 leader
0.2  n1 append index=2 term=1 hash=a command
0.3  n1 invoke client=c1 seq=1 add 3
0.3  n1 append index=3 term=1 hash=b command
0.3  n1 commit index=3 term=1
0.3  n1 apply index=3 term=1 hash=b state=s client=c1 seq=1
0.3  n1 local index=3 hash=c
0.4  n1 return client=c1 seq=1 index=3 ok 3
1    -  heal
30   -  stop
30   -  end`

func parsed(t *testing.T, text string) []trace.Event {
	t.Helper()
	events, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// without are the events but those of some kinds and texts.
func without(events []trace.Event, note string) []trace.Event {
	kinds := strings.Split(note, " or ")
	kind, text, _ := strings.Cut(note, " ")
	return slices.DeleteFunc(slices.Clone(events), func(e trace.Event) bool {
		return slices.Contains(kinds, e.Kind) || e.Kind == kind && (text == "" || strings.HasPrefix(e.Text, strings.Fields(text)[0]) || e.Kind == "apply")
	})
}

func TestEveryJudgeHasSomethingToSayOfTheWholeTrace(t *testing.T) {
	for _, v := range verdicts(parsed(t, whole), options()) {
		if v.Outcome != Pass {
			t.Errorf("%s says %v: %s", v.Judge, v.Outcome, v.Reason)
		}
	}
}

// A judge passes nothing by default: without any one kind of note that it needs it has
// not run, and says which it missed, and from whom.
func TestNoJudgePassesWithoutWhatItNeeds(t *testing.T) {
	tried := 0
	for _, j := range NewPanel(options()).judges {
		for _, n := range j.Needs() {
			tried++
			events := without(parsed(t, whole), n.Note)
			for _, v := range verdicts(events, options()) {
				if v.Judge != j.Name() {
					continue
				}
				named := slices.ContainsFunc(v.Missing, func(m Missing) bool {
					return m.Note == n.Note && slices.Equal(m.Machines, []string{"n1"})
				})
				if v.Outcome != NotRun || !named || !strings.Contains(v.Reason, n.Note) || !strings.Contains(v.Reason, "n1") {
					t.Errorf("without %q %s says %v: %s %v", n.Note, v.Judge, v.Outcome, v.Reason, v.Missing)
				}
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d needs were tried", tried)
	}
}

// Worlds that report calls alone, and those that die after three events, once passed
// nearly every judge.
func TestAWorldThatSaysLittlePassesLittle(t *testing.T) {
	calls := without(without(parsed(t, whole), "log or config or role or ready or term or rpc or vote or append or commit"), "apply or local")
	for _, v := range verdicts(calls, options()) {
		switch v.Judge {
		case "linearizability", "sessions", "no-panic":
			if v.Outcome != Pass {
				t.Errorf("of calls %s says %v: %s", v.Judge, v.Outcome, v.Reason)
			}
		default:
			if v.Outcome != NotRun {
				t.Errorf("of calls %s says %v: %s", v.Judge, v.Outcome, v.Reason)
			}
		}
	}
	died := verdicts(parsed(t, whole)[:3], options())
	for _, v := range died {
		if v.Outcome == Pass && v.Judge != "no-panic" {
			t.Errorf("of three events %s says %v", v.Judge, v.Outcome)
		}
	}
}

func TestARunThatNobodyJudgedShowsNothing(t *testing.T) {
	events := parsed(t, "0 n1 boot\n1 - heal\n30 - stop\n30 - end")
	if said := verdicts(events, options()); !Unjudged(said) {
		t.Errorf("something was judged: %+v", said)
	}
	if Unjudged(verdicts(parsed(t, whole), options())) {
		t.Error("the whole trace is not judged")
	}
	if Unjudged(verdicts(parsed(t, whole)[:3], options())) {
		t.Error("a run that did not end fails liveness, and is judged")
	}
}

// What was seen to be wrong stays wrong, whatever else was not told.
func TestAViolationStandsWithoutTheRest(t *testing.T) {
	events := parsed(t, `
0 n1 boot
0 n1 term term=5
1 n1 term term=4`)
	for _, v := range verdicts(events, options()) {
		if v.Judge == "monotonic" && v.Outcome != Fail {
			t.Errorf("monotonic says %v: %s", v.Outcome, v.Reason)
		}
	}
}
