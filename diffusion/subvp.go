package diffusion

import "math"

func init() {
	kinds.add("subvp", Kind{
		Name:  "subvp",
		Help:  "Sub-variance preserving: the drift of vp with less noise at every time.",
		Paper: "Song et al., ICLR 2021, Eq. 13",
		Keys:  []string{"beta_min", "beta_max"},
		build: func(s Spec) (SDE, error) { return SubVP{s.BetaMin, s.BetaMax}, s.checkBeta() },
	})
}

// SubVP is the sub-variance-preserving SDE: it has the drift of VP and the smaller
// diffusion g² = β(1 − e^{−2B}), where B(t) is the integral of β from 0 to t (Song et
// al., ICLR 2021, Eq. 13).
type SubVP struct{ BetaMin, BetaMax float64 }

// Name returns "subvp".
func (SubVP) Name() string { return "subvp" }

// Drift returns f(t) = −β(t)/2.
func (v SubVP) Drift(t float64) float64 { return VP(v).Drift(t) }

// Diffusion returns g(t).
func (v SubVP) Diffusion(t float64) float64 {
	return math.Sqrt(VP(v).beta(t) * -math.Expm1(-2*VP(v).integral(t)))
}

// Marginal returns α = e^{−B/2} and s = 1 − e^{−B}.
func (v SubVP) Marginal(t float64) (alpha, std float64) {
	b := VP(v).integral(t)
	return math.Exp(-b / 2), -math.Expm1(-b)
}

// PriorStd returns s(1).
func (v SubVP) PriorStd() float64 { return priorStd(v) }
