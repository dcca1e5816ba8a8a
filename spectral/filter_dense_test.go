package spectral_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/spectral"
)

// chainGraph is the normalised adjacency of a chain with a link to itself at both ends,
// built by Normalise.
func chainGraph(n int) *mat.SymDense {
	w := mat.NewSymDense(n, nil)
	for i := range n {
		if i > 0 {
			w.SetSym(i-1, i, 1)
		}
	}
	w.SetSym(0, 0, w.At(0, 0)+1)
	w.SetSym(n-1, n-1, w.At(n-1, n-1)+1)
	return spectral.Normalise(w)
}

// response returns U g(Λ) Uᵀ of a chain, by its eigendecomposition.
func response(t testing.TB, n int, constant, lowPass, theta float64) *mat.SymDense {
	t.Helper()
	var e mat.EigenSym
	if !e.Factorize(chainGraph(n), true) {
		t.Fatal("no eigendecomposition")
	}
	values := e.Values(nil)
	m := 0.0
	for _, v := range values {
		m += 1 / (1 + theta*(1-v)) / float64(n)
	}
	var u mat.Dense
	e.VectorsTo(&u)
	out := mat.NewSymDense(n, nil)
	for k, v := range values {
		g := lowPass / (m * (1 + theta*(1-v)))
		if k == n-1 { // eigenvalues rise, so the constant mode is the last
			g += constant * float64(n)
		}
		out.SymRankOne(out, g, u.ColView(k))
	}
	return out
}

// dense returns the correlation matrix of a shape.
func dense(t testing.TB, s spectral.Shape, n int, speakers []erc.Speaker) *mat.SymDense {
	t.Helper()
	r := response(t, n, s.Constant, s.LowPass, s.Theta)
	if speakers == nil {
		speakers = make([]erc.Speaker, n)
	}
	turns := map[erc.Speaker][]int{}
	for i, sp := range speakers {
		turns[sp] = append(turns[sp], i)
	}
	for _, at := range turns {
		own := response(t, len(at), s.SpeakerConstant, s.SpeakerLowPass, s.SpeakerTheta)
		for a, i := range at {
			for b, j := range at[:a+1] {
				r.SetSym(i, j, r.At(i, j)+own.At(a, b))
			}
		}
	}
	for i := range n {
		r.SetSym(i, i, r.At(i, i)+s.White)
	}
	return r
}

// split lists the observed and the missing rows.
func split(observed []bool) (o, m []int) {
	for i, seen := range observed {
		if seen {
			o = append(o, i)
		} else {
			m = append(m, i)
		}
	}
	return o, m
}

func sub(k mat.Symmetric, rows, cols []int) *mat.Dense {
	out := mat.NewDense(len(rows), len(cols), nil)
	for a, i := range rows {
		for b, j := range cols {
			out.Set(a, b, k.At(i, j))
		}
	}
	return out
}

// textbook returns K_mo K_oo⁻¹ e_o, K_mm − K_mo K_oo⁻¹ K_om and the log density of e_o.
func textbook(t testing.TB, k mat.Symmetric, observed []bool, e func(i int) float64) (mean []float64, cov *mat.Dense, logDensity float64) {
	t.Helper()
	o, m := split(observed)
	if len(m) > 0 {
		cov = sub(k, m, m)
	}
	mean = make([]float64, len(m))
	if len(o) == 0 {
		return mean, cov, 0
	}
	eo := mat.NewVecDense(len(o), nil)
	for a, i := range o {
		eo.SetVec(a, e(i))
	}
	koo := mat.NewSymDense(len(o), nil)
	for a, i := range o {
		for b, j := range o[:a+1] {
			koo.SetSym(a, b, k.At(i, j))
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(koo) {
		t.Fatal("the dense covariance is not positive definite")
	}
	var solved mat.VecDense
	if err := factor.SolveVecTo(&solved, eo); err != nil {
		t.Fatal(err)
	}
	logDensity = -(float64(len(o))*math.Log(2*math.Pi) + factor.LogDet() + mat.Dot(eo, &solved)) / 2
	if len(m) > 0 {
		kmo := sub(k, m, o)
		var mv mat.VecDense
		mv.MulVec(kmo, &solved)
		copy(mean, mv.RawVector().Data)
		var gain, taken mat.Dense
		if err := factor.SolveTo(&gain, kmo.T()); err != nil {
			t.Fatal(err)
		}
		taken.Mul(kmo, &gain)
		cov.Sub(cov, &taken)
	}
	return mean, cov, logDensity
}
