package invariant_test

import (
	"strings"
	"testing"

	"raftian/linearizability/invariant"
	"raftian/linearizability/verdict"
)

const indexPanic = `2 events flushed
panic: runtime error: index out of range [17] with length 3

goroutine 52 [running]:
panic({0x8f1e20?, 0xc0001181b0?})
	/usr/local/go/src/runtime/panic.go:783 +0x132
runtime.goPanicIndex(0x11, 0x3)
	/usr/local/go/src/runtime/panic.go:115 +0x74
github.com/hashicorp/raft.(*Raft).processLogs(0xc000196008, 0x2a, 0x0)
	raft.go:1301 +0x205
created by github.com/hashicorp/raft.(*raftState).goFunc in goroutine 9
	state.go:149 +0x78

goroutine 1 [synctest.Run]:
main.main()
`

func TestASilentExitIsNoPanic(t *testing.T) {
	for _, exit := range []string{"", "\n"} {
		if v := invariant.NewProcess(exit, 7).Verdict(); v.Outcome != verdict.Pass {
			t.Errorf("after %q: %v %s", exit, v.Outcome, v.Reason)
		}
	}
}

func TestAPanicIsNamedByItsCauseAndPlace(t *testing.T) {
	v := invariant.NewProcess(indexPanic, 7).Verdict()
	if v.Outcome != verdict.Fail || len(v.Evidence) != 2 {
		t.Fatalf("got %+v", v)
	}
	if want := "the last one before panic: runtime error: index out of range [17] with length 3"; v.Evidence[0].Event != 7 || v.Evidence[0].Text != want {
		t.Errorf("the cause is %+v, want event 7, %q", v.Evidence[0], want)
	}
	if want := "in github.com/hashicorp/raft.(*Raft).processLogs"; v.Evidence[1].Text != want {
		t.Errorf("the place is %q, want %q", v.Evidence[1].Text, want)
	}
	want := "panic: runtime error: index out of range [#] with length # in github.com/hashicorp/raft.(*Raft).processLogs"
	if v.Signature != want {
		t.Errorf("the signature is %q, want %q", v.Signature, want)
	}
}

func TestTwoPanicsOfOneKindHaveOneSignature(t *testing.T) {
	other := strings.NewReplacer("[17]", "[4]", "length 3", "length 2", "goroutine 52", "goroutine 9",
		"0xc000196008", "0xc000200000").Replace(indexPanic)
	a, b := invariant.NewProcess(indexPanic, 7).Verdict(), invariant.NewProcess(other, 8).Verdict()
	if a.Signature != b.Signature {
		t.Errorf("%q and %q", a.Signature, b.Signature)
	}
	c := invariant.NewProcess(strings.Replace(indexPanic, "index out of range", "nil map", 1), 7).Verdict()
	if a.Signature == c.Signature {
		t.Errorf("different causes have the one signature %q", a.Signature)
	}
}

func TestWordsWithoutAPanicAreNotCleanEither(t *testing.T) {
	v := invariant.NewProcess("killed after 60 s\n", 7).Verdict()
	if v.Outcome != verdict.Fail || v.Signature != "killed after # s" {
		t.Errorf("got %+v", v)
	}
}
