package metric

import (
	"math"
	"slices"
)

// SampleCRPS returns the CRPS of a distribution known by K samples, the smaller
// the better: the unbiased ("fair") estimate
//
//	1/K·Σ|xᵢ−y| − 1/(2K(K−1))·ΣΣ|xᵢ−xⱼ|
//
// (Ferro, QJRMS 2014), so that models with different K compare. A single sample
// gives |x−y|.
func SampleCRPS(samples []float64, y float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	sum := 0.0
	for _, x := range sorted {
		sum += math.Abs(x - y)
	}
	return sum/float64(len(sorted)) - meanGap(sorted)/2
}

// meanGap returns the mean of |xᵢ−xⱼ| over the pairs i ≠ j of sorted samples, 0
// for fewer than two: Σ_{i<j} (xⱼ−xᵢ) = Σᵢ (2i−K+1)·xᵢ with i from 0.
func meanGap(sorted []float64) float64 {
	k := len(sorted)
	if k < 2 {
		return 0
	}
	sum := 0.0
	for i, x := range sorted {
		sum += float64(2*i-k+1) * x
	}
	return 2 * sum / (float64(k) * float64(k-1))
}

// SampleInterval returns the central interval of samples at a level in (0,1):
// their quantiles (1−level)/2 and (1+level)/2, interpolated (type 7 of Hyndman and
// Fan, 1996). It is NaN of no samples.
func SampleInterval(samples []float64, level float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(samples))
	return quantile(sorted, (1-level)/2), quantile(sorted, (1+level)/2)
}

// quantile is the type-7 quantile of sorted samples.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := min(max(int(at), 0), len(sorted)-1)
	next := sorted[min(i+1, len(sorted)-1)]
	return sorted[i] + (at-float64(i))*(next-sorted[i])
}
