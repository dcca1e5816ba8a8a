package diffusion

import (
	"fmt"
	"math"
)

func init() {
	kinds.add("ve", Kind{
		Name:  "ve",
		Help:  "Variance exploding: noise is added to data that keep their scale.",
		Paper: "Song et al., ICLR 2021, Eq. 9, with g(t) = σᵗ",
		Keys:  []string{"sigma"},
		build: func(s Spec) (SDE, error) {
			if !(s.Sigma > 1) || math.IsInf(s.Sigma, 0) {
				return nil, fmt.Errorf("sigma = %g: want more than 1", s.Sigma)
			}
			return VE{s.Sigma}, nil
		},
	})
}

// VE is the variance-exploding SDE dx = σᵗ dw, which has no drift.
type VE struct{ Sigma float64 }

// Name returns "ve".
func (VE) Name() string { return "ve" }

// Drift returns 0.
func (VE) Drift(float64) float64 { return 0 }

// Diffusion returns g(t) = σᵗ.
func (v VE) Diffusion(t float64) float64 { return math.Pow(v.Sigma, t) }

// Marginal returns α = 1 and s = √((σ^{2t} − 1) / (2 ln σ)).
func (v VE) Marginal(t float64) (alpha, std float64) {
	log := math.Log(v.Sigma)
	return 1, math.Sqrt(math.Expm1(2*t*log) / (2 * log))
}

// PriorStd returns s(1).
func (v VE) PriorStd() float64 { return priorStd(v) }
