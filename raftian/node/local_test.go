package node

import (
	"slices"
	"testing"

	"raftian/netsim/env"
)

func entry(index uint64, text string) Entry {
	return Entry{Index: index, Term: 1, Client: "p1", Seq: index, Text: text}
}

// follow has a local log take entries and returns where it ends and its notes.
func follow(entries ...Entry) (tip, []env.Note) {
	var n notes
	l := localLog{env: &n, tip: tip{chain: chainStart}}
	for k, e := range entries {
		l.add(e, uint64(k+1))
	}
	return l.tip, n.list
}

func TestTheFeedAndTheLocalLogAgree(t *testing.T) {
	f := newFeed()
	for k, text := range []string{"a", "b", "c"} {
		f.add(entry(uint64(2*k+1), text)) // entries that are no commands lie between
	}
	end, said := follow(f.take(nil)...)
	if end != f.tip || end.index != 5 || len(said) != 3 {
		t.Errorf("the local log ends at %+v with %d notes; the feed at %+v", end, len(said), f.tip)
	}
	if want := (env.Note{Kind: env.KindLocal, Index: 5, Count: 3, Hash: f.chain}); said[2] != want {
		t.Errorf("the last note is %+v; want %+v", said[2], want)
	}
	if rest := f.take(nil); len(rest) != 0 {
		t.Errorf("the feed gives %v a second time", rest)
	}
}

func TestALocalLogThatJumpsEndsLikeOneThatSawItAll(t *testing.T) {
	a, b, c := entry(1, "a"), entry(2, "b"), entry(3, "c")
	whole, _ := follow(a, b, c)
	upToB, _ := follow(a, b)
	jumped, said := follow(Entry{Index: 2, Jump: true, Chain: upToB.chain}, c)
	if jumped != whole {
		t.Errorf("with a jump it ends at %+v; without at %+v", jumped, whole)
	}
	if said[0].Text != "jump" || said[0].Index != 2 || said[1].Text != "" {
		t.Errorf("it says %+v", said)
	}
}

func TestAnEntryALocalLogHasChangesNothing(t *testing.T) {
	a, b := entry(1, "a"), entry(2, "b")
	whole, _ := follow(a, b)
	again, said := follow(a, b, a, b, Entry{Index: 2, Jump: true, Chain: 7}, Entry{Index: 1, Jump: true, Chain: 7})
	if again != whole || len(said) != 2 {
		t.Errorf("told twice it ends at %+v with %d notes; once at %+v", again, len(said), whole)
	}
}

func TestTheChainTellsEntriesApart(t *testing.T) {
	base := Entry{Index: 1, Client: "p1", Seq: 1, Text: "a"}
	others := []Entry{base, base, base, base}
	others[0].Index = 2
	others[1].Client = "p2"
	others[2].Seq = 2
	others[3].Text = "b"
	seen := []uint64{link(chainStart, base)}
	for _, e := range others {
		h := link(chainStart, e)
		if slices.Contains(seen, h) {
			t.Errorf("%+v has the hash of another entry", e)
		}
		seen = append(seen, h)
	}
	if ab, ba := link(link(chainStart, others[0]), base), link(link(chainStart, base), others[0]); ab == ba {
		t.Error("the chain does not follow the order")
	}
}
