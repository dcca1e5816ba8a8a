package ridge

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
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
	axisRows   = 2048 // largest number of utterances that axes are computed from, evenly spaced
	axisPasses = 2    // passes of the subspace iteration
	axisBlock  = 256  // utterances in one multiplication
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
		if out[m], err = leading(ctx, rows, width, count); err != nil {
			return out, err
		}
	}
	return out, nil
}

// leading returns an orthonormal basis [width,count] of the span of the rows. If there are
// more than count rows, it returns the leading principal axes, which it finds by subspace
// iteration from a fixed random start (Halko, Martinsson and Tropp, SIAM Review 2011).
func leading(ctx context.Context, rows [][]float32, width, count int) (*mat.Dense, error) {
	if len(rows) == 0 {
		return mat.NewDense(width, 1, nil), nil // nothing is regressed on it
	}
	if len(rows) <= count {
		columns := mat.NewDense(width, len(rows), nil)
		for i, row := range rows {
			columns.SetCol(i, widen(row))
		}
		return thinQ(columns), ctx.Err()
	}
	sample := make([][]float32, min(len(rows), axisRows))
	for i := range sample {
		sample[i] = rows[i*len(rows)/len(sample)]
	}
	basis := start(width, count)
	for range axisPasses {
		next := mat.NewDense(width, count, nil)
		for block := range slices.Chunk(sample, axisBlock) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			x := mat.NewDense(len(block), width, nil)
			for i, row := range block {
				x.SetRow(i, widen(row))
			}
			var along, back mat.Dense
			along.Mul(x, basis)
			back.Mul(x.T(), &along)
			next.Add(next, &back)
		}
		basis = thinQ(next)
	}
	return basis, nil
}

// thinQ returns the factor Q [rows,columns] of x = QR and overwrites x with it. There must
// not be more columns than rows.
func thinQ(x *mat.Dense) *mat.Dense {
	general := x.RawMatrix()
	tau := make([]float64, general.Cols)
	work := []float64{0}
	lapack64.Geqrf(general, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(general, tau, work, len(work))
	work = []float64{0}
	lapack64.Orgqr(general, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Orgqr(general, tau, work, len(work))
	return x
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

// sources maps the rows of a map [S,rank] from the axes of its sources to their channels.
func (a axes) sources(r Regression, m linear, in *mat.Dense) *mat.Dense {
	var blocks []erc.Modality
	for _, source := range erc.Modalities {
		if m.from.Has(source) {
			blocks = append(blocks, source)
		}
	}
	if r.Around {
		blocks = append(blocks, m.to)
	}
	if a == (axes{}) {
		return in
	}
	_, columns := in.Dims()
	var out *mat.Dense
	from := 0
	for _, source := range blocks {
		height := r.reduced(a).Dims[source]
		block := in.Slice(from, from+height, 0, columns)
		from += height
		lifted := mat.DenseCopyOf(block)
		if a[source] != nil {
			lifted = new(mat.Dense)
			lifted.Mul(a[source], block)
		}
		if out == nil {
			out = lifted
			continue
		}
		var both mat.Dense
		both.Stack(out, lifted)
		out = &both
	}
	return out
}

// target maps the columns of a map [rank,D] from the axes of its target to the channels.
func (a axes) target(m linear, out *mat.Dense) *mat.Dense {
	if a[m.to] == nil {
		return out
	}
	var lifted mat.Dense
	lifted.Mul(out, a[m.to].T())
	return &lifted
}

// lift maps a fit from the axes to the channels.
func (a axes) lift(r Regression, m linear, f fit) fit {
	f.in = a.sources(r, m, f.in)
	if f.out == nil {
		f.in = a.target(m, f.in)
	} else {
		f.out = a.target(m, f.out)
	}
	return f
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
