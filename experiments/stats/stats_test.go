package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestKnownMediansAndQuantiles(t *testing.T) {
	for _, c := range []struct {
		values           []float64
		median, p95, max float64
	}{
		{nil, 0, 0, 0},
		{[]float64{7}, 7, 7, 7},
		{[]float64{3, 1}, 2, 3, 3},
		{[]float64{9, 1, 5}, 5, 9, 9},
		{[]float64{20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 10.5, 19, 20},
	} {
		if m, q, most := Median(c.values), Quantile(c.values, 0.95), Quantile(c.values, 1); m != c.median || q != c.p95 || most != c.max {
			t.Errorf("%v: median %v, 95th percentile %v, largest %v", c.values, m, q, most)
		}
	}
}

// quantileTwin computes a quantile by counting.
func quantileTwin(values []float64, q float64) float64 {
	best := math.Inf(1)
	for _, v := range values {
		below := 0
		for _, w := range values {
			if w <= v {
				below++
			}
		}
		if float64(below) >= q*float64(len(values)) {
			best = min(best, v)
		}
	}
	return best
}

func TestQuantileAgainstCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-5, 5), 1, 30).Draw(t, "values")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		before := slices.Clone(values)
		if got, want := Quantile(values, q), quantileTwin(values, q); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
		if !slices.Equal(before, values) {
			t.Fatal("the values were moved")
		}
	})
}

// everySample is the exact bootstrap: the medians of all possible samples.
func everySample(values []float64) (low, high float64) {
	n := len(values)
	total := 1
	for range n {
		total *= n
	}
	var medians []float64
	for k := range total {
		var sample []float64
		for range n {
			sample = append(sample, values[k%n])
			k /= n
		}
		medians = append(medians, Median(sample))
	}
	return quantileTwin(medians, 0.025), quantileTwin(medians, 0.975)
}

// With few values the bootstrap finds the exact interval, except where a bound lies
// just at 2.5 %; then it is a neighbouring value.
func TestBootstrapAgainstExactDistribution(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	same := 0
	const cases = 40
	for range cases {
		values := make([]float64, 2+rng.IntN(4))
		for k := range values {
			values[k] = rng.NormFloat64()
		}
		low, high := everySample(values)
		e := EstimateMedian(values, rng.Uint64())
		if e.Median != Median(values) || e.N != len(values) || e.Low > e.Median || e.High < e.Median {
			t.Fatalf("%v: %+v", values, e)
		}
		if e.Low == low && e.High == high {
			same++
		}
	}
	if same < cases*8/10 {
		t.Errorf("%d of %d intervals are those of all samples", same, cases)
	}
}

// About 95 of 100 intervals hold the true median.
func TestIntervalCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	held := 0
	const samples = 400
	for range samples {
		values := make([]float64, 20)
		for k := range values {
			values[k] = rng.ExpFloat64()
		}
		e := EstimateMedian(values, rng.Uint64())
		if e.Low <= math.Ln2 && math.Ln2 <= e.High {
			held++
		}
	}
	if share := float64(held) / samples; share < 0.9 || share > 0.99 {
		t.Errorf("%.3f of the intervals hold the true median", share)
	}
}

func TestEstimateDeterministic(t *testing.T) {
	a := EstimateMedian([]float64{4, 1, 3, 9, 2, 8}, 5)
	b := EstimateMedian([]float64{9, 8, 4, 3, 2, 1}, 5)
	if a != b {
		t.Errorf("%+v, and in another order %+v", a, b)
	}
	if a == EstimateMedian([]float64{4, 1, 3, 9, 2, 7}, 5) {
		t.Error("other values come to the same")
	}
	if none := EstimateMedian(nil, 1); none != (Estimate{}) {
		t.Errorf("of nothing: %+v", none)
	}
	if !(Estimate{Low: 1, High: 2}).Disjoint(Estimate{Low: 3, High: 4}) || (Estimate{Low: 1, High: 3}).Disjoint(Estimate{Low: 2, High: 4}) {
		t.Error("apart is not apart")
	}
}

// For large samples the interval of a mean is 1.96 standard errors to each side.
func TestMeanIntervalAgainstNormal(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	values, sum, squares := make([]float64, 500), 0.0, 0.0
	for k := range values {
		values[k] = rng.NormFloat64()
		sum, squares = sum+values[k], squares+values[k]*values[k]
	}
	n := float64(len(values))
	wide := 2 * 1.96 * math.Sqrt((squares/n-sum*sum/n/n)/n)
	e := EstimateMean(values, 1)
	if math.Abs(e.Median-sum/n) > 1e-12 || math.Abs((e.High-e.Low)/wide-1) > 0.1 {
		t.Errorf("%+v; the mean is %v, and the interval should be %v wide", e, sum/n, wide)
	}
}
