package infer

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/stream"
)

// mostAxes is how many leading principal axes of a modality a Space has at most. The many
// small axes beyond hold little of the variance and hide the differences between
// completions.
var mostAxes = [erc.NumModalities]int{erc.Text: 40, erc.Audio: 40, erc.Visual: 24}

// Settings of the search for the axes.
const (
	spaceValues = 8 << 20 // largest number of features of the cells that axes are computed from
	spacePasses = 6       // passes of the subspace iteration
	spaceMargin = 24      // vectors beside those that are kept
	spaceBlock  = 512     // cells in one multiplication

	// flatVariance is the share of the largest variance below which an axis is none.
	flatVariance = 1e-9
)

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
		if s.axes[m], err = scaledAxes(ctx, evenly(rows), mostAxes[m]); err != nil {
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

// evenly returns as many of the rows as have spaceValues features, evenly spaced.
func evenly(rows [][]float32) [][]float32 {
	if len(rows) == 0 || len(rows)*len(rows[0]) <= spaceValues {
		return rows
	}
	out := make([][]float32, max(spaceValues/len(rows[0]), 1))
	for i := range out {
		out[i] = rows[i*len(rows)/len(out)]
	}
	return out
}

// scaledAxes returns at most count principal axes [q,D] of rows, divided by the root of
// their mean variance; nil if all rows are 0. It finds them by subspace iteration
// from a fixed random start (Halko, Martinsson and Tropp, SIAM Review 2011), because a
// full decomposition takes minutes for thousands of features.
func scaledAxes(ctx context.Context, rows [][]float32, count int) (*mat.Dense, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	width := len(rows[0])
	count = min(count, width, len(rows))
	basis := mat.NewDense(width, min(count+spaceMargin, width), nil)
	rng := stream.New(1, "space")
	for i := range width {
		row := basis.RawRowView(i)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
	}
	var image *mat.Dense
	for range spacePasses {
		if image != nil {
			basis = image
		}
		var err error
		if image, err = moments(ctx, rows, orthonormal(basis)); err != nil {
			return nil, err
		}
	}
	variances, axes := principal(basis, image, count)
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
	out := mat.DenseCopyOf(axes.Slice(0, width, 0, len(variances)).T())
	out.Scale(1/math.Sqrt(mean), out)
	return out, nil
}

// moments returns the second moments [D,D] of rows times a basis [D,k].
func moments(ctx context.Context, rows [][]float32, basis *mat.Dense) (*mat.Dense, error) {
	width, k := basis.Dims()
	sum := mat.NewDense(width, k, nil)
	for block := range slices.Chunk(rows, spaceBlock) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := mat.NewDense(len(block), width, nil)
		for i, row := range block {
			x.SetRow(i, float64s(row))
		}
		var along, back mat.Dense
		along.Mul(x, basis)
		back.Mul(x.T(), &along)
		sum.Add(sum, &back)
	}
	sum.Scale(1/float64(len(rows)), sum)
	return sum, nil
}

// principal returns the count largest variances in the span of an orthonormal basis [D,k]
// and their axes [D,count]. image is the second moments times the basis.
func principal(basis, image *mat.Dense, count int) ([]float64, *mat.Dense) {
	_, k := basis.Dims()
	var inside mat.Dense
	inside.Mul(basis.T(), image)
	symmetric := mat.NewSymDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			symmetric.SetSym(i, j, (inside.At(i, j)+inside.At(j, i))/2)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(symmetric, true) {
		return nil, basis
	}
	var vectors, axes mat.Dense
	e.VectorsTo(&vectors)
	values := e.Values(nil)
	turned := mat.NewDense(k, count, nil)
	variances := make([]float64, count)
	for c := range count {
		variances[c] = max(values[k-1-c], 0)
		turned.SetCol(c, mat.Col(nil, k-1-c, &vectors))
	}
	axes.Mul(basis, turned)
	return variances, &axes
}

// orthonormal returns the factor Q [D,k] of x = QR with k ≤ D and overwrites x with it.
func orthonormal(x *mat.Dense) *mat.Dense {
	general := x.RawMatrix()
	tau := make([]float64, general.Cols)
	work := make([]float64, 64*general.Cols)
	lapack64.Geqrf(general, tau, work, len(work))
	lapack64.Orgqr(general, tau, work, len(work))
	return x
}
