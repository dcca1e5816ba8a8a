package ridge

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/pca"
	"gsdnet/model"
)

// The time of a regression is cubic in the number of its channels. Up to exactWidth
// channels of all modalities together, the regression uses the channels. Beyond that, each
// modality of more than mostAxes channels is replaced by its coordinates along its
// mostAxes leading principal axes in the training data, and the solution is mapped back to
// channels. This is exact if there are no more utterances than axes, because a ridge
// regression lies in the span of its rows.
const (
	exactWidth = 1536
	mostAxes   = 256
)

// axes holds for each modality an orthonormal basis [D_m,R_m] of the space in which the
// regressions are solved, or nil if they are solved in the channels.
type axes [erc.NumModalities]*mat.Dense

// axes computes the bases.
func (r Regression) axes(ctx context.Context, truth []model.Truth) (axes, error) {
	var out axes
	for _, m := range erc.Modalities {
		var rows [][]float32
		for i := range truth {
			for u, present := range truth[i].Present {
				if present.Has(m) {
					rows = append(rows, truth[i].Features[m][u])
				}
			}
		}
		tooWide, width := r.width() > exactWidth, r.Dims[m]
		if width <= mostAxes || !tooWide && len(rows) >= width {
			continue
		}
		count := len(rows)
		if tooWide {
			count = min(count, mostAxes)
		}
		var err error
		if out[m], _, err = pca.Leading(ctx, rows, width, count); err != nil {
			return out, err
		}
	}
	return out, nil
}

// reduced returns the regression in the coordinates of the axes.
func (r Regression) reduced(a axes) Regression {
	for m, basis := range a {
		if basis != nil {
			_, r.Dims[m] = basis.Dims()
		}
	}
	return r
}

// of returns the features [m][utterance] in the coordinates of the axes, nil if missing.
func (a axes) of(features [erc.NumModalities][][]float32, present []erc.Present) [erc.NumModalities][][]float64 {
	var out [erc.NumModalities][][]float64
	for _, m := range erc.Modalities {
		out[m] = make([][]float64, len(present))
		var flat []float64
		count := 0
		for u, p := range present {
			if p.Has(m) {
				out[m][u] = widen(features[m][u])
				if a[m] != nil {
					flat, count = append(flat, out[m][u]...), count+1
				}
			}
		}
		if count == 0 {
			continue
		}
		var along mat.Dense
		along.Mul(mat.NewDense(count, len(flat)/count, flat), a[m])
		count = 0
		for u := range out[m] {
			if out[m][u] != nil {
				out[m][u] = along.RawRowView(count)
				count++
			}
		}
	}
	return out
}

// lift returns a map of the reduced regression r from the axes to the channels.
func (a axes) lift(r Regression, m linear) *mat.Dense {
	w := m.w
	if a[m.to] != nil {
		w = new(mat.Dense)
		w.Mul(m.w, a[m.to].T())
	}
	if a == (axes{}) {
		return w
	}
	_, columns := w.Dims()
	var out *mat.Dense
	from := 0
	for _, source := range erc.Modalities {
		if !m.from.Has(source) {
			continue
		}
		block := mat.DenseCopyOf(w.Slice(from, from+r.Dims[source], 0, columns))
		from += r.Dims[source]
		if a[source] != nil {
			lifted := new(mat.Dense)
			lifted.Mul(a[source], block)
			block = lifted
		}
		if out == nil {
			out = block
			continue
		}
		both := new(mat.Dense)
		both.Stack(out, block)
		out = both
	}
	return out
}

// gramPanel is how many columns of a Gram matrix are computed between two checks of the
// context.
const gramPanel = 128

// gramOf returns zᵀz with the same bits as one product. It computes the upper triangle in
// panels of columns and mirrors it.
func gramOf(ctx context.Context, z *mat.Dense) (*mat.Dense, error) {
	rows, width := z.Dims()
	out := mat.NewDense(width, width, nil)
	for from := 0; from < width; from += gramPanel {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		to := min(from+gramPanel, width)
		panel := out.Slice(0, to, from, to).(*mat.Dense)
		panel.Mul(z.Slice(0, rows, 0, to).T(), z.Slice(0, rows, from, to))
	}
	for i := range width {
		for j := range i {
			out.Set(i, j, out.At(j, i))
		}
	}
	return out, nil
}
