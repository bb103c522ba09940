package invariant

import (
	"time"

	"raftian/netsim/env"
)

// horizon remembers the highest value that was reached by some time before the
// end, when the end is not known yet. It keeps what was reached within that
// time, and one value before.
type horizon struct {
	back    time.Duration
	reached []step // rising in both fields
}

type step struct {
	at    env.Instant
	value uint64
}

// raise notes that value was reached at the instant; lower values than the
// highest change nothing.
func (h *horizon) raise(at env.Instant, value uint64) {
	if n := len(h.reached); n > 0 && value <= h.reached[n-1].value {
		return
	}
	h.reached = append(h.reached, step{at, value})
	for len(h.reached) > 1 && h.reached[1].at.Add(h.back) <= at {
		h.reached = h.reached[1:]
	}
}

// before returns the highest value that had been reached the time back before
// end.
func (h *horizon) before(end env.Instant) (value uint64) {
	for _, s := range h.reached {
		if s.at.Add(h.back) > end {
			break
		}
		value = s.value
	}
	return value
}
