package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// slope fits log error against log step by least squares.
func slope(steps []int, errors []float64) float64 {
	n := float64(len(steps))
	var sx, sy, sxx, sxy float64
	for i, s := range steps {
		x, y := -math.Log(float64(s)), math.Log(errors[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// checkOrder holds the errors to a power of the step. A NaN is no order.
func checkOrder(t *testing.T, name string, steps []int, errors []float64, want float64) {
	t.Helper()
	got := slope(steps, errors)
	t.Logf("%s: order %.2f", name, got)
	if !(math.Abs(got-want) <= 0.15) {
		t.Errorf("%s: order %.2f, want %g (errors %.2e)", name, got, want, errors)
	}
}

// Along the probability flow of Gaussian data a point keeps its quantile, so the
// exact end of every path is known. The error must shrink with the step to the
// power of the method's order.
func TestDeterministicOrder(t *testing.T) {
	const mean, std, end = 0.4, 0.5, 0.1
	steps := []int{40, 80, 160, 320, 640}
	for _, c := range []struct {
		method diffusion.Method
		order  float64
	}{{diffusion.DDIM, 1}, {diffusion.Heun, 2}, {diffusion.DPM, 2}} {
		for name, sde := range sdes() {
			var errors []float64
			start := 1.2 * sde.PriorStd()
			for _, n := range steps {
				times := diffusion.LogSNR.Times(sde, n, end)
				got := diffusion.Sample(c.method, gaussian(mean, std).problem(sde, nil), []float64{start}, times)[0]
				errors = append(errors, math.Abs(got-flow(sde, mean, std, start, end)))
			}
			checkOrder(t, string(c.method)+", "+name, steps, errors, c.order)
		}
	}
}

// flow carries x from t = 1 to a time along the probability flow of N(mean, std²).
func flow(sde diffusion.SDE, mean, std, x, to float64) float64 {
	m1, d1 := marginal(sde, mean, std, 1)
	m0, d0 := marginal(sde, mean, std, to)
	return m0 + d0*(x-m1)/d1
}

// Where the clean sample does not move, every deterministic sampler is exact in
// however few steps: it walks the line α·x₀ + s·ε.
func TestStillCleanSampleIsExact(t *testing.T) {
	const clean, noise, end = 0.7, -1.3, 0.2
	for _, method := range []diffusion.Method{diffusion.DDIM, diffusion.Heun, diffusion.DPM} {
		for name, sde := range sdes() {
			for _, steps := range []int{1, 2, 3, 7} {
				p := gaussian(0, 1).problem(sde, nil)
				p.Denoise = func([]float64, float64) []float64 { return []float64{clean} }
				alpha, std := sde.Marginal(1)
				start := []float64{alpha*clean + std*noise}
				got := diffusion.Sample(method, p, start, diffusion.Uniform.Times(sde, steps, end))[0]
				alpha, std = sde.Marginal(end)
				near(t, string(method)+", "+name, got, alpha*clean+std*noise, 1e-12)
			}
		}
	}
}
