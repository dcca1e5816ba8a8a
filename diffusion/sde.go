package diffusion

import (
	"fmt"
	"math"
)

// SDE is a linear forward equation dx = f(t)·x dt + g(t) dw on t ∈ [0,1].
type SDE interface {
	// Name returns the kind, as in Spec.
	Name() string
	// Drift returns f(t).
	Drift(t float64) float64
	// Diffusion returns g(t), the paper's σ_t.
	Diffusion(t float64) float64
	// Marginal returns α(t) and s(t) of x(t) = α·x(0) + s·ε, ε unit normal.
	Marginal(t float64) (alpha, std float64)
	// PriorStd returns the deviation to start sampling from, s(1).
	PriorStd() float64
}

// VP is the variance-preserving SDE with β(t) = BetaMin + t·(BetaMax−BetaMin):
// f = −β/2, g = √β (Song et al., ICLR 2021, Eq. 11).
type VP struct{ BetaMin, BetaMax float64 }

// Name implements SDE.
func (VP) Name() string { return "vp" }

// Drift implements SDE.
func (v VP) Drift(t float64) float64 { return -v.beta(t) / 2 }

// Diffusion implements SDE.
func (v VP) Diffusion(t float64) float64 { return math.Sqrt(v.beta(t)) }

// Marginal implements SDE: α = e^{−B/2}, s² = 1 − e^{−B}, B = ∫β.
func (v VP) Marginal(t float64) (alpha, std float64) {
	b := v.integral(t)
	return math.Exp(-b / 2), math.Sqrt(-math.Expm1(-b))
}

// PriorStd implements SDE. It is near 1 only where BetaMax is large: for β from
// 0.1 to 1 it is 0.65.
func (v VP) PriorStd() float64 { return priorStd(v) }

func (v VP) beta(t float64) float64     { return v.BetaMin + t*(v.BetaMax-v.BetaMin) }
func (v VP) integral(t float64) float64 { return t*v.BetaMin + t*t*(v.BetaMax-v.BetaMin)/2 }

// SubVP is the sub-variance-preserving SDE: the drift of VP with less noise,
// g² = β(1 − e^{−2B}) (Song et al., ICLR 2021, Eq. 13).
type SubVP struct{ BetaMin, BetaMax float64 }

// Name implements SDE.
func (SubVP) Name() string { return "subvp" }

// Drift implements SDE.
func (v SubVP) Drift(t float64) float64 { return VP(v).Drift(t) }

// Diffusion implements SDE.
func (v SubVP) Diffusion(t float64) float64 {
	return math.Sqrt(VP(v).beta(t) * -math.Expm1(-2*VP(v).integral(t)))
}

// Marginal implements SDE: α as VP's, s = 1 − e^{−B}.
func (v SubVP) Marginal(t float64) (alpha, std float64) {
	b := VP(v).integral(t)
	return math.Exp(-b / 2), -math.Expm1(-b)
}

// PriorStd implements SDE.
func (v SubVP) PriorStd() float64 { return priorStd(v) }

// VE is the variance-exploding SDE with g = σᵗ and no drift:
// s² = (σ^{2t} − 1) / (2 ln σ).
type VE struct{ Sigma float64 }

// Name implements SDE.
func (VE) Name() string { return "ve" }

// Drift implements SDE.
func (VE) Drift(float64) float64 { return 0 }

// Diffusion implements SDE.
func (v VE) Diffusion(t float64) float64 { return math.Pow(v.Sigma, t) }

// Marginal implements SDE.
func (v VE) Marginal(t float64) (alpha, std float64) {
	log := math.Log(v.Sigma)
	return 1, math.Sqrt(math.Expm1(2*t*log) / (2 * log))
}

// PriorStd implements SDE.
func (v VE) PriorStd() float64 { return priorStd(v) }

func priorStd(s SDE) float64 {
	_, std := s.Marginal(1)
	return std
}

// Spec names an SDE in a settings file.
type Spec struct {
	Kind    string  `toml:"kind"`                               // vp, subvp or ve
	BetaMin float64 `toml:"beta_min,omitempty" limit:"0..100"`  // β(0) of vp and subvp, above 0
	BetaMax float64 `toml:"beta_max,omitempty" limit:"0..1000"` // β(1) of vp and subvp, at least beta_min
	Sigma   float64 `toml:"sigma,omitempty" limit:"0..10000"`   // σ of ve, above 1
}

// New returns the SDE, or an error that says which setting is out of range.
func (s Spec) New() (SDE, error) {
	switch s.Kind {
	case "vp", "subvp":
		if !(s.BetaMin > 0) || !(s.BetaMax >= s.BetaMin) || math.IsInf(s.BetaMax, 0) {
			return nil, fmt.Errorf("beta_min = %g, beta_max = %g: want 0 < beta_min ≤ beta_max", s.BetaMin, s.BetaMax)
		}
		if s.Kind == "subvp" {
			return SubVP{s.BetaMin, s.BetaMax}, nil
		}
		return VP{s.BetaMin, s.BetaMax}, nil
	case "ve":
		if !(s.Sigma > 1) || math.IsInf(s.Sigma, 0) {
			return nil, fmt.Errorf("sigma = %g: want more than 1", s.Sigma)
		}
		return VE{s.Sigma}, nil
	}
	return nil, fmt.Errorf("kind = %q: want vp, subvp or ve", s.Kind)
}
