package draws_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/metric/draws"
)

// The mean score of a conversation, of which some rows were completed five times. Each
// completion gives a mean and its squared standard error.
func ExamplePool() {
	means := []float64{0.42, 0.55, 0.47, 0.61, 0.50}
	squaredErrors := []float64{0.010, 0.012, 0.011, 0.009, 0.010}
	p := draws.Pool(means, squaredErrors)
	low, high := p.Interval(0.95)
	fmt.Printf("%.2f [%.2f, %.2f]\n", p.Estimate, low, high)
	fmt.Printf("share of the variance from what is missing: %.2f\n", (p.Total-p.Within)/p.Total)
	// Output:
	// 0.51 [0.24, 0.78]
	// share of the variance from what is missing: 0.38
}

// By hand: estimates 1, 2, 3 have the mean 2 and the variance 1; with variances of mean 1/2,
// Total = 1/2 + 4/3 = 11/6 and Freedom = 2·(11/8)² = 121/32.
func TestPoolByHand(t *testing.T) {
	p := draws.Pool([]float64{1, 2, 3}, []float64{0.4, 0.5, 0.6})
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"estimate", p.Estimate, 2}, {"within", p.Within, 0.5}, {"between", p.Between, 1}, {"total", p.Total, 11. / 6}, {"freedom", p.Freedom, 121. / 32}} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("%s: got %g, want %g", c.name, c.got, c.want)
		}
	}
	same := draws.Pool([]float64{1, 1}, []float64{4, 4})
	low, high := same.Interval(0.95)
	if !math.IsInf(same.Freedom, 1) || math.Abs(low-(1-2*1.959964)) > 1e-5 || math.Abs(high-(1+2*1.959964)) > 1e-5 {
		t.Errorf("nothing missing: got %+v, [%g, %g], want the normal interval", same, low, high)
	}
	text, err := json.Marshal(same)
	if err != nil {
		t.Fatal(err)
	}
	var back draws.Pooled
	if err := json.Unmarshal(text, &back); err != nil || back != same {
		t.Errorf("got %+v and %v, want %+v", back, err, same)
	}
}

// The interval of a mean of which half the values are missing holds the truth as often as
// its level says when the missing values are drawn from their posterior distribution, and
// less often when they are all filled with the mean. 2,000 repetitions have a standard
// error of .005 at .95; 3 of them are allowed.
func TestPooledIntervalsCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 1))
	const repetitions, n, seen, completions = 2000, 60, 30, 20
	held, heldByMean := 0.0, 0.0
	for range repetitions {
		x := make([]float64, n)
		mean := 0.0
		for i := range seen {
			x[i] = rng.NormFloat64()
			mean += x[i] / seen
		}
		var estimates, variances []float64
		for range completions { // known deviation 1: mean | seen ~ N(mean, 1/seen)
			centre := mean + rng.NormFloat64()/math.Sqrt(seen)
			for i := seen; i < n; i++ {
				x[i] = centre + rng.NormFloat64()
			}
			sum := 0.0
			for _, v := range x {
				sum += v / n
			}
			estimates, variances = append(estimates, sum), append(variances, 1./n)
		}
		low, high := draws.Pool(estimates, variances).Interval(0.95)
		if low <= 0 && 0 <= high {
			held += 1. / repetitions
		}
		if math.Abs(mean) <= 1.96/math.Sqrt(n) {
			heldByMean += 1. / repetitions
		}
	}
	if math.Abs(held-0.95) > 0.015 || heldByMean > 0.9 {
		t.Errorf("got coverage %.3f pooled and %.3f of a single filling, want .95 and less than .9", held, heldByMean)
	}
}
