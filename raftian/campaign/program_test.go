package campaign

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/guest"
)

// buildFaulty builds the program of testdata/faulty, once.
var buildFaulty = sync.OnceValues(func() (*Program, error) {
	return Build(context.Background(), toolchain.Options{Package: "./testdata/faulty"})
})

// faulty is a copy of that program, whose fields a test may set.
func faulty(t *testing.T) *Program {
	t.Helper()
	campaigntest.Sources(t)
	p, err := buildFaulty()
	if err != nil {
		t.Fatal(err)
	}
	own := *p
	return &own
}

// faultyPlan is a plan of three machines and five seconds with a call of each
// text, one every 10 ms from the second second on.
func faultyPlan(t *testing.T, texts ...string) plan.Plan {
	t.Helper()
	var b strings.Builder
	b.WriteString("raftian plan 1\nguest faulty\nmachines n1 n2 n3\nlength 5s\nheal 2500ms\nshuffle on\n" +
		"net delay 500us jitter 1ms loss 0\ndisk sync 200us jitter 300us\nset peers n1,n2,n3\n")
	for k, text := range texts {
		fmt.Fprintf(&b, "call %s n%d p%d %d %s\n", time.Second+time.Duration(k)*10*time.Millisecond, k%3+1, k%3+1, k/3+1, text)
	}
	p, err := plan.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// adds is n calls of "add".
func adds(n int) []string {
	texts := make([]string, n)
	for k := range texts {
		texts[k] = "add"
	}
	return texts
}

// smallDraw asks for runs that are over soon.
func smallDraw() guest.Options {
	return guest.Options{Machines: 3, Length: 5 * time.Second, Rate: rateClean, Faults: plan.Crash}
}

// verdictOf finds a judge's verdict.
func verdictOf(t *testing.T, r *Result, judge string) linearizability.Verdict {
	t.Helper()
	for _, v := range r.Verdicts {
		if v.Judge == judge {
			return v
		}
	}
	t.Fatalf("no verdict of %s among %v", judge, r.Verdicts)
	return linearizability.Verdict{}
}

func TestABuiltProgramSaysWhoItIs(t *testing.T) {
	p := faulty(t)
	if p.Guest != "faulty" || len(p.Digest) != 64 || p.Raft == "" {
		t.Errorf("guest %q, digest %q, raft %q", p.Guest, p.Digest, p.Raft)
	}
}

func TestWhatCannotBeAWorldProgramIsSaidInOneLine(t *testing.T) {
	campaigntest.Sources(t)
	for pkg, want := range map[string]string{
		"./testdata/absent":   "there is no such package (go said: ",
		"raftian/nowhere":     "there is no such package (go said: ",
		"raftian/netsim/plan": "package plan, not a command",
		"raftian/raftian":     "asked what it is, it said: raftian: say what to do",
	} {
		_, err := Build(t.Context(), toolchain.Options{Package: pkg})
		if !errors.Is(err, ErrNoWorld) || !strings.Contains(fmt.Sprint(err), want) || strings.Contains(fmt.Sprint(err), "\n") {
			t.Errorf("building %s: %v; want an ErrNoWorld with %q", pkg, err, want)
		}
	}
}

// The cache forgets the programs that were not used for longest.
func TestAProgramThatRunsIsNotTheNextToBeForgotten(t *testing.T) {
	p := faulty(t)
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(p.Path, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(t.Context(), faultyPlan(t)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(p.Path)
	if err != nil {
		t.Fatal(err)
	}
	if age := time.Since(info.ModTime()); age > time.Minute {
		t.Errorf("a program that has just run counts as unused for %s", age)
	}
}

// A command from before a change of the rules would call what happens wrong.
func TestAWorldOfOtherRulesIsRefused(t *testing.T) {
	campaigntest.Sources(t)
	_, err := Build(t.Context(), toolchain.Options{Package: "./testdata/otherrules"})
	if err == nil || !strings.Contains(err.Error(), "plays by other rules") || strings.Contains(err.Error(), "\n") {
		t.Errorf("it is built, with error %v", err)
	}
}
