package draws_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gsdnet/metric"
	"gsdnet/metric/draws"
)

func TestInterval(t *testing.T) {
	low, high := draws.Interval([]float64{4, 0, 3, 1, 2}, 0.5)
	near(t, "low", low, 1)
	near(t, "high", high, 3)
	low, high = draws.Interval([]float64{2, 0, 1}, 0.8)
	near(t, "interpolated low", low, 0.2)
	near(t, "interpolated high", high, 1.8)
	low, high = draws.Interval([]float64{7}, 0.95)
	near(t, "one sample", high-low, 0)
	low, _ = draws.Interval(nil, 0.5)
	near(t, "no samples", low, math.NaN())
}

func TestCRPSIsThePairwiseDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 12).Draw(t, "k")
		x := rapid.SliceOfN(rapid.Float64Range(-4, 4), k, k).Draw(t, "samples")
		y := rapid.Float64Range(-4, 4).Draw(t, "y")
		var distance, gap float64
		for i := range x {
			distance += math.Abs(x[i]-y) / float64(k)
			for j := range x {
				if k > 1 {
					gap += math.Abs(x[i]-x[j]) / float64(k*(k-1))
				}
			}
		}
		before := slices.Clone(x)
		near(t, "CRPS", draws.CRPS(x, y), distance-gap/2)
		if !slices.Equal(before, x) {
			t.Errorf("the samples were changed")
		}
	})
}

func TestCRPSIsFair(t *testing.T) {
	// Its mean over draws of K samples is the CRPS of the distribution, for any K.
	rng := rand.New(rand.NewPCG(5, 6))
	m := metric.Mixture{{Loc: 0, Scale: 1}, {Loc: 1, Scale: 0.2}}
	for _, k := range []int{2, 5} {
		const repetitions = 40000
		mean := 0.0
		for range repetitions {
			x := make([]float64, k)
			for i := range x {
				x[i] = m[rng.IntN(len(m))].Quantile(max(rng.Float64(), 1e-300))
			}
			mean += draws.CRPS(x, 0.4) / repetitions
		}
		if want := m.CRPS(0.4); math.Abs(mean-want) > 0.02 {
			t.Errorf("K = %d: got mean %.4f, want %.4f", k, mean, want)
		}
	}
}
