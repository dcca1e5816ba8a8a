package diffusion_test

import (
	"math"
	"testing"

	"gsdnet/diffusion"
)

// form is the random number mean + Σ loads[i]·zᵢ of independent unit normals z: z₀ is
// the noise of the start, the others are the sampler's draws. If the denoiser is affine,
// a sampler of forms returns the exact distribution of its result.
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

// forms is the Space of forms.
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

// law returns the distribution that a sampler of N(mean, std²) data reaches from start.
func law(method diffusion.Sampler, sde diffusion.SDE, mean, std float64, start form, times []float64) form {
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

// marginal returns the mean and the standard deviation at time t of N(mean, std²) data.
func marginal(sde diffusion.SDE, mean, std, t float64) (m, d float64) {
	alpha, s := sde.Marginal(t)
	return alpha * mean, math.Hypot(alpha*std, s)
}

// reverse returns the mean and the standard deviation at time to of the reverse-time
// equation of N(mean, std²) data, if it starts with mean x and the marginal's deviation
// √V. The distance u from the marginal's mean follows u' = (f + g²/V)u, and
// V' = 2fV + g², so that u is proportional to V/α.
func reverse(sde diffusion.SDE, mean, std, x, to float64) (m, d float64) {
	m1, d1 := marginal(sde, mean, std, 1)
	m, d = marginal(sde, mean, std, to)
	alpha1, _ := sde.Marginal(1)
	alpha, _ := sde.Marginal(to)
	return m + (x-m1)*(d*d/alpha)/(d1*d1/alpha1), d
}

// Every sampler recovers the mean and the standard deviation of Gaussian data through
// every SDE within one per cent of the deviation, if it starts from the marginal at
// t = 1.
func TestGaussianRecovered(t *testing.T) {
	const mean, std = 0.4, 0.5
	for _, method := range diffusion.Samplers() {
		steps := 800 / method.Step.Evaluations / max(1, method.Order)
		for name, sde := range sdes() {
			m, d := marginal(sde, mean, std, 1)
			got := law(method, sde, mean, std, form{m, []float64{d}}, schedule(method).Times(sde, steps, method.End))
			wantMean, wantStd := marginal(sde, mean, std, method.End)
			gotStd := math.Sqrt(got.variance())
			t.Logf("%s, %s: mean %+.4f, deviation %+.4f off", method.Name, name, got.mean-wantMean, gotStd-wantStd)
			if !(math.Abs(got.mean-wantMean) <= 0.01*std && math.Abs(gotStd-wantStd) <= 0.01*std) {
				t.Errorf("%s, %s: got N(%.4f, %.4f²), want N(%.4f, %.4f²)", method.Name, name, got.mean, gotStd, wantMean, wantStd)
			}
		}
	}
}

// The prior of vp 0.1-1 is not N(0,1). Data without spread that start with PriorStd
// have the marginal's standard deviation at every time.
func TestWeakPriorStart(t *testing.T) {
	const spread = 1e-6
	sde := sdes()["vp 0.1-1"]
	for _, method := range diffusion.Samplers() {
		times := diffusion.Uniform.Times(sde, 400, 0.5)
		got := law(method, sde, 0, spread, form{0, []float64{sde.PriorStd()}}, times)
		_, want := sde.Marginal(0.5)
		near(t, method.Name+": spread", math.Sqrt(got.variance()), want, 4e-3)
	}
}

// deterministic reports whether a sampler draws no noise.
func deterministic(s diffusion.Sampler) bool { return s.Step.Draws == 0 }

// schedule returns the schedule that suits a sampler.
func schedule(method diffusion.Sampler) diffusion.Schedule {
	if deterministic(method) {
		return diffusion.LogSNR
	}
	return diffusion.Uniform
}
