package diffusion_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"gsdnet/diffusion"
)

var predictions = []diffusion.Prediction{diffusion.X0, diffusion.Epsilon, diffusion.Score, diffusion.Preconditioned}

// A conversion and its inverse cancel, and a conversion by way of a third prediction
// gives the same as the direct one.
func TestConversionsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alpha := rapid.Float64Range(0.05, 1).Draw(t, "alpha")
		std := rapid.Float64Range(0.05, 20).Draw(t, "std")
		x := rapid.Float64Range(-5, 5).Draw(t, "x")
		value := rapid.Float64Range(-5, 5).Draw(t, "value")
		from := rapid.SampledFrom(predictions).Draw(t, "from")
		to := rapid.SampledFrom(predictions).Draw(t, "to")
		a, b := diffusion.Convert(from, to, alpha, std)
		c, d := diffusion.Convert(to, from, alpha, std)
		// Rounding grows with the largest number on the way.
		tolerance := 1e-12 * (1 + math.Abs(c)*(math.Abs(a*value)+math.Abs(b*x)) + math.Abs(d*x))
		if got := c*(a*value+b*x) + d*x; !(math.Abs(got-value) <= tolerance) {
			t.Errorf("%s → %s → %s: got %g, want %g", from, to, from, got, value)
		}
		via := rapid.SampledFrom(predictions).Draw(t, "via")
		a1, b1 := diffusion.Convert(from, via, alpha, std)
		a2, b2 := diffusion.Convert(via, to, alpha, std)
		tolerance = 1e-12 * (1 + math.Abs(a2)*(math.Abs(a1*value)+math.Abs(b1*x)) + math.Abs(b2*x))
		if got, want := a2*(a1*value+b1*x)+b2*x, a*value+b*x; !(math.Abs(got-want) <= tolerance+1e-12*(math.Abs(a*value)+math.Abs(b*x))) {
			t.Errorf("%s → %s → %s: got %g, want %g", from, via, to, got, want)
		}
	})
}

// The conversions follow from x = α·x₀ + s·ε and score = −ε/s.
func TestConversionsByHand(t *testing.T) {
	const alpha, std, x0, eps = 0.8, 0.5, 2.0, -1.5
	x := alpha*x0 + std*eps
	for name, c := range map[string]struct {
		from, to    diffusion.Prediction
		value, want float64
	}{
		"x0 to eps":    {diffusion.X0, diffusion.Epsilon, x0, eps},
		"x0 to score":  {diffusion.X0, diffusion.Score, x0, -eps / std},
		"eps to x0":    {diffusion.Epsilon, diffusion.X0, eps, x0},
		"eps to score": {diffusion.Epsilon, diffusion.Score, eps, -eps / std},
		"score to x0":  {diffusion.Score, diffusion.X0, -eps / std, x0},
		"score to eps": {diffusion.Score, diffusion.Epsilon, -eps / std, eps},
		"edm to x0":    {diffusion.Preconditioned, diffusion.X0, (std*x0 - alpha*eps) / math.Hypot(alpha, std), x0},
		"eps to edm":   {diffusion.Epsilon, diffusion.Preconditioned, eps, (std*x0 - alpha*eps) / math.Hypot(alpha, std)},
	} {
		a, b := diffusion.Convert(c.from, c.to, alpha, std)
		near(t, name, a*c.value+b*x, c.want, 1e-12)
	}
}

// For Gaussian data the score is the derivative of the logarithm of the marginal's
// density.
func TestScoreIsTheGradientOfLogDensity(t *testing.T) {
	data := gaussian(0.7, 1.3)
	for name, sde := range sdes() {
		for _, at := range []float64{0.05, 0.4, 1} {
			alpha, std := sde.Marginal(at)
			x := 0.9
			a, b := diffusion.Convert(diffusion.X0, diffusion.Score, alpha, std)
			got := a*data.denoise(sde, x, at) + b*x
			want := -(x - alpha*0.7) / (alpha*alpha*1.3*1.3 + std*std)
			near(t, name, got, want, 1e-9)
		}
	}
}
