// Package stats says what repeated measurements come to: medians, percentiles, and how
// far a median may be off.
//
//	stats.go      Median, Quantile
//	bootstrap.go  Estimate: a median and its confidence interval
package stats

import "slices"

// Median is the middle of some values, or the mean of the two in the middle; 0 if there
// are none.
func Median(values []float64) float64 {
	return middle(slices.Sorted(slices.Values(values)))
}

func middle(sorted []float64) float64 {
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// Quantile is the smallest of some values that at least the share q of them do not
// exceed (the nearest rank); 0 if there are none. Of 0 it is the smallest, of 1 the
// largest.
func Quantile(values []float64, q float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := 1
	for rank < n && float64(rank) < q*float64(n) {
		rank++
	}
	return sorted[rank-1]
}
