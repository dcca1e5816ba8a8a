package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// Two steps by hand with ve 25. The clean sample is 0, so the score is −x/s². A step is
// Eq. 16 with its Δt and with f and g at the time where the step starts; pc takes a
// Langevin step of length 2(0.16·s)² before it.
func TestStochasticStepsByHand(t *testing.T) {
	const x, z, from, middle, end = 2.0, -0.7, 1.0, 0.8, 0.5
	sde := sdes()["ve 25"]
	langevin := func(x, at float64) float64 {
		_, s := sde.Marginal(at)
		length := 2 * math.Pow(0.16*s, 2)
		return x - length*x/(s*s) + math.Sqrt(2*length)*z
	}
	euler := func(x, at, to, z float64) float64 {
		_, s := sde.Marginal(at)
		g := math.Pow(25, at)
		return x - g*g*x/(s*s)*(at-to) + g*math.Sqrt(at-to)*z
	}
	for _, c := range []struct {
		method diffusion.Sampler
		want   float64
	}{
		{diffusion.Euler, euler(euler(x, from, middle, z), middle, end, 0)},
		{diffusion.PC, euler(langevin(euler(langevin(x, from), from, middle, z), middle), middle, end, 0)},
	} {
		p := gaussian(0, 1).problem(sde, nil)
		p.Denoise = func([]float64, float64) []float64 { return []float64{0} }
		p.Noise = func(int, int) float64 { return z }
		got := diffusion.Sample(c.method, p, []float64{x}, []float64{from, middle, end})[0]
		near(t, c.method.Name, got, c.want, 1e-12)
	}
}
