package infer

import (
	"math"

	"gsdnet/metric"
)

// Bounds of the factor that calibration may choose, and how closely it looks.
const (
	minScaleFactor = 0.25
	maxScaleFactor = 8
	searchSteps    = 30
)

// Calibrate returns the factor on the Laplace scales of the head that gives the lowest
// CRPS over all validation masks. The intervals of a head that has over-fitted its
// training labels are too narrow; the factor widens them and leaves the predictions as
// they are. It returns 1 if there are no distributions.
func Calibrate(cells []MaskResult) float64 {
	low, high := math.Log(minScaleFactor), math.Log(maxScaleFactor)
	loss := func(logFactor float64) float64 { return scaledCRPS(cells, math.Exp(logFactor)) }
	if math.IsNaN(loss(0)) {
		return 1
	}
	const golden = 0.6180339887498949
	for range searchSteps {
		a, b := high-golden*(high-low), low+golden*(high-low)
		if loss(a) <= loss(b) {
			high = b
		} else {
			low = a
		}
	}
	return math.Exp((low + high) / 2)
}

// stretchedCRPS is the mean CRPS over all cells with every scale multiplied, NaN
// of nothing.
func scaledCRPS(cells []MaskResult, factor float64) float64 {
	sum, n := 0.0, 0
	for _, cell := range cells {
		for i, d := range cell.Distributions {
			if y := cell.Labels[i]; !math.IsNaN(y) {
				sum, n = sum+scaleMixture(d, factor).CRPS(y), n+1
			}
		}
	}
	return sum / float64(n)
}

// stretch multiplies the scales of a mixture.
func scaleMixture(d metric.Mixture, factor float64) metric.Mixture {
	out := make(metric.Mixture, len(d))
	for i, l := range d {
		out[i] = metric.Laplace{Loc: l.Loc, Scale: factor * l.Scale}
	}
	return out
}
