package known

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/linearizability/verdict"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
)

// wire encodes events, and numbers them.
func wire(events ...trace.Event) (b []byte) {
	enc := trace.NewEncoder()
	for k := range events {
		events[k].N, events[k].At = uint64(k+1), env.Instant(k)*env.Instant(time.Millisecond)
		b = enc.Append(b, &events[k])
	}
	return b
}

func at(machine string, note env.Note) trace.Event {
	return trace.Event{Machine: machine, Boot: 1, Note: note}
}

func parsed(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse("known.txt", "raftian known 1\n"+text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// twice is a run in which n2 lost its power between two applications of one entry.
func twice() []trace.Event {
	return []trace.Event{
		at("n1", env.Note{Kind: env.KindRole, Term: 2, Text: "leader"}),
		at("n2", env.Note{Kind: env.KindApply, Index: 7, Term: 2}),
		at("n2", env.Note{Kind: trace.KindCrash, Text: "power"}),
		{Machine: "n2", Boot: 2, Note: env.Note{Kind: env.KindApply, Index: 7, Term: 2}},
		at("n3", env.Note{Kind: env.KindApply, Index: 7, Term: 2}),
	}
}

func again(evidence ...uint64) []verdict.Verdict {
	x := verdict.Violation{Signature: "applied twice", Reason: "entry 7 was applied twice"}
	for _, n := range evidence {
		x.Evidence = append(x.Evidence, verdict.Evidence{Event: n, Text: "it was applied"})
	}
	return []verdict.Verdict{verdict.Failing("exactly-once", []verdict.Violation{x})}
}

func causeOf(t testing.TB, f *File, verdicts []verdict.Verdict, events []trace.Event, settings ...plan.Setting) Cause {
	t.Helper()
	causes, err := f.Explain(Run{Settings: settings, Verdicts: verdicts, Wire: wire(events...)})
	if err != nil {
		t.Fatal(err)
	}
	return causes[0][0]
}

const crashed = `
# The session table is written too late.
known applied-again
judge exactly-once
signature applied twice
step role machine=L term=T text="lead*"
step apply machine=M boot=B index=I term=T
step crash machine=M text=power
shows apply machine=M boot=B+1 index=I
`

func TestAFailureIsKnownByItsPath(t *testing.T) {
	got := causeOf(t, parsed(t, crashed), again(2, 4), twice())
	if got.Entry != "applied-again" || len(got.Steps) != 4 {
		t.Fatalf("%+v", got)
	}
	for k, n := range []uint64{1, 2, 3, 4} {
		if got.Steps[k].Event != n {
			t.Errorf("step %d is event %d", k+1, got.Steps[k].Event)
		}
	}
	if got.Steps[2].Text != "n2 loses power at 0.002000000s" {
		t.Errorf("it says %q", got.Steps[2].Text)
	}
}

// Each has one thing other than what the entry says.
func TestWhatOnlyLooksAlikeIsNotKnown(t *testing.T) {
	f := parsed(t, crashed)
	for name, change := range map[string]func(e []trace.Event){
		"another machine lost its power":   func(e []trace.Event) { e[2].Machine = "n3" },
		"it was killed":                    func(e []trace.Event) { e[2].Text = "kill" },
		"another entry was applied":        func(e []trace.Event) { e[1].Index = 6 },
		"another term's leader":            func(e []trace.Event) { e[0].Term = 3 },
		"the same incarnation":             func(e []trace.Event) { e[3].Boot = 1 },
		"the leader itself":                func(e []trace.Event) { e[0].Machine = "n2" },
		"it lost its power before":         func(e []trace.Event) { e[1], e[2] = e[2], e[1] },
		"after the evidence":               func(e []trace.Event) { e[0], e[4] = e[4], e[0] },
		"the evidence shows another event": func(e []trace.Event) { e[3], e[4] = e[4], e[3] },
		"nothing was applied":              func(e []trace.Event) { e[1].Kind = env.KindCommit },
	} {
		events := twice()
		change(events)
		if got := causeOf(t, f, again(2, 4), events); got.Entry != "" {
			t.Errorf("%s: known by %+v", name, got.Steps)
		}
	}
	for name, v := range map[string]verdict.Verdict{
		"another judge":     verdict.Failing("acknowledged", again(2, 4)[0].Violations),
		"another signature": verdict.Failing("exactly-once", []verdict.Violation{{Signature: "applied thrice", Evidence: again(2, 4)[0].Evidence}}),
		"only counted":      verdict.Failing("exactly-once", []verdict.Violation{{Signature: "applied twice", Evidence: again(2, 4)[0].Evidence, More: 1}}),
	} {
		if got := causeOf(t, f, []verdict.Verdict{v}, twice()); got.Entry != "" {
			t.Errorf("%s: known by %+v", name, got.Steps)
		}
	}
}

func TestSettingsAndWhatTheViolationSaysCount(t *testing.T) {
	f := parsed(t, "known a\njudge exactly-once\nsignature applied twice\nneeds cache=on\non machine=M index=I\nstep apply machine=M index=I\n")
	for _, c := range []struct {
		machine string
		index   uint64
		setting plan.Setting
		known   bool
	}{
		{"n2", 7, plan.Setting{Key: "cache", Value: "on"}, true},
		{"n2", 7, plan.Setting{Key: "cache", Value: "off"}, false},
		{"n2", 8, plan.Setting{Key: "cache", Value: "on"}, false},
		{"n1", 7, plan.Setting{Key: "cache", Value: "on"}, false},
		{"", 7, plan.Setting{Key: "cache", Value: "on"}, false},
		{"n2", 0, plan.Setting{Key: "cache", Value: "on"}, false},
	} {
		v := again()
		v[0].Violations[0].Machine, v[0].Violations[0].Index = c.machine, c.index
		events := append(twice(), at("n2", env.Note{Kind: env.KindApply}))
		if got := causeOf(t, f, v, events, c.setting); (got.Entry == "a") != c.known {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

func TestComparisons(t *testing.T) {
	for conditions, known := range map[string]bool{
		"term=2": true, "term!=2": false, "term<3": true, "term<2": false, "term<=2": true, "term>1": true, "term>2": false, "term>=2": true, "term>=3": false,
		"machine=n1": true, "machine!=n1": false, `text="leader"`: true, `text="*ead*"`: true, `text="*ead"`: false, `text!="x*"`: true, "hash=0x0": true, "peer=M": false,
	} {
		f := parsed(t, "known a\njudge exactly-once\nsignature applied twice\nstep role "+conditions+"\n")
		if got := causeOf(t, f, again(), twice()); (got.Entry == "a") != known {
			t.Errorf("%s: %+v", conditions, got)
		}
	}
}

func manyVariables(n int) (text string) {
	for k := range n {
		text += fmt.Sprintf(" seq=S%d", k)
	}
	return text
}

func TestAMistakeIsSaidWithItsLine(t *testing.T) {
	const begin = "raftian known 1\nknown a\njudge j\nsignature s\n"
	for text, want := range map[string]string{
		"":                                    `f:1: the first line is not "raftian known 1"`,
		"# raftian\nknown a":                  `f:2: the first line is not "raftian known 1"`,
		"raftian known 1\njudge j":            "f:2: an entry begins with a line known NAME",
		"raftian known 1\nknown A b":          `f:2: "A b" is no name; it is made of small letters, digits and -`,
		"raftian known 1\nknown a\nstep role": "f:2: known a: it names no judge",
		"raftian known 1\nknown a\njudge j\nstep role": "f:2: known a: it has no signature",
		begin:                                   "f:2: known a: it has no step; how a violation looks does not say how it came about, and others may look alike",
		begin + "step role\nknown a":            "f:6: a is in line 2 already",
		begin + "judge k":                       "f:5: an entry has one judge",
		begin + "stop role":                     `f:5: "stop" is none of known, judge, signature, on, needs, step, shows`,
		begin + "step":                          "f:5: step wants the kind of an event first",
		begin + "step term=2":                   "f:5: step wants the kind of an event first",
		begin + "step role term":                `f:5: "term" is no condition; write FIELD=VALUE`,
		begin + "step role age=2":               "f:5: there is no field age; there are machine, boot, peer, client, seq, term, index, count, hash, state, conn, text",
		begin + "step role term=two":            "f:5: term takes a number or a variable, not two",
		begin + "step role term<T":              "f:5: T has no value yet; the first time it stands alone after a =",
		begin + "step role term=T+1":            "f:5: T has no value yet; the first time it stands alone after a =",
		begin + "step role machine<n1":          "f:5: machine takes = and !=, not <",
		begin + "step role machine=M term=M":    "f:5: M is a machine, and term is a number",
		begin + "step role machine=M peer=M+1":  "f:5: peer is a machine, to which nothing can be added",
		begin + "step role machine=M+":          "f:5: M+ adds no number to a variable; a text that begins so stands in quotation marks",
		begin + `step role text="x`:             `f:5: "x is no text in quotation marks`,
		begin + "needs x":                       `f:5: "x" is no setting; write SETTING=VALUE`,
		begin + "on term=3":                     "f:5: a violation has a machine and an index, and no term",
		begin + "step role\non machine=M":       "f:6: on stands once, before the steps",
		begin + "step role" + manyVariables(17): "f:5: there are more than 16 variables",
	} {
		if _, err := Parse("f", text); err == nil || err.Error() != want {
			t.Errorf("%q:\n%v; want\n%s", text, err, want)
		}
	}
}

func TestADraftKnowsItsOwnViolation(t *testing.T) {
	v := again(2, 4)
	v[0].Violations[0].Index = 7
	text := Draft(v, [][]bool{{true}}, wire(twice()...))
	const want = `raftian known 1

# entry 7 was applied twice
known exactly-once-1
judge exactly-once
signature applied twice
on index=I
# Add what led there: step KIND FIELD=VALUE … above what the evidence shows.
shows apply machine=M term=T index=I
shows apply machine=M term=T index=I
`
	if text != want {
		t.Fatalf("it is\n%s", text)
	}
	if _, err := Parse("draft", text); err == nil || !strings.Contains(err.Error(), "it has no step") {
		t.Errorf("a draft to which nothing was added: %v", err)
	}
	f, err := Parse("draft", strings.Replace(text, "shows apply", "step apply", 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := causeOf(t, f, v, twice()); got.Entry != "exactly-once-1" {
		t.Errorf("%+v", got)
	}
	if closed := Draft(v, [][]bool{{false}}, nil); closed != header+"\n" {
		t.Errorf("of what is known it is\n%s", closed)
	}
}

// That an entry begins in too many ways is said, and it explains nothing.
func TestAnEntryThatBeginsTooOftenIsSaid(t *testing.T) {
	f := parsed(t, "known a\njudge exactly-once\nsignature applied twice\nstep apply index=I\nstep apply index=J\nstep crash text=none\n")
	var events []trace.Event
	for k := range 600 {
		events = append(events, at("n1", env.Note{Kind: env.KindApply, Index: uint64(k)}))
	}
	causes, err := f.Explain(Run{Verdicts: again(), Wire: wire(events...)})
	if err == nil || !strings.Contains(err.Error(), "known a: there are more than 100000 ways to begin it") || causes[0][0].Entry != "" {
		t.Errorf("%+v, %v", causes, err)
	}
}

// simple looks for a path by trying all, as a twin of match.
func simple(e *Entry, events []trace.Event, named []uint64, k int, values binding) bool {
	if k == len(e.steps) {
		return true
	}
	for n := range events {
		ev, s := &events[n], &e.steps[k]
		if len(named) > 0 && ev.N > slices.Max(named) || ev.Kind != s.kind || s.shows && !slices.Contains(named, ev.N) {
			continue
		}
		if next, ok := e.fits(s.conditions, ev, values); ok && simple(e, events[n+1:], named, k+1, next) {
			return true
		}
	}
	return false
}

func TestWhatIsFoundIsWhatTryingAllFinds(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Uint64Range(1, 3)
		machines := rapid.SampledFrom([]string{"n1", "n2", ""})
		var events []trace.Event
		for range rapid.IntRange(1, 9).Draw(t, "events") {
			events = append(events, trace.Event{Machine: machines.Draw(t, "machine"), Note: env.Note{Kind: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "kind"),
				Peer: machines.Draw(t, "peer"), Term: small.Draw(t, "term"), Index: small.Draw(t, "index")}})
		}
		text := "known x\njudge j\nsignature s\n"
		one := rapid.IntRange(0, 3).Draw(t, "a step")
		for k := range rapid.IntRange(1, 4).Draw(t, "more steps") + one {
			line := rapid.SampledFrom([]string{"step a", "step b", "shows a", "shows b"}).Draw(t, "step")
			if k == one { // an entry has one at least
				line = strings.Replace(line, "shows", "step", 1)
			}
			for range rapid.IntRange(0, 3).Draw(t, "conditions") {
				line += rapid.SampledFrom([]string{" machine=M", " machine=N", " peer=M", " term=T", " index=I", " index=T", " machine=n1", " term=2", " index>1"}).Draw(t, "condition")
				if k > 0 && strings.Contains(text, "=T") {
					line += rapid.SampledFrom([]string{"", " term>T", " index=T+1"}).Draw(t, "comparison")
				}
			}
			text += line + "\n"
		}
		f, err := Parse("f", "raftian known 1\n"+text)
		if err != nil {
			t.Fatal(err)
		}
		b := wire(events...)
		x := verdict.Violation{Signature: "s"}
		var named []uint64
		for range rapid.IntRange(0, 3).Draw(t, "evidence") {
			n := rapid.Uint64Range(1, uint64(len(events))).Draw(t, "event")
			named, x.Evidence = append(named, n), append(x.Evidence, verdict.Evidence{Event: n})
		}
		causes, err := f.Explain(Run{Verdicts: []verdict.Verdict{verdict.Failing("j", []verdict.Violation{x})}, Wire: b})
		if err != nil {
			t.Fatal(err)
		}
		want := simple(&f.Entries[0], events, named, 0, binding{})
		if got := causes[0][0].Entry != ""; got != want {
			t.Fatalf("it is %v that it is known; trying all says %v\n%s%+v", got, want, text, events)
		}
		if want {
			found++
		}
	})
	if found == 0 {
		t.Error("no entry ever fitted")
	}
}

// Of ways with the same values the earliest is as good as all of them.
func TestWhatHappensOverAndOverIsNotTooMuch(t *testing.T) {
	f := parsed(t, "known a\njudge exactly-once\nsignature applied twice\nstep crash machine=M\nstep crash machine=M\nstep crash machine=M\nstep boot\n")
	var events []trace.Event
	for range 1000 {
		events = append(events, at("n1", env.Note{Kind: trace.KindCrash}))
	}
	if got := causeOf(t, f, again(), append(events, at("n1", env.Note{Kind: trace.KindBoot}))); got.Entry != "a" || got.Steps[2].Event != 3 {
		t.Errorf("%+v", got)
	}
}
