package stats

import (
	"math/rand/v2"
	"slices"
)

// resamples is the number of bootstrap samples.
const resamples = 2000

// Estimate is an estimate with its 95 % confidence interval. With fewer than five
// values the interval is hardly more than their range, and with one value it is that
// value.
type Estimate struct {
	Median, Low, High float64
	N                 int
}

// EstimateMedian estimates the population median with the percentile bootstrap (Efron
// and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13): 2,000 samples of
// the same size are drawn with replacement, and the interval holds the middle 95 % of
// their medians. The result depends only on the values and the seed.
func EstimateMedian(values []float64, seed uint64) Estimate {
	return bootstrap(values, seed, medianOfSorted)
}

// EstimateMean does the same for the mean, which it returns in the field Median.
func EstimateMean(values []float64, seed uint64) Estimate { return bootstrap(values, seed, mean) }

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// bootstrap estimates a statistic, which is given a sorted sample.
func bootstrap(values []float64, seed uint64, statistic func(sorted []float64) float64) Estimate {
	e := Estimate{N: len(values)}
	if e.N == 0 {
		return e
	}
	sorted := slices.Sorted(slices.Values(values)) // makes the result independent of their order
	e.Median = statistic(sorted)
	rng := rand.New(rand.NewPCG(seed, uint64(e.N)))
	sample, estimates := make([]float64, e.N), make([]float64, resamples)
	for k := range estimates {
		for i := range sample {
			sample[i] = sorted[rng.IntN(e.N)]
		}
		slices.Sort(sample)
		estimates[k] = statistic(sample)
	}
	e.Low, e.High = Quantile(estimates, 0.025), Quantile(estimates, 0.975)
	return e
}

// Disjoint reports whether two intervals have no value in common, which means that the
// medians differ. Overlapping intervals mean nothing.
func (e Estimate) Disjoint(o Estimate) bool { return e.High < o.Low || o.High < e.Low }
