package draws

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gsdnet/internal/stream"
	"gsdnet/metric/internal/numbers"
)

// MMD is the squared maximum mean discrepancy of two samples of vectors, its
// unbiased estimate (Gretton et al., JMLR 13, 2012, Eq. 3), for a Gaussian kernel
// whose width is the median distance between the vectors. About 0, and possibly a
// little below, for samples of one distribution; NaN for fewer than two vectors in
// either.
func MMD(a, b [][]float64) float64 {
	if len(a) < 2 || len(b) < 2 {
		return math.NaN()
	}
	k, n := gaussian(append(slices.Clone(a), b...)), len(a)
	var aa, bb, ab float64
	for i := range k.SymmetricDim() {
		for j := range i {
			switch {
			case i < n:
				aa += k.At(i, j)
			case j >= n:
				bb += k.At(i, j)
			default:
				ab += k.At(i, j)
			}
		}
	}
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	return aa/pairs(n) + bb/pairs(len(b)) - 2*ab/(float64(n)*float64(len(b)))
}

// gaussian is the kernel matrix of vectors with the median heuristic.
func gaussian(rows [][]float64) *mat.SymDense {
	k := mat.NewSymDense(len(rows), nil)
	var all []float64
	for i := range rows {
		for j := range i {
			sum := 0.0
			for c, x := range rows[i] {
				d := x - rows[j][c]
				sum += d * d
			}
			k.SetSym(i, j, sum)
			all = append(all, sum)
		}
	}
	slices.Sort(all)
	width := max(2*numbers.Quantile(all, 0.5), 1e-12)
	for i := range rows {
		for j := range i + 1 {
			k.SetSym(i, j, math.Exp(-k.At(i, j)/width))
		}
	}
	return k
}

// Settings of Separability.
const (
	folds      = 5
	classRidge = 0.1
)

// Separability is how often a classifier tells the vectors of two samples apart
// that it has not seen: 0.5 is chance, 1 is always (a classifier two-sample test;
// Lopez-Paz and Oquab, ICLR 2017). It is kernel ridge regression on ±1 with MMD's
// kernel, cross-validated in five seeded folds. Row i of a and row i of b belong
// together, as original and recovery do, and are held out together.
func Separability(a, b [][]float64, seed uint64) float64 {
	sameLength(len(a), len(b))
	if len(a) < folds {
		return math.NaN()
	}
	k, n := gaussian(append(slices.Clone(a), b...)), len(a)
	order := stream.New(seed, "separability").Perm(n)
	right := 0
	for fold := range folds {
		var seen, held []int
		for at, i := range order {
			if at%folds == fold {
				held = append(held, i, n+i)
			} else {
				seen = append(seen, i, n+i)
			}
		}
		right += heldOut(k, seen, held, n)
	}
	return float64(right) / float64(2*n)
}

// heldOut counts the held rows that are told apart from the seen ones; rows from
// n on are the second sample.
func heldOut(k *mat.SymDense, seen, held []int, n int) int {
	sign := func(i int) float64 {
		if i < n {
			return 1
		}
		return -1
	}
	gram := mat.NewSymDense(len(seen), nil)
	target := mat.NewVecDense(len(seen), nil)
	for i, from := range seen {
		target.SetVec(i, sign(from))
		for j := range i + 1 {
			gram.SetSym(i, j, k.At(from, seen[j]))
		}
		gram.SetSym(i, i, gram.At(i, i)+classRidge)
	}
	var factor mat.Cholesky
	var weights mat.VecDense
	if !factor.Factorize(gram) || factor.SolveVecTo(&weights, target) != nil {
		return len(held) / 2
	}
	right := 0
	for _, h := range held {
		sum := 0.0
		for i, from := range seen {
			sum += weights.AtVec(i) * k.At(h, from)
		}
		if sum*sign(h) > 0 {
			right++
		}
	}
	return right
}
