package script_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"raftian/linearizability/internal/script"
	"raftian/netsim/env"
	"raftian/netsim/trace"
)

func TestALineIsAnEvent(t *testing.T) {
	events, err := script.Parse(`
		# what is said of a trace
		0.25 n1/2 append index=7 term=4 hash=a1 command
		3    -    heal
		4    n1   rpc peer=n2 took=5ms AppendEntries seq is part of the text`)
	want := []trace.Event{
		{N: 1, At: env.Instant(250 * time.Millisecond), Machine: "n1", Boot: 2,
			Note: env.Note{Kind: env.KindAppend, Index: 7, Term: 4, Hash: 361, Text: "command"}},
		{N: 2, At: env.Instant(3 * time.Second), Note: env.Note{Kind: trace.KindHeal}},
		{N: 3, At: env.Instant(4 * time.Second), Machine: "n1", Boot: 1,
			Note: env.Note{Kind: env.KindRPC, Peer: "n2", Took: 5 * time.Millisecond, Text: "AppendEntries seq is part of the text"}},
	}
	if err != nil || !reflect.DeepEqual(events, want) {
		t.Errorf("got %+v (%v)", events, err)
	}
}

func TestAnErrorNamesTheLine(t *testing.T) {
	for _, bad := range []string{"soon n1 boot", "1 n1", "1 n1/x boot", "1 n1 append index=x", "1 n1 rpc took=1"} {
		if _, err := script.Parse("1 n1 boot\n" + bad); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
