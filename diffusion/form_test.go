package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// form is mean + Σ loads[i]·zᵢ in independent unit normals z: z₀ is the start's,
// the others are the sampler's draws. Where the denoiser is affine every sampler
// computes a form, so that the law of its result is known without dice.
type form struct {
	mean  float64
	loads []float64
}

func (f form) variance() float64 {
	v := 0.0
	for _, load := range f.loads {
		v += load * load
	}
	return v
}

// forms is their space.
type forms struct{}

func (forms) Combine(a float64, x form, b float64, y form) form {
	out := form{a*x.mean + b*y.mean, make([]float64, max(len(x.loads), len(y.loads)))}
	for i, load := range x.loads {
		out.loads[i] += a * load
	}
	for i, load := range y.loads {
		out.loads[i] += b * load
	}
	return out
}

// law carries start through a sampler of N(mean, std²) data.
func law(method diffusion.Method, sde diffusion.SDE, mean, std float64, start form, times []float64) form {
	one := form{mean: 1}
	problem := diffusion.Problem[form]{
		Space: forms{},
		SDEs:  []diffusion.SDE{sde},
		Denoise: func(state []form, at float64) []form {
			alpha, s := sde.Marginal(at)
			k := alpha * std * std / (alpha*alpha*std*std + s*s)
			return []form{forms{}.Combine(k, state[0], mean-k*alpha*mean, one)}
		},
		Noise: func(draw, _ int) form {
			return form{loads: append(make([]float64, draw+1), 1)}
		},
	}
	return diffusion.Sample(method, problem, []form{start}, times)[0]
}

// marginal returns the mean and deviation of N(mean, std²) data at time t.
func marginal(sde diffusion.SDE, mean, std, t float64) (m, d float64) {
	alpha, s := sde.Marginal(t)
	return alpha * mean, math.Hypot(alpha*std, s)
}

// Euler–Maruyama is weakly of first order: the errors of the mean and of the
// variance it ends with halve with the step. The start is one deviation off the
// marginal, for without drift a mean that is right stays right at any step.
func TestEulerWeakOrder(t *testing.T) {
	const mean, std, end = 0.4, 0.5, 0.1
	steps := []int{50, 100, 200, 400, 800}
	for name, sde := range sdes() {
		var means, variances []float64
		m, d := marginal(sde, mean, std, 1)
		start := form{m + d, []float64{d}}
		wantMean, wantStd := reverse(sde, mean, std, start.mean, end)
		for _, n := range steps {
			got := law(diffusion.Euler, sde, mean, std, start, diffusion.Uniform.Times(sde, n, end))
			// The last step returns its mean: one step's noise is missing by design.
			dt := (1 - end) / float64(n)
			g := sde.Diffusion(end + dt)
			means = append(means, math.Abs(got.mean-wantMean))
			variances = append(variances, math.Abs(got.variance()+g*g*dt-wantStd*wantStd))
		}
		checkOrder(t, "euler, "+name+", mean", steps, means, 1)
		checkOrder(t, "euler, "+name+", variance", steps, variances, 1)
	}
}

// reverse returns the mean and deviation at a time of the reverse equation of
// N(mean, std²) data that starts at mean x and with the marginal's deviation √V.
// The distance u from the marginal's mean follows u' = (f + g²/V)u and
// V' = 2fV + g², so that u is proportional to V/α.
func reverse(sde diffusion.SDE, mean, std, x, to float64) (m, d float64) {
	m1, d1 := marginal(sde, mean, std, 1)
	m, d = marginal(sde, mean, std, to)
	alpha1, _ := sde.Marginal(1)
	alpha, _ := sde.Marginal(to)
	return m + (x-m1)*(d*d/alpha)/(d1*d1/alpha1), d
}

// Every sampler, from the marginal at t = 1 and through every SDE, gives Gaussian
// data their mean and deviation back, but for one per cent of the deviation: the
// error of its steps.
func TestGaussianRecovered(t *testing.T) {
	const mean, std = 0.4, 0.5
	steps := map[diffusion.Method]int{diffusion.DDIM: 400, diffusion.Heun: 100, diffusion.DPM: 100, diffusion.Euler: 800, diffusion.PC: 400}
	for _, method := range diffusion.Methods {
		for name, sde := range sdes() {
			m, d := marginal(sde, mean, std, 1)
			got := law(method, sde, mean, std, form{m, []float64{d}}, schedule(method).Times(sde, steps[method], method.End()))
			wantMean, wantStd := marginal(sde, mean, std, method.End())
			gotStd := math.Sqrt(got.variance())
			t.Logf("%s, %s: mean %+.4f, deviation %+.4f off", method, name, got.mean-wantMean, gotStd-wantStd)
			if !(math.Abs(got.mean-wantMean) <= 0.01*std && math.Abs(gotStd-wantStd) <= 0.01*std) {
				t.Errorf("%s, %s: got N(%.4f, %.4f²), want N(%.4f, %.4f²)", method, name, got.mean, gotStd, wantMean, wantStd)
			}
		}
	}
}

// The prior of vp 0.1-1 is not N(0,1): a datum without spread that starts with
// PriorStd has the marginal's deviation all the way.
func TestWeakPriorStart(t *testing.T) {
	const spread = 1e-6
	sde := sdes()["vp 0.1-1"]
	for _, method := range diffusion.Methods {
		times := diffusion.Uniform.Times(sde, 400, 0.5)
		got := law(method, sde, 0, spread, form{0, []float64{sde.PriorStd()}}, times)
		_, want := sde.Marginal(0.5)
		near(t, string(method)+": spread", math.Sqrt(got.variance()), want, 4e-3)
	}
}

// schedule is the spacing that suits a method.
func schedule(method diffusion.Method) diffusion.Schedule {
	if method == diffusion.Euler || method == diffusion.PC {
		return diffusion.Uniform
	}
	return diffusion.LogSNR
}
