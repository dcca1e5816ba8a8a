package infer

import (
	"math"

	"gsdnet/metric"
)

// Bounds of the factor that Calibrate returns, and its number of steps of golden-section
// search.
const (
	minScaleFactor = 0.25
	maxScaleFactor = 8
	searchSteps    = 30
)

// Calibrate returns the factor on the Laplace scales of the head that gives the lowest
// CRPS over all validation masks, between 0.25 and 8. The intervals of a head that has
// over-fitted its training labels are too narrow. The factor widens them and does not
// change the predictions. Calibrate returns 1 if there are no distributions.
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

// scaledCRPS returns the mean CRPS over all labelled utterances of the cells, with every
// scale multiplied by the factor. It is NaN if there are none.
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

// scaleMixture returns the mixture with the scales multiplied by the factor.
func scaleMixture(d metric.Mixture, factor float64) metric.Mixture {
	out := make(metric.Mixture, len(d))
	for i, l := range d {
		out[i] = metric.Laplace{Loc: l.Loc, Scale: factor * l.Scale}
	}
	return out
}
