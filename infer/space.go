package infer

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/pca"
)

// mostAxes is how many leading principal axes of a modality a Space has at most. The many
// small axes beyond hold little of the variance and hide the differences between
// completions.
var mostAxes = [erc.NumModalities]int{erc.Text: 40, erc.Audio: 40, erc.Visual: 24}

// flatVariance is the share of the largest variance below which an axis is none.
const flatVariance = 1e-9

// Space is the space that completions are scored in: coordinates along the leading
// principal axes of the standardised features of each modality, whose variance is 1 on
// average.
type Space struct {
	axes [erc.NumModalities]*mat.Dense // [q,D_m], nil of a modality without cells
}

// FitSpace finds the axes of the cells that samples have, which should be those of the
// training split. It gives the same bits for the same samples. Its error is that of the
// context.
func FitSpace(ctx context.Context, samples []Sample) (*Space, error) {
	s := &Space{}
	for _, m := range erc.Modalities {
		var rows [][]float32
		for i := range samples {
			for u, present := range samples[i].Present() {
				if present.Has(m) {
					rows = append(rows, samples[i].Truth.Features[m][u])
				}
			}
		}
		var err error
		if s.axes[m], err = scaledAxes(ctx, rows, mostAxes[m]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Axes returns how many axes a modality has, 0 if there is none.
func (s *Space) Axes(m erc.Modality) int {
	if s.axes[m] == nil {
		return 0
	}
	q, _ := s.axes[m].Dims()
	return q
}

// Project returns the coordinates [q] of standardised features [D_m] of a modality that
// has axes.
func (s *Space) Project(m erc.Modality, row []float32) []float64 {
	q, _ := s.axes[m].Dims()
	out := mat.NewVecDense(q, nil)
	out.MulVec(s.axes[m], mat.NewVecDense(len(row), float64s(row)))
	return out.RawVector().Data
}

// scaledAxes returns at most count principal axes [q,D] of rows, divided by the root of
// their mean variance; nil if all rows are 0.
func scaledAxes(ctx context.Context, rows [][]float32, count int) (*mat.Dense, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	axes, variances, err := pca.Leading(ctx, rows, len(rows[0]), count)
	if err != nil {
		return nil, err
	}
	for len(variances) > 0 && !(variances[len(variances)-1] > flatVariance*variances[0]) {
		variances = variances[:len(variances)-1]
	}
	if len(variances) == 0 {
		return nil, nil
	}
	mean := 0.0
	for _, v := range variances {
		mean += v / float64(len(variances))
	}
	out := mat.DenseCopyOf(axes.Slice(0, len(rows[0]), 0, len(variances)).T())
	out.Scale(1/math.Sqrt(mean), out)
	return out, nil
}
