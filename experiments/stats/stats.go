// Package stats summarises repeated measurements: medians, quantiles, and confidence
// intervals.
//
//	stats.go      Median, Quantile
//	bootstrap.go  Estimate: a median or mean with its confidence interval
package stats

import "slices"

// Median returns the median: the mean of the two middle values if their number is even,
// and 0 for no values.
func Median(values []float64) float64 {
	return medianOfSorted(slices.Sorted(slices.Values(values)))
}

func medianOfSorted(sorted []float64) float64 {
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// Quantile returns the smallest value that at least the share q of the values do not
// exceed (nearest rank); 0 for no values. For q = 0 it is the smallest value, for q = 1
// the largest.
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
