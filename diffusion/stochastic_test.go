package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// One step by hand on ve 25, where the clean sample is 0 and so the score is
// −x/s²: Eq. 16 with its Δt and with f and g of the time it starts from, after a
// Langevin step of length 2(0.16·s)² where the method is pc.
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
	for method, want := range map[diffusion.Method]float64{
		diffusion.Euler: euler(euler(x, from, middle, z), middle, end, 0),
		diffusion.PC:    euler(langevin(euler(langevin(x, from), from, middle, z), middle), middle, end, 0),
	} {
		p := gaussian(0, 1).problem(sde, nil)
		p.Denoise = func([]float64, float64) []float64 { return []float64{0} }
		p.Noise = func(int, int) float64 { return z }
		got := diffusion.Sample(method, p, []float64{x}, []float64{from, middle, end})[0]
		near(t, string(method), got, want, 1e-12)
	}
}
