package diffusion_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gsdnet/diffusion"
)

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

// witness is a problem of two components that writes down what is asked of it.
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

// evaluations is how often a method may call the network. Only Heun's count
// depends on where it ends: a step to a time above 0 looks at its end too.
func evaluations(method diffusion.Method, steps int, end float64) int {
	if method == diffusion.Heun && end > 0 {
		return 2 * steps
	}
	return method.Evaluations(steps)
}

// What a sampler announces is what it asks for: a host that draws all noise ahead
// relies on it.
func TestAsksForWhatItAnnounces(t *testing.T) {
	sde := sdes()["vp 0.1-20"]
	for _, method := range diffusion.Methods {
		for _, steps := range []int{1, 2, 5} {
			for _, end := range []float64{method.End(), 0, 0.3} {
				name := fmt.Sprintf("%s, %d steps to %g", method, steps, end)
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

// everyDraw is each draw once for each of two components, in order.
func everyDraw(n int) (out [][2]int) {
	for draw := range n {
		out = append(out, [2]int{draw, 0}, [2]int{draw, 1})
	}
	return out
}

// The counts of each method, by hand for four steps, and where it ends.
func TestAnnouncements(t *testing.T) {
	for method, want := range map[diffusion.Method]struct {
		evaluations, draws int
		end                float64
	}{
		diffusion.DDIM:  {4, 0, 0},
		diffusion.Heun:  {7, 0, 0},
		diffusion.DPM:   {4, 0, 0},
		diffusion.Euler: {4, 3, 1e-3},
		diffusion.PC:    {8, 7, 1e-3},
	} {
		if e, d, end := method.Evaluations(4), method.Draws(4), method.End(); e != want.evaluations || d != want.draws || end != want.end {
			t.Errorf("%s: got %d evaluations, %d draws, end %g, want %+v", method, e, d, end, want)
		}
	}
}

func TestUnknownMethodPanicsWithItsName(t *testing.T) {
	defer func() {
		if got, want := recover(), `diffusion: "magic" is no sampler`; got != want {
			t.Errorf("got panic %v, want %q", got, want)
		}
	}()
	sde := sdes()["ve 25"]
	diffusion.Sample("magic", gaussian(0, 1).problem(sde, nil), []float64{1}, []float64{1, 0})
}
