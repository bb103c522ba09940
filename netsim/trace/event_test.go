package trace

import (
	"math"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// anyEvent draws an event with few of its fields or all, of any content.
func anyEvent(t *rapid.T) Event {
	var e Event
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"n1", "n2", "apply", "p1", "\"\\/\b\n\x00\x7f", "é\u2028😀", "\xff\xed\xa0\x80", "\xc3"}),
		rapid.String(),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) }),
	)
	number := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(1, 300), rapid.Just[uint64](math.MaxUint64))
	some := func() bool { return rapid.Bool().Draw(t, "has") }
	e.At = env.Instant(rapid.Int64().Draw(t, "at"))
	for _, field := range []*string{&e.Kind, &e.Machine, &e.Peer, &e.Client, &e.Text} {
		if some() {
			*field = text.Draw(t, "text")
		}
	}
	for _, field := range []*uint64{&e.Boot, &e.Seq, &e.Term, &e.Index, &e.Count, &e.Hash, &e.State, &e.Conn} {
		if some() {
			*field = number.Draw(t, "number")
		}
	}
	if some() {
		e.Took = time.Duration(rapid.Int64().Draw(t, "took"))
	}
	return e
}

// anyTrace draws events, numbered.
func anyTrace(t *rapid.T) []Event {
	events := rapid.SliceOfN(rapid.Custom(anyEvent), 0, 20).Draw(t, "events")
	for i := range events {
		events[i].N = uint64(i + 1)
	}
	return events
}

// ordinary is a trace such as a run gives: n events, mostly traffic.
func ordinary(n int) []Event {
	events := make([]Event, n)
	for i := range events {
		e := &events[i]
		e.N, e.At, e.Boot = uint64(i+1), env.Instant(i)*137_211, 1
		e.Machine, e.Peer = []string{"n1", "n2", "n3"}[i%3], []string{"n2", "n3", "n1"}[i%3]
		switch i % 4 {
		case 0:
			e.Kind, e.Conn, e.Count, e.Took = KindDeliver, uint64(i/7), uint64(i%900), 741_113
		case 1:
			e.Kind, e.Peer, e.Client, e.Seq = env.KindApply, "", "p1", uint64(i)
			e.Term, e.Index = 3, uint64(i)
			e.Hash, e.State = uint64(i)*0x9e3779b97f4a7c15, uint64(i)*0xbf58476d1ce4e5b9
		case 2:
			e.Kind, e.Text, e.Term, e.Index, e.Count = env.KindRPC, "AppendEntries", 3, uint64(i), 1
		case 3:
			e.Kind, e.Peer, e.Text = env.KindDiag, "", "[WARN]  raft: failed to contact: server-id=n2 time=\"502ms\""
		}
	}
	return events
}

// digestOf is the digest over events.
func digestOf(events []Event) string {
	d := NewDigest()
	for i := range events {
		d.Add(&events[i])
	}
	return d.String()
}
