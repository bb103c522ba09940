package campaign

import "time"

// Spread is how durations are distributed, in seconds; all is 0 if there are none.
type Spread struct {
	Runs   int     `json:"runs"` // how many there are
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	Max    float64 `json:"max"`
}

// spread sums up durations, which are sorted. A percentile is the smallest of them
// that so many of a hundred do not exceed.
func spread(sorted []time.Duration) Spread {
	n := len(sorted)
	if n == 0 {
		return Spread{}
	}
	at := func(percent int) float64 { return sorted[(percent*n+99)/100-1].Seconds() }
	return Spread{n, at(50), at(95), at(100)}
}
