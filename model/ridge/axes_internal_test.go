package ridge

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	mlx "github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/model"
)

// normals returns a matrix of unit normals.
func normals(rng *rand.Rand, rows, columns int) *mat.Dense {
	out := mat.NewDense(rows, columns, nil)
	for i := range rows {
		for j := range columns {
			out.Set(i, j, rng.NormFloat64())
		}
	}
	return out
}

// The Gram matrix has the same bits as one product.
func TestGramHasTheBitsOfOneProduct(t *testing.T) {
	z := normals(rand.New(rand.NewPCG(1, 2)), 300, 2*gramPanel+21)
	var want mat.Dense
	want.Mul(z.T(), z)
	got, err := gramOf(t.Context(), z)
	if err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(got, &want) {
		t.Error("the Gram matrix differs from zᵀz")
	}
}

// wideTruth returns conversations whose modalities are mixtures of a few common factors.
func wideTruth(rng *rand.Rand, dims [erc.NumModalities]int, conversations, n int) []model.Truth {
	var truth []model.Truth
	var mixes [erc.NumModalities]*mat.Dense
	for m := range mixes {
		mixes[m] = normals(rng, 5, dims[m])
	}
	for range conversations {
		z := normals(rng, n, 5)
		one := model.Truth{Present: make([]erc.Present, n)}
		for m := range mixes {
			var x mat.Dense
			x.Mul(z, mixes[m])
			for u := range n {
				row := make([]float32, dims[m])
				for j := range row {
					row[j] = float32(x.At(u, j) + 0.3*rng.NormFloat64())
				}
				one.Present[u] = erc.All
				one.Features[m] = append(one.Features[m], row)
			}
		}
		truth = append(truth, one)
	}
	return truth
}

// If there are no more utterances than axes, the fit of wide features equals the direct
// solution W = Xᵀ(XXᵀ+λnI)⁻¹Y to a millionth.
func TestWideRidgeEqualsTheDirectSolution(t *testing.T) {
	dims := [erc.NumModalities]int{700, 600, 300}
	const conversations, n = 6, 15
	truth := wideTruth(rand.New(rand.NewPCG(3, 4)), dims, conversations, n)
	r := Regression{Dims: dims, Lambda: 0.3}
	a, err := r.axes(t.Context(), truth)
	if err != nil {
		t.Fatal(err)
	}
	for m := range a {
		if _, got := a[m].Dims(); got != conversations*n {
			t.Fatalf("modality %d has %d axes, want %d", m, got, conversations*n)
		}
	}
	got, want := solved(t, r, a, truth, erc.Audio), direct(r, truth)
	var off mat.Dense
	off.Sub(got, want)
	if miss := mat.Norm(&off, 2) / mat.Norm(want, 2); miss > 1e-6 {
		t.Errorf("relative error %.2g, want below 1e-6", miss)
	}
}

// solved returns the map from text to a modality in the channels, fitted along axes.
func solved(t *testing.T, r Regression, a axes, truth []model.Truth, to erc.Modality) *mat.Dense {
	t.Helper()
	small := r.reduced(a)
	all, err := small.moments(t.Context(), a, truth)
	if err != nil {
		t.Fatal(err)
	}
	m := linear{from: erc.None.With(erc.Text), to: to}
	if err := small.solve(t.Context(), all, &m); err != nil {
		t.Fatal(err)
	}
	return a.lift(small, m)
}

// direct regresses audio on text, by the dual form and without axes.
func direct(r Regression, truth []model.Truth) *mat.Dense {
	var x, y *mat.Dense
	for i := range truth {
		full := (axes{}).of(truth[i].Features, truth[i].Present)
		for u := range truth[i].Present {
			x, y = stacked(x, full[erc.Text][u]), stacked(y, full[erc.Audio][u])
		}
	}
	rows, _ := x.Dims()
	var kernel, solved, w mat.Dense
	kernel.Mul(x, x.T())
	for i := range rows {
		kernel.Set(i, i, kernel.At(i, i)+r.Lambda*float64(rows))
	}
	if err := solved.Solve(&kernel, y); err != nil {
		panic(err)
	}
	w.Mul(x.T(), &solved)
	return &w
}

func stacked(x *mat.Dense, row []float64) *mat.Dense {
	if x == nil {
		return mat.NewDense(1, len(row), append([]float64{}, row...))
	}
	var out mat.Dense
	out.Stack(x, mat.NewDense(1, len(row), row))
	return &out
}

// If there are more utterances than axes, the leading axes still contain the common factors
// of the modalities: the error of the regression is as low as the noise allows.
func TestWideRidgeKeepsWhatModalitiesShare(t *testing.T) {
	dims := [erc.NumModalities]int{900, 800, 20}
	truth := wideTruth(rand.New(rand.NewPCG(5, 6)), dims, 10, 40)
	r := Regression{Dims: dims, Lambda: 0.1}
	a, err := r.axes(t.Context(), truth)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := a[erc.Text].Dims(); got != mostAxes || a[erc.Visual] != nil {
		t.Fatalf("text has %d axes and visual %v, want %d and none", got, a[erc.Visual], mostAxes)
	}
	w := solved(t, r, a, truth, erc.Visual)
	square, count := 0.0, 0.0
	for i := range truth {
		full := (axes{}).of(truth[i].Features, truth[i].Present)
		for u := range full[erc.Text] {
			var y mat.Dense
			y.Mul(mat.NewDense(1, dims[0], full[erc.Text][u]), w)
			for j, want := range full[erc.Visual][u] {
				square += (want - y.At(0, j)) * (want - y.At(0, j))
				count++
			}
		}
	}
	if got := math.Sqrt(square / count); got > 0.33 {
		t.Errorf("root mean square error %.3f, want near the noise of 0.3", got)
	}
}

// A fit whose context has ended returns its error and stores nothing.
func TestRidgeFitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	truth := wideTruth(rand.New(rand.NewPCG(5, 6)), [erc.NumModalities]int{900, 800, 20}, 2, 200)
	store := mlx.NewStore()
	err := Regression{Dims: [erc.NumModalities]int{900, 800, 20}, Lambda: 0.1}.Fit(ctx, model.NewParams(store, 0), truth)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	for v := range store.IterVariables() {
		t.Errorf("%s was stored", v.Path())
	}
}
