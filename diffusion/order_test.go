package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// slope returns the slope of the logarithm of the error over the logarithm of the step
// length, by least squares.
func slope(steps []int, errors []float64) float64 {
	n := float64(len(steps))
	var sx, sy, sxx, sxy float64
	for i, s := range steps {
		x, y := -math.Log(float64(s)), math.Log(errors[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// checkOrder compares the order of convergence of errors with the declared one. It also
// fails for NaN.
func checkOrder(t *testing.T, name string, steps []int, errors []float64, want float64) {
	t.Helper()
	got := slope(steps, errors)
	t.Logf("%s: order %.2f", name, got)
	if !(math.Abs(got-want) <= 0.15) {
		t.Errorf("%s: order %.2f, want %g (errors %.2e)", name, got, want, errors)
	}
}

// Every declared sampler converges with its declared order through every SDE. The data
// are Gaussian, for which the exact result is known.
func TestOrderOfConvergence(t *testing.T) {
	for _, sampler := range diffusion.Samplers() {
		for name, sde := range sdes() {
			name := sampler.Name + ", " + name
			switch {
			case sampler.Order == 0:
				checkBias(t, name, sampler, sde)
			case deterministic(sampler):
				checkStrongOrder(t, name, sampler, sde)
			default:
				checkWeakOrder(t, name, sampler, sde)
			}
		}
	}
}

// The data of the tests of order, and the time at which they stop.
const dataMean, dataStd, orderEnd = 0.4, 0.5, 0.1

// checkStrongOrder follows one point. Along the probability flow of Gaussian data it
// keeps its quantile.
func checkStrongOrder(t *testing.T, name string, sampler diffusion.Sampler, sde diffusion.SDE) {
	t.Helper()
	steps := []int{40, 80, 160, 320, 640}
	var errors []float64
	start := 1.2 * sde.PriorStd()
	for _, n := range steps {
		times := diffusion.LogSNR.Times(sde, n, orderEnd)
		got := diffusion.Sample(sampler, gaussian(dataMean, dataStd).problem(sde, nil), []float64{start}, times)[0]
		errors = append(errors, math.Abs(got-flow(sde, dataMean, dataStd, start, orderEnd)))
	}
	checkOrder(t, name, steps, errors, float64(sampler.Order))
}

// checkWeakOrder follows the mean and the variance. The start is one deviation from the
// marginal's mean, because without drift a mean that is right stays right in any number
// of steps.
func checkWeakOrder(t *testing.T, name string, sampler diffusion.Sampler, sde diffusion.SDE) {
	t.Helper()
	steps := []int{200, 400, 800, 1600}
	var means, variances []float64
	m, d := marginal(sde, dataMean, dataStd, 1)
	start := form{m + d, []float64{d}}
	wantMean, wantStd := reverse(sde, dataMean, dataStd, start.mean, orderEnd)
	for _, n := range steps {
		got := law(sampler, sde, dataMean, dataStd, start, diffusion.Uniform.Times(sde, n, orderEnd))
		missing := 0.0
		if sampler.LastStep.Draws < sampler.Step.Draws { // the noise of one step is left out on purpose
			dt := (1 - orderEnd) / float64(n)
			g := sde.Diffusion(orderEnd + dt)
			missing = g * g * dt
		}
		means = append(means, math.Abs(got.mean-wantMean))
		variances = append(variances, math.Abs(got.variance()+missing-wantStd*wantStd))
	}
	checkOrder(t, name+", mean", steps, means, float64(sampler.Order))
	checkOrder(t, name+", variance", steps, variances, float64(sampler.Order))
}

// checkBias bounds the error that remains in many steps of a sampler without an order,
// relative to the deviation and the variance.
func checkBias(t *testing.T, name string, sampler diffusion.Sampler, sde diffusion.SDE) {
	t.Helper()
	m, d := marginal(sde, dataMean, dataStd, 1)
	wantMean, wantStd := marginal(sde, dataMean, dataStd, orderEnd)
	got := law(sampler, sde, dataMean, dataStd, form{m, []float64{d}}, diffusion.Uniform.Times(sde, 800, orderEnd))
	mean, variance := math.Abs(got.mean-wantMean)/wantStd, math.Abs(got.variance()/(wantStd*wantStd)-1)
	t.Logf("%s: mean %.4f, variance %.4f off", name, mean, variance)
	if !(mean <= 0.01 && variance <= 0.01) {
		t.Errorf("%s: mean and variance are off by %.3f and %.3f, want at most 0.01", name, mean, variance)
	}
}

// flow returns where the probability flow of N(mean, std²) data carries x from t = 1.
func flow(sde diffusion.SDE, mean, std, x, to float64) float64 {
	m1, d1 := marginal(sde, mean, std, 1)
	m0, d0 := marginal(sde, mean, std, to)
	return m0 + d0*(x-m1)/d1
}

// If the clean sample does not depend on the state, every deterministic sampler that reads
// it, or the noise, follows the line α·x₀ + s·ε exactly in any number of steps.
func TestStillCleanSampleIsExact(t *testing.T) {
	const clean, noise, end = 0.7, -1.3, 0.2
	for _, method := range diffusion.Samplers() {
		if !deterministic(method) || method.Reads == diffusion.Preconditioned {
			continue
		}
		for name, sde := range sdes() {
			for _, steps := range []int{1, 2, 3, 7} {
				p := gaussian(0, 1).problem(sde, nil)
				p.Denoise = func([]float64, float64) []float64 { return []float64{clean} }
				alpha, std := sde.Marginal(1)
				start := []float64{alpha*clean + std*noise}
				got := diffusion.Sample(method, p, start, diffusion.Uniform.Times(sde, steps, end))[0]
				alpha, std = sde.Marginal(end)
				near(t, method.Name+", "+name, got, alpha*clean+std*noise, 1e-12)
			}
		}
	}
}

// A sampler that reads the preconditioned prediction is exact in any number of steps if the
// data are unit normals, for which that prediction is 0.
func TestUnitNormalsAreExact(t *testing.T) {
	const noise, end = -1.3, 0.2
	for _, method := range diffusion.Samplers() {
		if !deterministic(method) || method.Reads != diffusion.Preconditioned {
			continue
		}
		for name, sde := range sdes() {
			for _, steps := range []int{1, 2, 3, 7} {
				start := []float64{noise}
				got := diffusion.Sample(method, gaussian(0, 1).problem(sde, nil), start, diffusion.Uniform.Times(sde, steps, end))[0]
				near(t, method.Name+", "+name, got, flow(sde, 0, 1, noise, end), 1e-12)
			}
		}
	}
}
