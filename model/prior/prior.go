// Package prior holds the Gaussian distribution of what is missing in a conversation given
// what is observed. It is computed in closed form on the host, and GSDNet's diffusion and
// the baselines "draws" and "graph" start from it.
//
//	g := prior.New(setup.Dims, prior.Default())
//	err := g.Fit(ctx, params, seen, truth)       // once, before training
//	posterior, err := g.Condition(&conversation, false) // for each conversation
//	mean := posterior.Mean(erc.Audio)                   // [n][Rank], along the axes
//
// A modality m is described by its coordinates z along the leading principal axes of its
// standardised features. What the other modalities of an utterance say of z is a ridge
// regression. The residual, whether the modality is observed there or not, is turned to its
// own principal axes and divided by its deviation along each. The components that result
// follow a graph filter along the conversation (package spectral): knowing the residuals of
// some utterances, it gives the exact conditional distribution of the others.
//
// Start reading at Gaussian.Condition, then Fit.
package prior

import (
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/spectral"
)

// Settings describe the prior: the table [gsdnet.prior] of a config.
type Settings struct {
	Rank     int  `toml:"rank" limit:"1..1024"` // largest number of principal axes of a modality
	Folds    int  `toml:"folds" limit:"2..20"`  // folds of cross-fitting of the regressions
	Speakers bool `toml:"speakers"`             // whether each speaker has a graph of their own beside that of the conversation
	// Tails multiplies the noise of every missing utterance by a factor of mean square 1:
	// as much as what is observed tells of the size of its residual, and at random with the
	// distribution that the rest of sizes has in training.
	Tails bool `toml:"tails"`
}

// Default returns the default settings.
func Default() Settings { return Settings{Rank: 64, Folds: 5, Speakers: true} }

// Gaussian is the prior of conversations of certain widths. It is safe for concurrent use
// once it has been fitted or loaded.
type Gaussian struct {
	dims     [erc.NumModalities]int
	settings Settings
	graph    bool
	parts    [erc.NumModalities]*part
	rows     wholeRows
}

// New returns a prior of features of widths dims that has not been fitted. With graph it
// has the covariance along the conversation; without, utterances are independent.
func New(dims [erc.NumModalities]int, s Settings, graph bool) *Gaussian {
	return &Gaussian{dims: dims, settings: s, graph: graph}
}

// Width returns the largest number of axes of a modality: the width d of arrays that hold
// the coordinates of all modalities.
func (g *Gaussian) Width() int {
	width := 1
	for _, d := range g.dims {
		width = max(width, min(d, g.settings.Rank))
	}
	return width
}

// patterns is the number of sets of the two other modalities that may be observed.
const patterns = 4

// part is what is fitted of one modality. It is nil of a modality that training lacks.
type part struct {
	axes   *mat.Dense             // [D,q] orthonormal principal axes of the standardised features
	maps   [patterns]*mat.Dense   // [S,q] regressions on the others' coordinates, by others; nil for none
	folds  [][patterns]*mat.Dense // the same without each fold; nil where only maps was kept
	basis  *mat.Dense             // [q,q] orthonormal principal axes of the residual
	along  *mat.Dense             // [q,q] basis transposed: an axis a row, see setBasis
	scale  []float64              // [q] deviation of the residual along each
	rest   []float64              // [D] deviation of what the axes leave out of a standardised channel
	tails  []float64              // quantiles, evenly spaced, of the square root of a row's size that signs do not tell; nil without Tails
	signs  []float64              // [signCount] weights of the signs of a row's size; nil without Tails
	usual  float64                // mean logarithm of the sizes of observed residuals
	filter *spectral.Filter       // of the residual along its axes in units of scale
}

// setBasis keeps the axes of the residual both ways round, as they are read row by row.
func (p *part) setBasis(basis *mat.Dense) { p.basis, p.along = basis, mat.DenseCopyOf(basis.T()) }

// width returns q, 0 of a modality that training lacks.
func (p *part) width() int {
	if p == nil {
		return 0
	}
	_, q := p.axes.Dims()
	return q
}

// others lists the other two modalities of m in their order.
func others(m erc.Modality) [2]erc.Modality {
	switch m {
	case erc.Text:
		return [2]erc.Modality{erc.Audio, erc.Visual}
	case erc.Audio:
		return [2]erc.Modality{erc.Text, erc.Visual}
	}
	return [2]erc.Modality{erc.Text, erc.Audio}
}

// pattern returns which of the other modalities of m are in a set: bit k stands for
// others(m)[k].
func pattern(m erc.Modality, present erc.Present) int {
	out := 0
	for k, other := range others(m) {
		if present.Has(other) {
			out |= 1 << k
		}
	}
	return out
}
