package invariant

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

func TestAHorizonRemembersWhatWasReachedByThen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := horizon{back: time.Duration(rapid.IntRange(0, 20).Draw(t, "back"))}
		var all []step
		var now env.Instant
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			now += env.Instant(rapid.IntRange(0, 9).Draw(t, "later"))
			s := step{sighting{at: now}, rapid.Uint64Range(1, 50).Draw(t, "value")}
			all = append(all, s)
			h.raise(s.by, s.value)
		}
		end := now + env.Instant(rapid.IntRange(0, 9).Draw(t, "rest"))
		var want uint64
		for _, s := range all {
			if s.by.at.Add(h.back) <= end {
				want = max(want, s.value)
			}
		}
		if got := h.before(end).value; got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	})
}
