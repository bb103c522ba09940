package replay

import (
	"bytes"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// A read is placed by the log if it returns the index of the entry whose state it saw,
// and otherwise by the search.
func TestReadsAreLinearized(t *testing.T) {
	var b bytes.Buffer
	w, err := trace.NewWriter(&b, trace.Header{Guest: "game", Plan: threeMachines().String()})
	if err != nil {
		t.Fatal(err)
	}
	at := env.Instant(0)
	put := func(machine string, n env.Note) {
		at += 1000
		if err := w.Event(&trace.Event{At: at, Machine: machine, Boot: 1, Note: n}); err != nil {
			t.Fatal(err)
		}
	}
	put("n1", env.Note{Kind: env.KindInvoke, Client: "p1", Seq: 1, Text: "n1 attack n2"})
	put("n2", env.Note{Kind: env.KindInvoke, Client: "p2", Seq: 1, Text: "verified look n2"})
	put("n3", env.Note{Kind: env.KindInvoke, Client: "p3", Seq: 1, Text: "verified look n2"})
	put("n1", env.Note{Kind: env.KindApply, Client: "p1", Seq: 1, Index: 3, Term: 1, Hash: 7})
	put("n1", env.Note{Kind: env.KindReturn, Client: "p1", Seq: 1, Index: 3, Text: "ok hit n2 90"})
	put("n2", env.Note{Kind: env.KindReturn, Client: "p2", Seq: 1, Index: 3, Text: "ok n2 health 90 score 0"})
	put("n3", env.Note{Kind: env.KindReturn, Client: "p3", Seq: 1, Text: "ok n2 health 100 score 0"})
	if err := w.Close(trace.Trailer{}); err != nil {
		t.Fatal(err)
	}
	r := read(t, b.Bytes())
	if len(r.Ops) != 3 {
		t.Fatalf("%d ops", len(r.Ops))
	}
	for i, want := range []struct{ known, chosen bool }{{}, {true, false}, {true, true}} {
		if p := r.Ops[i].Point; p.Known != want.known || p.Chosen != want.chosen {
			t.Errorf("%s has the place %+v", r.Ops[i].Input, p)
		}
	}
	attack, late, early := r.Ops[0].Applied, r.Ops[1].Point.At, r.Ops[2].Point.At
	if early > attack || late < attack {
		t.Errorf("the attack takes effect at %v; who saw it read at %v, and who did not at %v", attack, late, early)
	}
}
