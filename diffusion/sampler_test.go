package diffusion_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gsdnet/diffusion"
)

// distance is the Kolmogorov-Smirnov statistic of samples against a
// distribution.
func (m mixture) distance(samples []float64) float64 {
	slices.Sort(samples)
	n, worst := float64(len(samples)), 0.0
	for i, x := range samples {
		p := m.cdf(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(float64(i+1)/n-p))
	}
	return worst
}

// Every sampler, through every SDE that forgets its start, gives back the
// distribution it was shown, two separate bumps included.
func TestDistributionRecovered(t *testing.T) {
	const n = 4000
	bumps := mixture{[]float64{0.3, 0.7}, []float64{-1.5, 1}, []float64{0.3, 0.5}}
	steps := map[diffusion.Method]int{diffusion.DDIM: 100, diffusion.Heun: 40, diffusion.DPM: 60, diffusion.Euler: 400, diffusion.PC: 200}
	for _, method := range diffusion.Methods {
		for _, kind := range []string{"vp 0.1-20", "subvp 0.1-20", "ve 25"} {
			sde := sdes()[kind]
			rng := rand.New(rand.NewPCG(3, 4))
			times := diffusion.LogSNR.Times(sde, steps[method], method.End())
			if method == diffusion.Euler || method == diffusion.PC {
				times = diffusion.Uniform.Times(sde, steps[method], method.End())
			}
			samples := make([]float64, n)
			for i := range samples {
				start := []float64{sde.PriorStd() * rng.NormFloat64()}
				samples[i] = diffusion.Sample(method, bumps.problem(sde, rng), start, times)[0]
			}
			// 1.95/√n is exceeded once in a thousand by exact samples; the rest is
			// the step's own error.
			got, bound := bumps.distance(samples), 1.95/math.Sqrt(n)+0.02
			t.Logf("%s, %s: distance %.3f", method, kind, got)
			if got > bound {
				t.Errorf("%s, %s: Kolmogorov-Smirnov distance %.3f, want at most %.3f", method, kind, got, bound)
			}
		}
	}
}

// The weak prior of vp 0.1-1 is right for data of no spread at 0 only; starting
// from unit noise instead would be wrong by half.
func TestWeakPriorStart(t *testing.T) {
	sde := sdes()["vp 0.1-1"]
	data := gaussian(0, 1e-6)
	got := diffusion.Sample(diffusion.DDIM, data.problem(sde, nil), []float64{sde.PriorStd()}, diffusion.Uniform.Times(sde, 200, 0.5))[0]
	_, want := sde.Marginal(0.5)
	near(t, "one deviation stays one", got, want, 1e-3)
}

// With t = 0 at its end, ddim's last step is the clean sample itself.
func TestLastStepIsTheCleanSample(t *testing.T) {
	for _, method := range []diffusion.Method{diffusion.DDIM, diffusion.Heun, diffusion.DPM} {
		for name, sde := range sdes() {
			last := math.NaN()
			p := gaussian(2, 0.1).problem(sde, nil)
			denoise := p.Denoise
			p.Denoise = func(state []float64, at float64) []float64 {
				out := denoise(state, at)
				last = out[0]
				return out
			}
			got := diffusion.Sample(method, p, []float64{0.3}, diffusion.Uniform.Times(sde, 4, 0))[0]
			near(t, string(method)+", "+name, got, last, 1e-12)
		}
	}
}

// Two components sampled together are the two sampled apart.
func TestComponentsDoNotMix(t *testing.T) {
	a, b := sdes()["vp 0.1-20"], sdes()["ve 25"]
	left, right := gaussian(1, 0.5), gaussian(-2, 0.2)
	noise := func(draw, component int) float64 { return math.Sin(float64(7*draw + 3*component)) }
	for _, method := range diffusion.Methods {
		times := diffusion.Uniform.Times(a, 12, method.End())
		both := diffusion.Sample(method, diffusion.Problem[float64]{
			Space: reals{}, SDEs: []diffusion.SDE{a, b}, Noise: noise,
			Denoise: func(state []float64, at float64) []float64 {
				return []float64{left.denoise(a, state[0], at), right.denoise(b, state[1], at)}
			},
		}, []float64{0.8, 9}, times)
		one, two := left.problem(a, nil), right.problem(b, nil)
		one.Noise = noise
		two.Noise = func(draw, _ int) float64 { return noise(draw, 1) }
		near(t, string(method)+": first", both[0], diffusion.Sample(method, one, []float64{0.8}, times)[0], 1e-12)
		near(t, string(method)+": second", both[1], diffusion.Sample(method, two, []float64{9}, times)[0], 1e-12)
	}
}

// What a sampler announces is what it asks for: a host that draws all noise ahead
// relies on it.
func TestAsksForWhatItAnnounces(t *testing.T) {
	sde := sdes()["vp 0.1-20"]
	for _, method := range diffusion.Methods {
		for _, steps := range []int{1, 2, 5} {
			var draws []int
			evaluations, watched := 0, 0
			p := gaussian(0, 1).problem(sde, nil)
			denoise := p.Denoise
			p.Denoise = func(state []float64, at float64) []float64 {
				evaluations++
				return denoise(state, at)
			}
			p.Noise = func(draw, _ int) float64 { draws = append(draws, draw); return 0 }
			p.Watch = func(step int, at float64, state []float64) {
				if step != watched || len(state) != 1 || at < 0 {
					t.Errorf("%s: watched step %d at %g, want step %d", method, step, at, watched)
				}
				watched++
			}
			start := []float64{1}
			diffusion.Sample(method, p, start, diffusion.Uniform.Times(sde, steps, method.End()))
			if start[0] != 1 {
				t.Errorf("%s changed its start", method)
			}
			if evaluations != method.Evaluations(steps) || watched != steps {
				t.Errorf("%s, %d steps: %d evaluations, %d watched, want %d and %d", method, steps, evaluations, watched, method.Evaluations(steps), steps)
			}
			if want := method.Draws(steps); len(draws) != want || want > 0 && (draws[0] != 0 || draws[want-1] != want-1) {
				t.Errorf("%s, %d steps: draws %v, want 0 to %d", method, steps, draws, want-1)
			}
		}
	}
}

// Sample numbers from a Gaussian whose best denoiser is known.
func Example() {
	sde, _ := diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20}.New()
	data := gaussian(3, 0.5)
	problem := diffusion.Problem[float64]{
		Space: reals{},
		SDEs:  []diffusion.SDE{sde},
		Denoise: func(state []float64, t float64) []float64 {
			return []float64{data.denoise(sde, state[0], t)}
		},
	}
	for _, z := range []float64{-1, 0, 1} { // starts one deviation apart
		start := []float64{z * sde.PriorStd()}
		end := diffusion.Sample(diffusion.Heun, problem, start, diffusion.LogSNR.Times(sde, 40, diffusion.Heun.End()))
		fmt.Printf("%.2f\n", end[0])
	}
	// Output:
	// 2.49
	// 2.99
	// 3.49
}
