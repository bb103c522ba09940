package env_test

import (
	"testing"
	"time"

	"raftian/netsim/env"
)

func TestInstantsCountFromTheBeginning(t *testing.T) {
	at := env.Instant(0).Add(1500 * time.Millisecond)
	if d := at.Sub(env.Instant(time.Second)); d != 500*time.Millisecond {
		t.Errorf("1.5s is %v after 1s; want 500ms", d)
	}
	if s := at.Seconds(); s != 1.5 {
		t.Errorf("in seconds it is %v; want 1.5", s)
	}
}

// All nine decimals, so that instants line up below each other.
func TestInstantsPrintInSeconds(t *testing.T) {
	for want, i := range map[string]env.Instant{
		"0.000000000s":    0,
		"0.000000001s":    1,
		"1.500000000s":    env.Instant(1500 * time.Millisecond),
		"3600.000000042s": env.Instant(time.Hour + 42),
		"-0.250000000s":   env.Instant(-250 * time.Millisecond),
	} {
		if got := i.String(); got != want {
			t.Errorf("%d nanoseconds print as %q; want %q", int64(i), got, want)
		}
	}
}
