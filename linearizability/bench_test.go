package linearizability

import (
	"testing"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// busy is a minute of a cluster of five with the events of a real run around
// those that judges read: some 4,000 a second, most of them about the network.
func busy() []trace.Event {
	noise := []string{
		trace.KindDeliver, env.KindRPC, trace.KindDeliver, env.KindReply, trace.KindFsync,
		trace.KindDeliver, env.KindRPC, trace.KindDeliver, env.KindReply,
	}
	var events []trace.Event
	for i, e := range clean(1, 60_000) {
		events = append(events, e)
		for k, kind := range noise {
			if (i+k)%2 == 0 {
				events = append(events, trace.Event{
					At: e.At, Machine: e.Machine, Boot: e.Boot,
					Note: env.Note{Kind: kind, Peer: "n1", Text: "AppendEntries"},
				})
			}
		}
	}
	for i := range events {
		events[i].N = uint64(i + 1)
		events[i].At = env.Instant(i) * env.Instant(time.Second/4000)
	}
	return events
}

// BenchmarkPanel measures all judges over a minute, their verdicts included.
func BenchmarkPanel(b *testing.B) {
	events := busy()
	o := options()
	o.RPCCeiling = 4000
	o.Bound = 50 * time.Millisecond // the quiet end is short here
	b.ReportAllocs()
	for b.Loop() {
		for _, v := range verdicts(events, o) {
			if v.Outcome != Pass {
				b.Fatalf("%s says %v: %s", v.Judge, v.Outcome, v.Reason)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(events)), "ns/event")
}
