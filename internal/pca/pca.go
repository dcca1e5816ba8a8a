// Package pca computes principal axes of many rows of features.
//
//	axes, variances, err := pca.Leading(ctx, rows, 785, 64) // axes [785,64]
//
// Start reading at Leading.
package pca

import (
	"context"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	mostRows   = 8192 // rows that axes are computed from, evenly spaced
	exactSide  = 1024 // the largest Gram matrix whose eigenvectors are computed exactly
	spare      = 16   // columns of the subspace iteration beyond the axes
	iterations = 6
	block      = 256 // rows in one multiplication, between two checks of the context
)

// Leading returns the leading principal axes of rows of a width as the orthonormal columns
// of a matrix [width,k], and the second moments of the rows along them, the largest first.
// The rows are not centred. k is count, or less where the rows are narrower or fewer; the
// matrix is nil where k is 0. Where there are more than 8,192 rows, as many evenly spaced
// ones are used. Where both sides of the rows are above 1,024 the axes are found by
// subspace iteration from a fixed random start (Halko, Martinsson and Tropp, SIAM Review
// 2011). The result depends on the arguments alone. The error is that of ctx.
func Leading(ctx context.Context, rows [][]float32, width, count int) (axes *mat.Dense, moments []float64, err error) {
	if len(rows) > mostRows {
		spaced := make([][]float32, mostRows)
		for i := range spaced {
			spaced[i] = rows[i*len(rows)/mostRows]
		}
		rows = spaced
	}
	count = min(count, width, len(rows))
	if count == 0 {
		return nil, nil, ctx.Err()
	}
	switch {
	case width <= exactSide:
		axes, err = ofColumns(ctx, rows, width, count)
	case len(rows) <= exactSide:
		axes, err = ofRows(ctx, rows, width, count)
	default:
		axes, err = iterate(ctx, rows, width, count)
	}
	if err != nil {
		return nil, nil, err
	}
	return axes, along(rows, axes), nil
}

// ofColumns returns the leading eigenvectors of XᵀX.
func ofColumns(ctx context.Context, rows [][]float32, width, count int) (*mat.Dense, error) {
	gram := mat.NewSymDense(width, nil)
	for part := range slices.Chunk(rows, block) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var of mat.SymDense
		of.SymOuterK(1, matrix(part, width).T())
		gram.AddSym(gram, &of)
	}
	return eigenvectors(gram, count), ctx.Err()
}

// ofRows returns Xᵀ·U for the leading eigenvectors U of XXᵀ, made orthonormal.
func ofRows(ctx context.Context, rows [][]float32, width, count int) (*mat.Dense, error) {
	x := matrix(rows, width)
	var gram mat.SymDense
	gram.SymOuterK(1, x)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out mat.Dense
	out.Mul(x.T(), eigenvectors(&gram, count))
	return orthonormal(&out), ctx.Err()
}

// iterate finds the leading eigenvectors of XᵀX by subspace iteration.
func iterate(ctx context.Context, rows [][]float32, width, count int) (*mat.Dense, error) {
	rng := rand.New(rand.NewPCG(0, 0))
	basis := mat.NewDense(width, min(count+spare, width), nil)
	_, columns := basis.Dims()
	for i := range width {
		for j := range columns {
			basis.Set(i, j, rng.NormFloat64())
		}
	}
	basis = orthonormal(basis)
	for step := range iterations + 1 {
		next := mat.NewDense(width, columns, nil)
		for part := range slices.Chunk(rows, block) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			x := matrix(part, width)
			var forth, back mat.Dense
			forth.Mul(x, basis)
			back.Mul(x.T(), &forth)
			next.Add(next, &back)
		}
		if step < iterations {
			basis = orthonormal(next)
			continue
		}
		var small mat.Dense // turn the basis to the axes within its span
		small.Mul(basis.T(), next)
		symmetric := mat.NewSymDense(columns, nil)
		for i := range columns {
			for j := i; j < columns; j++ {
				symmetric.SetSym(i, j, (small.At(i, j)+small.At(j, i))/2)
			}
		}
		var out mat.Dense
		out.Mul(basis, eigenvectors(symmetric, count))
		basis = &out
	}
	return basis, nil
}

// eigenvectors returns the eigenvectors of the largest count eigenvalues as columns, the
// largest first. Of each the entry of largest size is positive.
func eigenvectors(x *mat.SymDense, count int) *mat.Dense {
	var e mat.EigenSym
	if !e.Factorize(x, true) {
		panic("pca: the eigenvectors of a symmetric matrix did not converge")
	}
	var all mat.Dense
	e.VectorsTo(&all)
	n, _ := all.Dims()
	out := mat.NewDense(n, count, nil)
	for k := range count {
		column := mat.Col(nil, n-1-k, &all)
		largest := slices.MaxFunc(column, func(a, b float64) int {
			if a*a < b*b {
				return -1
			}
			return 1
		})
		if largest < 0 {
			for i := range column {
				column[i] = -column[i]
			}
		}
		out.SetCol(k, column)
	}
	return out
}

// orthonormal returns an orthonormal basis of the columns of x.
func orthonormal(x *mat.Dense) *mat.Dense {
	rows, columns := x.Dims()
	var qr mat.QR
	var q mat.Dense
	qr.Factorize(x)
	qr.QTo(&q)
	return mat.DenseCopyOf(q.Slice(0, rows, 0, columns))
}

// along returns the mean squares of the rows along the axes.
func along(rows [][]float32, axes *mat.Dense) []float64 {
	width, count := axes.Dims()
	out := make([]float64, count)
	for part := range slices.Chunk(rows, block) {
		var y mat.Dense
		y.Mul(matrix(part, width), axes)
		for i := range part {
			for j, v := range y.RawRowView(i) {
				out[j] += v * v / float64(len(rows))
			}
		}
	}
	return out
}

// matrix returns rows as a matrix.
func matrix(rows [][]float32, width int) *mat.Dense {
	out := mat.NewDense(len(rows), width, nil)
	for i, row := range rows {
		to := out.RawRowView(i)
		for j, v := range row {
			to[j] = float64(v)
		}
	}
	return out
}
