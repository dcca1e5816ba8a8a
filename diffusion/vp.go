package diffusion

import (
	"fmt"
	"math"
)

func init() {
	kinds.add("vp", Kind{
		Name:  "vp",
		Help:  "Variance preserving: data of unit variance keep unit variance while they turn into noise.",
		Paper: "Song et al., ICLR 2021, Eq. 11",
		Keys:  []string{"beta_min", "beta_max"},
		build: func(s Spec) (SDE, error) { return VP{s.BetaMin, s.BetaMax}, s.checkBeta() },
	})
}

// VP is the variance-preserving SDE with β(t) = BetaMin + t·(BetaMax − BetaMin),
// f = −β/2 and g = √β (Song et al., ICLR 2021, Eq. 11).
type VP struct{ BetaMin, BetaMax float64 }

// Name returns "vp".
func (VP) Name() string { return "vp" }

// Drift returns f(t) = −β(t)/2.
func (v VP) Drift(t float64) float64 { return -v.beta(t) / 2 }

// Diffusion returns g(t) = √β(t).
func (v VP) Diffusion(t float64) float64 { return math.Sqrt(v.beta(t)) }

// Marginal returns α = e^{−B/2} and s = √(1 − e^{−B}), where B(t) is the integral of β
// from 0 to t.
func (v VP) Marginal(t float64) (alpha, std float64) {
	b := v.integral(t)
	return math.Exp(-b / 2), math.Sqrt(-math.Expm1(-b))
}

// PriorStd returns s(1). It is near 1 only if BetaMax is large: for β from 0.1 to 1 it
// is 0.65.
func (v VP) PriorStd() float64 { return priorStd(v) }

func (v VP) beta(t float64) float64     { return v.BetaMin + t*(v.BetaMax-v.BetaMin) }
func (v VP) integral(t float64) float64 { return t*v.BetaMin + t*t*(v.BetaMax-v.BetaMin)/2 }

// checkBeta returns an error if β is not positive, or falls, or is not finite.
func (s Spec) checkBeta() error {
	if !(s.BetaMin > 0) || !(s.BetaMax >= s.BetaMin) || math.IsInf(s.BetaMax, 0) {
		return fmt.Errorf("beta_min = %g, beta_max = %g: want 0 < beta_min ≤ beta_max", s.BetaMin, s.BetaMax)
	}
	return nil
}
