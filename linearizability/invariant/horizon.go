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
	by    sighting
	value uint64
}

// raise notes that value was reached; lower values than the highest change
// nothing.
func (h *horizon) raise(by sighting, value uint64) {
	if n := len(h.reached); n > 0 && value <= h.reached[n-1].value {
		return
	}
	h.reached = append(h.reached, step{by, value})
	for len(h.reached) > 1 && h.reached[1].by.at.Add(h.back) <= by.at {
		h.reached = h.reached[1:]
	}
}

// before returns the highest value that had been reached the time back before
// end, and by whom.
func (h *horizon) before(end env.Instant) (m mark) {
	for _, s := range h.reached {
		if s.by.at.Add(h.back) > end {
			break
		}
		m = mark{s.value, s.by}
	}
	return m
}
