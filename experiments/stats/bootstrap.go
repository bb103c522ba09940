package stats

import (
	"math/rand/v2"
	"slices"
)

// resamples is how many samples are drawn from a sample.
const resamples = 2000

// Estimate is a median and the interval in which the true one lies with a confidence of
// 95 %. With fewer than five values an interval is hardly more than their range, and
// with one it is that one.
type Estimate struct {
	Median, Low, High float64
	N                 int
}

// Estimated estimates the median of what the values were drawn from by the percentile
// bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13):
// as many values are drawn from them, with replacement, 2,000 times over, and the
// interval is what the middle 95 % of the medians lie in. The same values and seed give
// the same interval.
func Estimated(values []float64, seed uint64) Estimate { return bootstrap(values, seed, middle) }

// EstimatedMean is the same of the mean, in the field Median.
func EstimatedMean(values []float64, seed uint64) Estimate { return bootstrap(values, seed, mean) }

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// bootstrap does so with what is asked of a sample, which is sorted.
func bootstrap(values []float64, seed uint64, what func(sorted []float64) float64) Estimate {
	e := Estimate{N: len(values)}
	if e.N == 0 {
		return e
	}
	sorted := slices.Sorted(slices.Values(values)) // so that their order does not matter
	e.Median = what(sorted)
	rng := rand.New(rand.NewPCG(seed, uint64(e.N)))
	sample, medians := make([]float64, e.N), make([]float64, resamples)
	for k := range medians {
		for i := range sample {
			sample[i] = sorted[rng.IntN(e.N)]
		}
		slices.Sort(sample)
		medians[k] = what(sample)
	}
	e.Low, e.High = Quantile(medians, 0.025), Quantile(medians, 0.975)
	return e
}

// Apart says whether two intervals have no value in common: then the medians differ.
// Intervals that overlap say nothing.
func (e Estimate) Apart(o Estimate) bool { return e.High < o.Low || o.High < e.Low }
