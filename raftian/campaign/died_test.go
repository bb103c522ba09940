package campaign

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/netsim/toolchain"
	"raftian/netsim/trace"
)

func TestAProgramThatPanicsIsARunWithAllItsEvents(t *testing.T) {
	p := faulty(t)
	r, err := p.Run(t.Context(), faultyPlan(t, "add", "get", "panic"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(r.Exit, "panic: planted at entry ") {
		t.Errorf("the run's last words begin with %.80q", r.Exit)
	}
	if len(r.History) != 3 || r.History[1].Output != "1" || r.History[2].Input != "panic" || r.History[2].Return != 0 {
		t.Errorf("the history is %+v; want add, get with answer 1, and a panic without", r.History)
	}
	v := verdictOf(t, r, "no-panic")
	if v.Outcome != linearizability.Fail || !strings.Contains(v.Reason, "panic: planted at entry") {
		t.Errorf("no-panic says %v: %s", v.Outcome, v.Reason)
	}
	if len(v.Evidence) != 2 || !strings.HasSuffix(v.Evidence[1].Text, "main.(*counter).Apply") {
		t.Errorf("its evidence is %v; want the panic and the guest's function", v.Evidence)
	}

	file := filepath.Join(t.TempDir(), "panic.run")
	if err := r.Save(file, p); err != nil {
		t.Fatal(err)
	}
	again := check(t, p, file)
	if got := verdictOf(t, again, "no-panic"); got.Reason != v.Reason {
		t.Errorf("judged again, no-panic says %q; it said %q", got.Reason, v.Reason)
	}
	f := open(t, file)
	if again, d, err := Rerun(t.Context(), p, f); err != nil || d != nil || again.Digest != r.Digest {
		t.Errorf("run again it gives %v, difference %+v", err, d)
	}
}

// The events a World has gathered die with it; they are had by running it again.
func TestTheLastEventBeforeAPanicIsKept(t *testing.T) {
	p := faulty(t)
	r, err := p.Run(t.Context(), faultyPlan(t, "panic"))
	if err != nil {
		t.Fatal(err)
	}
	var last trace.Event
	var kinds []string
	j := trace.NewDecoder(strings.NewReader(string(r.Wire)))
	for j.Next(&last) == nil {
		kinds = append(kinds, last.Kind)
	}
	if len(kinds) == 0 || uint64(len(kinds)) != r.Events {
		t.Fatalf("%d events in the trace, %d counted", len(kinds), r.Events)
	}
	// The command is made durable before it is applied, within milliseconds.
	const invoked = env.Instant(time.Second)
	if last.At < invoked || last.At > invoked.Add(50*time.Millisecond) {
		t.Errorf("the last event is a %s at %s; the panic was called for at %s", last.Kind, last.At, invoked)
	}
}

func TestAProgramThatComputesForEverIsStopped(t *testing.T) {
	p := faulty(t)
	p.Patience = time.Second
	began := time.Now()
	r, err := p.Run(t.Context(), faultyPlan(t, "add", "spin", "add"))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("stopped only after %s", took)
	}
	if want := "stuck: nothing happens for 1s of real time; on n2 (incarnation 1) a goroutine computes in main.(*counter).Apply at "; !strings.HasPrefix(r.Exit, want) {
		t.Errorf("the run ended with %.300q; want %q", r.Exit, want)
	}
	if v := verdictOf(t, r, "no-panic"); v.Outcome != linearizability.Fail || !strings.Contains(v.Reason, "stuck") {
		t.Errorf("no-panic says %v: %s", v.Outcome, v.Reason)
	}
	if len(r.History) < 2 || r.History[1].Input != "spin" {
		t.Errorf("the history is %+v; want the call that spins in it", r.History)
	}
}

// A process that cannot be started, or is not the one that was built, is the
// tool's failure, and no run.
func TestAProgramThatIsGoneIsNoRun(t *testing.T) {
	p := faulty(t)
	p.Program = toolchain.Program{Path: filepath.Join(t.TempDir(), "gone")}
	if r, err := p.Run(t.Context(), faultyPlan(t, "add")); err == nil {
		t.Errorf("it gave a run: %+v", r)
	}
}
