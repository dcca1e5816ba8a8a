package diffusion_test

import (
	"fmt"

	"gsdnet/diffusion"
)

// line is the Space of single numbers.
type line struct{}

func (line) Combine(a, x, b, y float64) float64 { return a*x + b*y }

// The example turns noise into numbers with the distribution N(3, 0.5²), whose exact
// denoiser is known. A model has a network in its place.
func Example() {
	sde, err := diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20}.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	const mean, variance = 3, 0.25
	problem := diffusion.Problem[float64]{
		Space: line{},
		SDEs:  []diffusion.SDE{sde},
		Denoise: func(state []float64, t float64) []float64 {
			alpha, std := sde.Marginal(t)
			share := alpha * variance / (alpha*alpha*variance + std*std)
			return []float64{mean + share*(state[0]-alpha*mean)}
		},
	}
	times := diffusion.LogSNR.Times(sde, 40, diffusion.Heun.End)
	for _, z := range []float64{-1, 0, 1} { // the noise, in deviations
		start := []float64{z * sde.PriorStd()}
		fmt.Printf("%+.0f → %.2f\n", z, diffusion.Sample(diffusion.Heun, problem, start, times)[0])
	}
	// Output:
	// -1 → 2.49
	// +0 → 2.99
	// +1 → 3.49
}
