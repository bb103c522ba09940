package guest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/linearizability/history"
	"raftian/netsim"
	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// ask asks a world program of the echo guest.
func ask(t *testing.T, request, body string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	program := func(env.Env) error { t.Error("a machine was started"); return nil }
	err := answer(echo(), program, strings.NewReader(request+body), &out)
	return out.String(), err
}

// line is a Request as it is sent.
func line(t *testing.T, q Request) string {
	t.Helper()
	b, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

func TestDescribeSaysWhoItIsAndWhetherRunsRepeat(t *testing.T) {
	out, err := ask(t, line(t, Request{Do: Describe}), "")
	var d Description
	if err == nil {
		err = json.Unmarshal([]byte(out), &d)
	}
	if err != nil || d.Guest != "echo" || d.Deterministic || d.Fingerprint != echo().Fingerprint() || len(d.Events) < 40 { // a test is built as usual
		t.Errorf("it says %q, %v", out, err)
	}
}

func TestDrawAnswersWithAPlan(t *testing.T) {
	out, err := ask(t, line(t, Request{Do: Draw, Options: Options{Seed: 9, Machines: 3, Faults: plan.Crash}}), "")
	if err != nil {
		t.Fatal(err)
	}
	want, err := echo().Plan(Options{Seed: 9, Machines: 3, Faults: plan.Crash})
	if err != nil {
		t.Fatal(err)
	}
	if out != want.String() {
		t.Errorf("it draws another plan than asked for:\n%.300s", out)
	}
}

func TestJudgeDecidesByTheGuestsModel(t *testing.T) {
	op := history.Op{Client: "p1", Seq: 1, Input: "hello", Output: "hello", Outcome: history.OK, Call: 10, Return: 20}
	for output, want := range map[string]linearizability.Outcome{"hello": linearizability.Pass, "goodbye": linearizability.Fail} {
		op.Output = output
		body, err := json.Marshal(Case{Machines: []string{"n1"}, Ops: []history.Op{op}})
		if err != nil {
			t.Fatal(err)
		}
		out, err := ask(t, line(t, Request{Do: Judge}), string(body))
		var v linearizability.Verdict
		if err == nil {
			err = json.Unmarshal([]byte(out), &v)
		}
		if err != nil || v.Outcome != want || v.Judge != "linearizability" {
			t.Errorf("of answer %q it says %s, %v; want %v", output, out, err, want)
		}
	}
}

func TestWhatAWorldProgramDoesNotUnderstandIsOneLine(t *testing.T) {
	chess, err := Guest{Name: "chess", Call: echo().Call}.Plan(Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ request, body, words string }{
		"nothing":           {"", "", "it is started by the command raftian"},
		"no request":        {"hello\n", "", "it is started by the command raftian"},
		"half a request":    {`{"do":"describe"}`, "", "it is started by the command raftian"},
		"unknown":           {`{"do":"dance"}` + "\n", "", `unknown request "dance"`},
		"no history":        {line(t, Request{Do: Judge}), "x", "reading the history: "},
		"no plan":           {line(t, Request{Do: Run}), "x", "line 1"},
		"another's plan":    {line(t, Request{Do: Run}), chess.String(), `the plan is for guest "chess", this program runs "echo"`},
		"too many machines": {line(t, Request{Do: Draw, Options: Options{Machines: 1000}}), "", "1000 machines"},
	} {
		out, err := ask(t, c.request, c.body)
		if err == nil || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), "\n") || out != "" {
			t.Errorf("%s: answer %q, error %v; want one line with %q", name, out, err, c.words)
		}
	}
}

// Both ends are of one version, but what is sent is kept small all the same: an
// option that was not asked for is not sent.
func TestARequestIsShort(t *testing.T) {
	if got := line(t, Request{Do: Describe}); got != `{"do":"describe","options":{"seed":0,"faults":0}}`+"\n" {
		t.Errorf("it is %s", got)
	}
}

// A guest says which kinds of event it has of its own; no plan can wait for any other.
func TestAPlanThatWaitsForWhatNobodyReportsIsRefused(t *testing.T) {
	text := "raftian plan 1\nguest echo\nmachines n1\nlength 9s\nheal 5s\nfault 1s when any called then kill n1 for 1s\n"
	g := echo()
	var refused strings.Builder
	err := answer(g, nil, strings.NewReader(line(t, Request{Do: Run})+text), &refused)
	if err == nil || !strings.HasPrefix(err.Error(), `fault 1: nothing here reports an event "called"; `) {
		t.Errorf("it is answered with %v", err)
	}
	p, err := plan.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckEvents(netsim.Events([]string{"called"})); err != nil {
		t.Error(err)
	}
}
