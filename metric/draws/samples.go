package draws

import (
	"math"
	"slices"

	"gsdnet/metric/internal/numbers"
)

// CRPS returns the CRPS of a distribution known by K samples, the smaller
// the better: the unbiased ("fair") estimate
//
//	1/K·Σ|xᵢ−y| − 1/(2K(K−1))·ΣΣ|xᵢ−xⱼ|
//
// (Ferro, QJRMS 2014), so that models with different K compare. A single sample
// gives |x−y|.
func CRPS(samples []float64, y float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	sum := 0.0
	for _, x := range sorted {
		sum += math.Abs(x - y)
	}
	return sum/float64(len(sorted)) - numbers.MeanGap(sorted)/2
}

// Interval returns the central interval of samples at a level in (0,1):
// their quantiles (1−level)/2 and (1+level)/2, interpolated (type 7 of Hyndman and
// Fan, 1996). It is NaN of no samples.
func Interval(samples []float64, level float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(samples))
	return numbers.Quantile(sorted, (1-level)/2), numbers.Quantile(sorted, (1+level)/2)
}
