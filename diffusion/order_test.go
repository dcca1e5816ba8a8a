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

// Along the probability flow of Gaussian data a point keeps its quantile, so the
// exact end of every path is known. The error must shrink with the step to the
// power of the method's order.
func TestDeterministicOrder(t *testing.T) {
	data := gaussian(0.4, 0.5)
	const end = 0.1
	steps := []int{20, 40, 80, 160, 320}
	for _, c := range []struct {
		method diffusion.Method
		order  float64
	}{{diffusion.DDIM, 1}, {diffusion.Heun, 2}, {diffusion.DPM, 2}} {
		for name, sde := range sdes() {
			var errors []float64
			for _, n := range steps {
				times := diffusion.LogSNR.Times(sde, n, end)
				start := 1.2 * sde.PriorStd()
				got := diffusion.Sample(c.method, data.problem(sde, nil), []float64{start}, times)[0]
				errors = append(errors, math.Abs(got-flow(sde, 0.4, 0.5, start, end)))
			}
			order := slope(steps, errors)
			t.Logf("%s, %s: order %.2f", c.method, name, order)
			if math.Abs(order-c.order) > 0.25 {
				t.Errorf("%s, %s: order %.2f, want %g (errors %.2e)", c.method, name, order, c.order, errors)
			}
		}
	}
}

// flow carries x from t = 1 to a time along the probability flow of N(mean, std²).
func flow(sde diffusion.SDE, mean, std, x, to float64) float64 {
	deviation := func(t float64) (float64, float64) {
		alpha, s := sde.Marginal(t)
		return alpha * mean, math.Hypot(alpha*std, s)
	}
	m1, d1 := deviation(1)
	m0, d0 := deviation(to)
	return m0 + d0*(x-m1)/d1
}

// affine is a·x + Σ bᵢ·zᵢ + c in a start x and independent noises z: what every
// sampler computes when the denoiser is affine. Its mean and variance need no
// dice.
type affine struct{ mean, variance, gain float64 }

// affines adds independent things. A sampler only ever adds fresh noise to a
// state, or functions of the same state; gain tells the two apart.
type affines struct{}

func (affines) Combine(a float64, x affine, b float64, y affine) affine {
	out := affine{mean: a*x.mean + b*y.mean, gain: a*x.gain + b*y.gain}
	switch {
	case x.gain != 0 && y.gain != 0: // both are multiples of the state's spread
		unit := x.variance / (x.gain * x.gain)
		out.variance = out.gain * out.gain * unit
	default:
		out.variance = a*a*x.variance + b*b*y.variance
		out.gain = 1
	}
	return out
}

// Euler–Maruyama is weakly of first order: the error of the variance it ends with
// halves with the step. The recursion of mean and variance is exact.
func TestEulerWeakOrder(t *testing.T) {
	const mean, std, end = 0.4, 0.5, 0.1
	steps := []int{100, 200, 400, 800, 1600}
	for name, sde := range sdes() {
		var errors []float64
		for _, n := range steps {
			problem := diffusion.Problem[affine]{
				Space: affines{},
				SDEs:  []diffusion.SDE{sde},
				Denoise: func(state []affine, at float64) []affine {
					alpha, s := sde.Marginal(at)
					k := alpha * std * std / (alpha*alpha*std*std + s*s)
					x := state[0]
					return []affine{{mean: mean + k*(x.mean-alpha*mean), variance: k * k * x.variance, gain: k * x.gain}}
				},
				Noise: func(int, int) affine { return affine{variance: 1} },
			}
			alpha1, s1 := sde.Marginal(1)
			start := affine{mean: alpha1 * mean, variance: alpha1*alpha1*std*std + s1*s1, gain: 1}
			got := diffusion.Sample(diffusion.Euler, problem, []affine{start}, diffusion.Uniform.Times(sde, n, end))[0]
			alpha, s := sde.Marginal(end)
			// The last step returns its mean: one step's noise is missing by design.
			g, dt := sde.Diffusion(end+(1-end)/float64(n)), (1-end)/float64(n)
			errors = append(errors, math.Abs(got.variance+g*g*dt-(alpha*alpha*std*std+s*s)))
		}
		order := slope(steps, errors)
		t.Logf("euler, %s: weak order %.2f", name, order)
		if math.Abs(order-1) > 0.2 {
			t.Errorf("euler, %s: weak order %.2f, want 1 (errors %.2e)", name, order, errors)
		}
	}
}
