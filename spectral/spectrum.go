package spectral

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Spectrum is an orthonormal basis of the graph, split into the K eigenvectors
// of largest |λ_ref|, along which a modality may differ from the reference, and
// the rest, which stays at the reference.
type Spectrum struct {
	U    *mat.Dense    // [N,K] the retained eigenvectors, one a column, by falling |λ_ref|
	Ref  []float64     // [K] λ_ref of the retained ones
	Rest *mat.SymDense // [N,N] Σ λ_ref·u·uᵀ over the others; zero when K = N
}

// ErrDecompose says that an eigendecomposition did not converge, which a finite
// symmetric matrix does not do.
var ErrDecompose = errors.New("spectral: eigendecomposition did not converge; is the matrix finite?")

// Decompose returns the spectrum of the symmetric matrix a (normally Reference)
// with K = min(N, rank); rank 0 keeps all.
func Decompose(a mat.Symmetric, rank int) (*Spectrum, error) {
	n := a.SymmetricDim()
	values, vectors, err := eigen(a)
	if err != nil {
		return nil, err
	}
	if rank <= 0 || rank > n {
		rank = n
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(math.Abs(values[j]), math.Abs(values[i]))
	})
	s := &Spectrum{
		U:    mat.NewDense(n, rank, nil),
		Ref:  make([]float64, rank),
		Rest: mat.NewSymDense(n, nil),
	}
	column := make([]float64, n)
	for k, i := range order {
		mat.Col(column, i, vectors)
		if k < rank {
			s.U.SetCol(k, column)
			s.Ref[k] = values[i]
		} else {
			s.Rest.SymRankOne(s.Rest, values[i], mat.NewVecDense(n, column))
		}
	}
	return s, nil
}

// Len returns N, the utterances.
func (s *Spectrum) Len() int { n, _ := s.U.Dims(); return n }

// Rank returns K, the retained eigenvalues.
func (s *Spectrum) Rank() int { return len(s.Ref) }

// Project returns λ = diag(Uᵀ A U) [K]: of all the diagonal matrices, the one
// whose U diag(λ) Uᵀ is nearest to A in the Frobenius norm.
func (s *Spectrum) Project(a mat.Symmetric) []float64 {
	n, k := s.U.Dims()
	var au mat.Dense
	au.Mul(a, s.U)
	lambda := make([]float64, k)
	for i := range n {
		for j := range k {
			lambda[j] += s.U.At(i, j) * au.At(i, j)
		}
	}
	return lambda
}

// Rebuild returns Â = U diag(λ) Uᵀ + Rest.
func (s *Spectrum) Rebuild(lambda []float64) *mat.SymDense {
	n, k := s.U.Dims()
	a := mat.NewSymDense(n, nil)
	a.CopySym(s.Rest)
	column := make([]float64, n)
	for j := range k {
		mat.Col(column, j, s.U)
		a.SymRankOne(a, lambda[j], mat.NewVecDense(n, column))
	}
	return a
}

// Eigenvalues returns the k eigenvalues of a of largest absolute value, by
// falling absolute value: Λ_m as the paper prints it (the "own" basis).
func Eigenvalues(a mat.Symmetric, k int) ([]float64, error) {
	values, _, err := eigen(a)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(values, func(x, y float64) int {
		return cmp.Compare(math.Abs(y), math.Abs(x))
	})
	return values[:k], nil
}

// RelativeError returns ‖A − B‖_F / ‖A‖_F, the diagnostic of how much of a
// modality's graph a rebuilt one holds.
func RelativeError(a, b mat.Symmetric) float64 {
	var diff, norm float64
	n := a.SymmetricDim()
	for i := range n {
		for j := range n {
			d := a.At(i, j) - b.At(i, j)
			diff += d * d
			norm += a.At(i, j) * a.At(i, j)
		}
	}
	return math.Sqrt(diff / norm)
}

func eigen(a mat.Symmetric) ([]float64, *mat.Dense, error) {
	var e mat.EigenSym
	if !e.Factorize(a, true) {
		return nil, nil, ErrDecompose
	}
	vectors := new(mat.Dense)
	e.VectorsTo(vectors)
	return e.Values(nil), vectors, nil
}
