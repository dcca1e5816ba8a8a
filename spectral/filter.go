package spectral

import (
	"fmt"
	"math"

	"gsdnet/erc"
)

// Shape says how the values of one component vary along a conversation: how much of
// their variance is the same in every utterance, how much changes slowly and how much
// is new in each. For a conversation of n utterances the correlation matrix is
//
//	R = U g(Λ) Uᵀ + ⊕ₛ Uₛ gₛ(Λₛ) Uₛᵀ   [n,n], with mean diagonal 1
//
// where A = UΛUᵀ is the graph of the whole conversation, Aₛ = UₛΛₛUₛᵀ is the graph of
// the utterances of speaker s, and the responses to an eigenvalue λ in [−1,1] are
//
//	g(λ)  = a·n·[λ=1] + b/(m·(1+θ(1−λ))) + c
//	gₛ(λ) = a'·nₛ·[λ=1] + b'/(mₛ·(1+θ'(1−λ)))
//
// m is the mean of 1/(1+θ(1−λ)) over the graph, so that the five shares are shares of
// the variance. Each graph is a chain that links every utterance to the next, with a
// link to itself at both ends. All the degrees are then 2, the eigenvalues are
// cos(πk/n), the eigenvectors are the discrete cosine transform, the constant mode has
// the eigenvalue 1 exactly, and the inverse of the low pass is tridiagonal.
type Shape struct {
	Constant float64 `json:"constant"` // a: share of the constant mode of the conversation
	LowPass  float64 `json:"low_pass"` // b: share of what changes slowly along the conversation
	White    float64 `json:"white"`    // c: share that is new in each utterance; at least MinWhite
	Theta    float64 `json:"theta"`    // θ: how slowly; neighbours correlate by (1+θ−√(1+2θ))/θ in a long chain

	SpeakerConstant float64 `json:"speaker_constant,omitempty"` // a': share of the constant modes of the speakers
	SpeakerLowPass  float64 `json:"speaker_low_pass,omitempty"` // b': share of what changes slowly along the turns of a speaker
	SpeakerTheta    float64 `json:"speaker_theta,omitempty"`    // θ': how slowly
}

// MinWhite is the least share White of a Shape. A smaller one would lose precision: the
// relative error of a posterior is about 1e-16/White.
const MinWhite = 1e-6

// Check returns an error unless every field is finite and not negative, White is at
// least MinWhite and the five shares sum to 1.
func (s Shape) Check() error {
	for _, v := range []float64{s.Constant, s.LowPass, s.White, s.Theta, s.SpeakerConstant, s.SpeakerLowPass, s.SpeakerTheta} {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("spectral: a shape holds %g, want finite numbers of at least 0", v)
		}
	}
	if s.White < MinWhite {
		return fmt.Errorf("spectral: the white share of a shape is %g, want at least %g", s.White, MinWhite)
	}
	if sum := s.Constant + s.LowPass + s.White + s.SpeakerConstant + s.SpeakerLowPass; math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("spectral: the shares of a shape sum to %g, want 1", sum)
	}
	return nil
}

// Filter is the graph filter of one modality: a Gaussian process along a conversation
// for each of r uncorrelated components, such as the principal axes of a regression's
// residual. Component j has mean 0 and covariance K = Variances[j]·R, where R is the
// matrix of Shapes[Assigned[j]]. FitFilter fits one and Condition applies it.
type Filter struct {
	Shapes    []Shape   `json:"shapes"`    // few, so that one factorisation serves many components
	Variances []float64 `json:"variances"` // [r] the mean variance of each component; 0 for a dead one
	Assigned  []int     `json:"assigned"`  // [r] the shape of each component
}

// Check returns an error unless the filter is complete and its numbers are in range.
func (f *Filter) Check() error {
	if len(f.Variances) == 0 || len(f.Assigned) != len(f.Variances) {
		return fmt.Errorf("spectral: a filter has %d variances and %d assigned shapes, want as many of each and at least one", len(f.Variances), len(f.Assigned))
	}
	for _, s := range f.Shapes {
		if err := s.Check(); err != nil {
			return err
		}
	}
	for j, v := range f.Variances {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("spectral: the variance of component %d of a filter is %g, want a finite number of at least 0", j, v)
		}
		if k := f.Assigned[j]; k < 0 || k >= len(f.Shapes) {
			return fmt.Errorf("spectral: component %d of a filter has shape %d of %d", j, k, len(f.Shapes))
		}
	}
	return nil
}

// Track is what is known of one modality along a conversation of n utterances.
type Track struct {
	Rows     [][]float64   // [n][r]; a row that is not observed may be nil and is never read
	Observed []bool        // [n]
	Speakers []erc.Speaker // [n], or nil where they are not known, which is treated as one speaker
}

// check returns an error unless the track has one entry for each utterance and its
// observed rows are r finite numbers.
func (t *Track) check(r int) error {
	n := len(t.Rows)
	if len(t.Observed) != n || t.Speakers != nil && len(t.Speakers) != n {
		return fmt.Errorf("spectral: a track has %d rows, %d presence bits and %d speakers", n, len(t.Observed), len(t.Speakers))
	}
	for i, row := range t.Rows {
		if !t.Observed[i] {
			continue
		}
		if len(row) != r {
			return fmt.Errorf("spectral: row %d of a track has %d components, want %d", i, len(row), r)
		}
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("spectral: row %d, component %d of a track is %g, want a finite number", i, j, v)
			}
		}
	}
	return nil
}
