package diffusion_test

import (
	"math"
	"math/rand/v2"

	"gsdnet/diffusion"
)

// reals is the Space of single numbers.
type reals struct{}

func (reals) Combine(a, x, b, y float64) float64 { return a*x + b*y }

// mixture is a one-dimensional mixture of Gaussians. Its exact denoiser is known at
// every time.
type mixture struct{ weight, mean, std []float64 }

func gaussian(mean, std float64) mixture {
	return mixture{[]float64{1}, []float64{mean}, []float64{std}}
}

// denoise returns E[x₀|x(t)=x]: the mean of the components' linear estimates, weighted
// by their posterior probabilities.
func (m mixture) denoise(sde diffusion.SDE, x, t float64) float64 {
	alpha, std := sde.Marginal(t)
	if std == 0 {
		return x
	}
	logs := make([]float64, len(m.mean))
	top := math.Inf(-1)
	for i := range logs {
		variance := alpha*alpha*m.std[i]*m.std[i] + std*std
		d := x - alpha*m.mean[i]
		logs[i] = math.Log(m.weight[i]) - d*d/(2*variance) - math.Log(variance)/2
		top = max(top, logs[i])
	}
	sum, total := 0.0, 0.0
	for i := range logs {
		share := math.Exp(logs[i] - top)
		variance := alpha*alpha*m.std[i]*m.std[i] + std*std
		estimate := m.mean[i] + alpha*m.std[i]*m.std[i]/variance*(x-alpha*m.mean[i])
		sum += share * estimate
		total += share
	}
	return sum / total
}

// cdf returns the distribution function at x.
func (m mixture) cdf(x float64) float64 {
	p := 0.0
	for i := range m.mean {
		p += m.weight[i] * 0.5 * math.Erfc(-(x-m.mean[i])/(m.std[i]*math.Sqrt2))
	}
	return p
}

// problem returns the problem of sampling m through an SDE with noise from rng.
func (m mixture) problem(sde diffusion.SDE, rng *rand.Rand) diffusion.Problem[float64] {
	return diffusion.Problem[float64]{
		Space: reals{},
		SDEs:  []diffusion.SDE{sde},
		Denoise: func(state []float64, t float64) []float64 {
			return []float64{m.denoise(sde, state[0], t)}
		},
		Noise: func(int, int) float64 { return rng.NormFloat64() },
	}
}

// sdes returns the SDEs that are tested, by kind and settings.
func sdes() map[string]diffusion.SDE {
	out := map[string]diffusion.SDE{}
	for name, spec := range map[string]diffusion.Spec{
		"vp 0.1-20":    {Kind: "vp", BetaMin: 0.1, BetaMax: 20},
		"vp 0.1-1":     {Kind: "vp", BetaMin: 0.1, BetaMax: 1},
		"subvp 0.1-20": {Kind: "subvp", BetaMin: 0.1, BetaMax: 20},
		"ve 25":        {Kind: "ve", Sigma: 25},
	} {
		sde, err := spec.New()
		if err != nil {
			panic(err)
		}
		out[name] = sde
	}
	return out
}
