package trace

import (
	"testing"
	"time"
)

func TestDurationsAreBrief(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 µs", 308 * time.Microsecond: "308 µs", 4714 * time.Microsecond: "4.7 ms",
		613600 * time.Microsecond: "613.6 ms", 2004 * time.Millisecond: "2.00 s", 90 * time.Second: "90.00 s",
	} {
		if got := Brief(d); got != want {
			t.Errorf("%d ns are %q; want %q", d, got, want)
		}
	}
}
