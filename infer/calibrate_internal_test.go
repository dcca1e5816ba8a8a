package infer

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/metric"
)

// The labels are Laplace with scale 0.6 around the predictions, which have scale 0.2, so
// the factor is 3.
func TestCalibrateFindsTheFactor(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var cell MaskResult
	for range 20000 {
		loc := rng.NormFloat64()
		l := metric.Laplace{Loc: loc, Scale: 0.6}
		cell.Labels = append(cell.Labels, l.Quantile(rng.Float64()))
		cell.Distributions = append(cell.Distributions, metric.Mixture{{Loc: loc, Scale: 0.2}})
	}
	got := Calibrate([]MaskResult{cell})
	if math.Abs(got-3) > 0.1 {
		t.Errorf("got %.3f, want 3", got)
	}
	wide := cell
	wide.Distributions = nil
	for _, d := range cell.Distributions {
		wide.Distributions = append(wide.Distributions, scaleMixture(d, got))
	}
	for _, c := range metric.Calibrate(wide.Labels, wide.Distributions) {
		if math.Abs(c.Covered-c.Level) > 0.01 {
			t.Errorf("the %g interval holds %.3f", c.Level, c.Covered)
		}
	}
	if got := Calibrate(nil); got != 1 {
		t.Errorf("of nothing: got %g, want 1", got)
	}
}
