package diffusion

import "fmt"

// SDE is a linear forward equation dx = f(t)·x dt + g(t) dw for t in [0,1].
type SDE interface {
	// Name returns the name of the kind, as in Spec.
	Name() string
	// Drift returns f(t).
	Drift(t float64) float64
	// Diffusion returns g(t), which the GSDNet paper calls σ_t.
	Diffusion(t float64) float64
	// Marginal returns α(t) and s(t) of x(t) = α·x(0) + s·ε, where ε is unit normal.
	Marginal(t float64) (alpha, std float64)
	// PriorStd returns s(1), the standard deviation of the noise that sampling starts
	// from.
	PriorStd() float64
}

// Spec chooses an SDE in a settings file. A kind reads only its own keys.
type Spec struct {
	Kind    string  `toml:"kind"`                               // name of one of Kinds
	BetaMin float64 `toml:"beta_min,omitempty" limit:"0..100"`  // vp, subvp: β(0), above 0
	BetaMax float64 `toml:"beta_max,omitempty" limit:"0..1000"` // vp, subvp: β(1), at least β(0)
	Sigma   float64 `toml:"sigma,omitempty" limit:"0..10000"`   // ve: σ, above 1
}

// New returns the SDE that s describes, or an error that names the setting that is out
// of range.
func (s Spec) New() (SDE, error) {
	kind, err := kinds.find(s.Kind)
	if err != nil {
		return nil, fmt.Errorf("kind = %w", err)
	}
	return kind.build(s)
}

// Kind declares a kind of SDE. A declaration is one file, such as vp.go.
type Kind struct {
	Name  string   // in settings, as "vp"
	Help  string   // one sentence
	Paper string   // where the equation is from
	Keys  []string // the settings of Spec that it reads, as in a settings file
	build func(Spec) (SDE, error)
}

var kinds = registry[Kind]{noun: "kind of SDE"}

// Kinds returns the declared kinds of SDE in the order of their names.
func Kinds() []Kind { return kinds.list() }

// priorStd implements SDE.PriorStd for the SDEs of the package.
func priorStd(s SDE) float64 {
	_, std := s.Marginal(1)
	return std
}
