package trace_test

import (
	"testing"

	"raftian/netsim/trace"
)

func TestOneOfAThingIsNotSeveral(t *testing.T) {
	for want, got := range map[string]string{
		"1 run": trace.Some(1, "run"), "2 runs": trace.Some(2, "run"), "0 faults": trace.Some(0, "fault"),
		"1 entry": trace.Some(uint64(1), "entry"), "3 entries": trace.Some(uint64(3), "entry"), "4 histories": trace.Some(4, "history"),
		"2 relays": trace.Some(int64(2), "relay"),
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
