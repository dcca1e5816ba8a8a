package diffusion_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gsdnet/diffusion"
)

// If the last time is 0, the result of a deterministic sampler that reads the clean
// sample, or the noise, is the clean sample that the network predicts last.
func TestLastStepIsTheCleanSample(t *testing.T) {
	for _, method := range diffusion.Samplers() {
		if !deterministic(method) || method.Reads == diffusion.Preconditioned {
			continue
		}
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
			near(t, method.Name+", "+name, got, last, 1e-12)
		}
	}
}

// Two components that are sampled together give the same as each sampled alone.
func TestComponentsDoNotMix(t *testing.T) {
	a, b := sdes()["vp 0.1-20"], sdes()["ve 25"]
	left, right := gaussian(1, 0.5), gaussian(-2, 0.2)
	noise := func(draw, component int) float64 { return math.Sin(float64(7*draw + 3*component)) }
	for _, method := range diffusion.Samplers() {
		times := diffusion.Uniform.Times(a, 12, method.End)
		both := diffusion.Sample(method, diffusion.Problem[float64]{
			Space: reals{}, SDEs: []diffusion.SDE{a, b}, Noise: noise,
			Denoise: func(state []float64, at float64) []float64 {
				return []float64{left.denoise(a, state[0], at), right.denoise(b, state[1], at)}
			},
		}, []float64{0.8, 9}, times)
		one, two := left.problem(a, nil), right.problem(b, nil)
		one.Noise = noise
		two.Noise = func(draw, _ int) float64 { return noise(draw, 1) }
		near(t, method.Name+": first", both[0], diffusion.Sample(method, one, []float64{0.8}, times)[0], 1e-12)
		near(t, method.Name+": second", both[1], diffusion.Sample(method, two, []float64{9}, times)[0], 1e-12)
	}
}

// witness records how a sampler calls a problem of two components.
type witness struct {
	denoised, watched []float64 // times
	steps             []int
	draws             [][2]int // draw and component
	last              []float64
}

func (w *witness) problem(sde diffusion.SDE) diffusion.Problem[float64] {
	return diffusion.Problem[float64]{
		Space: reals{},
		SDEs:  []diffusion.SDE{sde, sde},
		Denoise: func(state []float64, at float64) []float64 {
			w.denoised = append(w.denoised, at)
			return []float64{state[0] / 2, state[1] / 3}
		},
		Noise: func(draw, component int) float64 {
			w.draws = append(w.draws, [2]int{draw, component})
			return 0.1
		},
		Watch: func(step int, at float64, state []float64) {
			w.steps, w.watched = append(w.steps, step), append(w.watched, at)
			w.last = slices.Clone(state)
		},
	}
}

// evaluations returns how often a sampler must call the network. A last step to a time
// above its End costs as much as the others.
func evaluations(method diffusion.Sampler, steps int, end float64) int {
	if end > method.End {
		return steps * method.Step.Evaluations
	}
	return method.Evaluations(steps)
}

// A sampler calls Denoise and Noise as often as it declares. Models rely on it: they
// draw all noise before the graph runs.
func TestCallsAsOftenAsDeclared(t *testing.T) {
	sde := sdes()["vp 0.1-20"]
	for _, method := range diffusion.Samplers() {
		for _, steps := range []int{1, 2, 5} {
			for _, end := range []float64{method.End, 0, 0.3} {
				name := fmt.Sprintf("%s, %d steps to %g", method.Name, steps, end)
				var w witness
				start := []float64{1, -2}
				times := diffusion.Uniform.Times(sde, steps, end)
				got := diffusion.Sample(method, w.problem(sde), start, times)
				if !slices.Equal(start, []float64{1, -2}) {
					t.Errorf("%s: the start became %v", name, start)
				}
				if want := evaluations(method, steps, end); len(w.denoised) != want || slices.Contains(w.denoised, 0) {
					t.Errorf("%s: denoised at %v, want %d times, none of them 0", name, w.denoised, want)
				}
				if want := everyDraw(method.Draws(steps)); !slices.Equal(w.draws, want) {
					t.Errorf("%s: draws %v, want %v", name, w.draws, want)
				}
				if want := []int{0, 1, 2, 3, 4}[:steps]; !slices.Equal(w.steps, want) || !slices.Equal(w.watched, times[1:]) {
					t.Errorf("%s: watched steps %v at %v, want %v at %v", name, w.steps, w.watched, want, times[1:])
				}
				if !slices.Equal(w.last, got) {
					t.Errorf("%s: watched %v at last, but got %v", name, w.last, got)
				}
			}
		}
	}
}

// everyDraw lists n draws, each for two components, in order.
func everyDraw(n int) (out [][2]int) {
	for draw := range n {
		out = append(out, [2]int{draw, 0}, [2]int{draw, 1})
	}
	return out
}

// The counts of the shipped samplers in four steps, by hand, and where they end.
func TestCosts(t *testing.T) {
	for name, want := range map[string]struct {
		evaluations, draws int
		end                float64
	}{
		"ddim":    {4, 0, 0},
		"heun":    {7, 0, 0},
		"dpm++2m": {4, 0, 0},
		"euler":   {4, 3, 1e-3},
		"pc":      {8, 7, 1e-3},
	} {
		method, err := diffusion.ParseSampler(name)
		if err != nil {
			t.Fatal(err)
		}
		if e, d, end := method.Evaluations(4), method.Draws(4), method.End; e != want.evaluations || d != want.draws || end != want.end {
			t.Errorf("%s: got %d evaluations, %d draws, end %g, want %+v", name, e, d, end, want)
		}
	}
}
