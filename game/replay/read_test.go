package replay

import (
	"bytes"
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// file returns a run file of n events, mostly messages.
func file(tb testing.TB, n int) []byte {
	tb.Helper()
	var b bytes.Buffer
	p := threeMachines()
	p.Heal = env.Instant(time.Second)
	w, err := trace.NewWriter(&b, trace.Header{Guest: "game", Plan: p.String()})
	d := trace.NewDigest()
	for i := 0; i < n && err == nil; i++ {
		e := trace.Event{N: uint64(i + 1), At: env.Instant(i) * 9_000, Machine: p.Machines[i%3], Boot: 1}
		e.Peer, e.Term, e.Index = p.Machines[(i+1)%3], 3, uint64(i/4+1)
		switch i % 4 {
		case 0:
			e.Kind, e.Client, e.Seq, e.Text = env.KindInvoke, "p1", uint64(i), "n1 attack n2"
		case 1:
			e.Kind, e.Text, e.Hash = env.KindAppend, "command", uint64(i)
		case 2:
			e.Kind, e.Client, e.Seq, e.Hash = env.KindApply, "p1", uint64(i-2), uint64(i-1)
		case 3:
			e.Kind, e.Conn, e.Took = trace.KindDeliver, 1, 40*time.Microsecond
		}
		d.Add(&e)
		err = w.Event(&e)
	}
	if err == nil {
		err = w.Section(TagVerdict, map[string]string{"judge": "monotonic", "outcome": "pass"})
	}
	if err == nil {
		err = w.Close(trace.Trailer{Digest: d.String()})
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func read(tb testing.TB, b []byte) *Run {
	tb.Helper()
	from, err := trace.NewReader(bytes.NewReader(b))
	if err != nil {
		tb.Fatal(err)
	}
	defer from.Close()
	r, err := Read(from, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestTruncatedFile(t *testing.T) {
	b := file(t, 40_000)
	whole := read(t, b)
	if whole.Broken != nil || whole.Events() != 40_000 || len(whole.Verdicts) != 1 {
		t.Fatalf("%d events, %d verdicts, %v", whole.Events(), len(whole.Verdicts), whole.Broken)
	}
	cut := read(t, b[:len(b)/2])
	if cut.Broken == nil || cut.Events() < 1000 || cut.Events() >= 40_000 {
		t.Errorf("half of the file gives %d events (%v)", cut.Events(), cut.Broken)
	}
}

func TestReadingStopsWhenCanceled(t *testing.T) {
	from, err := trace.NewReader(bytes.NewReader(file(t, 40_000)))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	var seen []int
	_, err = Read(from, func(events int) bool {
		seen = append(seen, events)
		return len(seen) < 2
	})
	if err != ErrStopped || len(seen) != 2 {
		t.Errorf("%v after %v", err, seen)
	}
}

// BenchmarkMillion reads a million events and builds their Run.
func BenchmarkMillion(b *testing.B) {
	bytes := file(b, 1_000_000)
	for b.Loop() {
		if r := read(b, bytes); r.Events() != 1_000_000 {
			b.Fatal(r.Events())
		}
	}
}

func BenchmarkSeek(b *testing.B) {
	r := read(b, file(b, 1_000_000))
	c := NewCursor(r)
	n := 0
	for b.Loop() {
		n = (n + 499_979) % r.Events()
		c.SeekEvent(n)
	}
}
