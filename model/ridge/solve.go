package ridge

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// gather returns the Gram matrix of the utterances that have the needed modalities, and
// their number. It leaves out one fold (−1: none). The matrix is nil if there are none.
func gather(folds []moments, without int, needed erc.Present) (*mat.Dense, int) {
	var gram *mat.Dense
	rows := 0
	for f, moments := range folds {
		for present := erc.None + 1; present <= erc.All; present++ { // in this order, because the sum is rounded
			m, ok := moments[present]
			if !ok || f == without || present&needed != needed {
				continue
			}
			if gram == nil {
				gram = mat.DenseCopyOf(m.gram)
			} else {
				gram.Add(gram, m.gram)
			}
			rows += m.rows
		}
	}
	return gram, rows
}

// sources returns the indices in a Gram matrix of the sources of a map.
func (r Regression) sources(from erc.Present, to erc.Modality) []int {
	var out []int
	for _, m := range erc.Modalities {
		if from.Has(m) {
			out = append(out, r.columns(m)...)
		}
	}
	if r.Around {
		for _, i := range r.columns(to) {
			out = append(out, r.width()+i)
		}
	}
	return out
}

// columns returns the indices of the features of a modality.
func (r Regression) columns(m erc.Modality) []int {
	from := 0
	for _, before := range erc.Modalities[:m] {
		from += r.Dims[before]
	}
	out := make([]int, r.Dims[m])
	for i := range out {
		out[i] = from + i
	}
	return out
}

// solve fits one map on all folds but one (−1: on all of them).
func (r Regression) solve(ctx context.Context, folds []moments, without int, from erc.Present, to erc.Modality) (fit, error) {
	if err := ctx.Err(); err != nil {
		return fit{}, err
	}
	sources, targets := r.sources(from, to), r.columns(to)
	w, right := mat.NewDense(len(sources), len(targets), nil), mat.NewDense(len(sources), len(targets), nil)
	gram, rows := gather(folds, without, from.With(to))
	if rows > 0 {
		left := mat.NewSymDense(len(sources), nil)
		for i, a := range sources {
			for j := i; j < len(sources); j++ {
				left.SetSym(i, j, gram.At(a, sources[j]))
			}
			left.SetSym(i, i, gram.At(a, a)+r.Lambda*float64(rows))
			for j, b := range targets {
				right.Set(i, j, gram.At(a, b))
				if r.Around {
					right.Set(i, j, gram.At(a, b)-gram.At(a, r.width()+b))
				}
			}
		}
		var factor mat.Cholesky
		if !factor.Factorize(left) {
			return fit{}, fmt.Errorf("regression of %s on %s: normal equations are not positive definite", to, from)
		}
		if err := ctx.Err(); err != nil {
			return fit{}, err
		}
		if err := factor.SolveTo(w, right); err != nil {
			return fit{}, fmt.Errorf("regression of %s on %s: %w", to, from, err)
		}
	}
	if r.Rank == 0 {
		return fit{in: w, rows: rows}, nil
	}
	in, out := reduce(w, right, r.Rank)
	return fit{in, out, rows}, nil
}

// Constants of the subspace iteration.
const (
	spare  = 8 // columns beyond the rank
	passes = 4
)

// reduce returns the factors of the map of a given rank that is nearest to W in the norm
// of the ridge regression: W·V and Vᵀ, where V holds the leading eigenvectors of
// Wᵀ(G+λI)W = Wᵀ·right. They are found by subspace iteration from a fixed random start
// (Halko, Martinsson and Tropp, SIAM Review 2011).
func reduce(w, right *mat.Dense, rank int) (in, out *mat.Dense) {
	_, targets := w.Dims()
	rank = min(rank, targets)
	basis := start(targets, min(rank+spare, targets))
	apply := func(x mat.Matrix) *mat.Dense {
		var inner, y mat.Dense
		inner.Mul(right, x)
		y.Mul(w.T(), &inner)
		return &y
	}
	for range passes {
		basis = orthonormal(apply(basis))
	}
	var small mat.Dense
	small.Mul(basis.T(), apply(basis))
	_, width := small.Dims()
	symmetric := mat.NewSymDense(width, nil)
	for i := range width {
		for j := i; j < width; j++ {
			symmetric.SetSym(i, j, (small.At(i, j)+small.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		panic("model: eigenvectors of a symmetric matrix did not converge")
	}
	var vectors, v, first mat.Dense
	eigen.VectorsTo(&vectors) // in the order of rising eigenvalues
	v.Mul(basis, vectors.Slice(0, width, width-rank, width))
	first.Mul(w, &v)
	return &first, mat.DenseCopyOf(v.T())
}

// start returns a matrix of unit normals that depends on its size only.
func start(rows, columns int) *mat.Dense {
	rng := rand.New(rand.NewPCG(0, 0))
	out := mat.NewDense(rows, columns, nil)
	for i := range rows {
		for j := range columns {
			out.Set(i, j, rng.NormFloat64())
		}
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
