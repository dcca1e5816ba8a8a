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
func wideTruth(rng *rand.Rand, dims [erc.NumModalities]int, conversations, n int) ([]model.Conversation, []model.Truth) {
	var seen []model.Conversation
	var truth []model.Truth
	var mixes [erc.NumModalities]*mat.Dense
	for m := range mixes {
		mixes[m] = normals(rng, 5, dims[m])
	}
	for i := range conversations {
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
		seen = append(seen, model.Conversation{Key: uint64(i), Present: one.Present, Features: one.Features, Speakers: make([]erc.Speaker, n)})
	}
	return seen, truth
}

// If there are no more utterances than axes, the fit of wide features equals the direct
// solution W = Xᵀ(XXᵀ+λnI)⁻¹Y to a millionth, with and without Around.
func TestWideRidgeEqualsTheDirectSolution(t *testing.T) {
	dims := [erc.NumModalities]int{700, 600, 300}
	const conversations, n, lambda = 6, 15, 0.3
	seen, truth := wideTruth(rand.New(rand.NewPCG(3, 4)), dims, conversations, n)
	for _, around := range []bool{false, true} {
		r := Regression{Dims: dims, Lambda: lambda, Around: around}
		a, err := r.axes(t.Context(), truth)
		if err != nil {
			t.Fatal(err)
		}
		for m := range a {
			if _, got := a[m].Dims(); got != conversations*n {
				t.Fatalf("modality %d has %d axes, want %d", m, got, conversations*n)
			}
		}
		small := r.reduced(a)
		folds, err := small.split(t.Context(), a, seen, truth)
		if err != nil {
			t.Fatal(err)
		}
		got, err := small.solve(t.Context(), folds, -1, erc.None.With(erc.Text), erc.Audio)
		if err != nil {
			t.Fatal(err)
		}
		got = a.lift(r, linear{from: erc.None.With(erc.Text), to: erc.Audio}, got)
		want := direct(r, seen, truth)
		var off mat.Dense
		off.Sub(got.in, want)
		if miss := mat.Norm(&off, 2) / mat.Norm(want, 2); miss > 1e-6 {
			t.Errorf("around %v: relative error %.2g, want below 1e-6", around, miss)
		}
	}
}

// direct regresses audio on text, by the dual form and without axes.
func direct(r Regression, seen []model.Conversation, truth []model.Truth) *mat.Dense {
	var x, y *mat.Dense
	for i := range truth {
		full := (axes{}).of(truth[i].Features, truth[i].Present)
		around := r.around(&seen[i], full)
		for u := range truth[i].Present {
			source, target := full[erc.Text][u], full[erc.Audio][u]
			if r.Around {
				near := around[u][r.Dims[erc.Text]:][:r.Dims[erc.Audio]]
				source = append(append([]float64{}, source...), near...)
				target = append([]float64{}, target...)
				for j := range target {
					target[j] -= near[j]
				}
			}
			x, y = stacked(x, source), stacked(y, target)
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
	_, truth := wideTruth(rand.New(rand.NewPCG(5, 6)), dims, 10, 40)
	r := Regression{Dims: dims, Lambda: 0.1, Rank: 8}
	a, err := r.axes(t.Context(), truth)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := a[erc.Text].Dims(); got != mostAxes || a[erc.Visual] != nil {
		t.Fatalf("text has %d axes and visual %v, want %d and none", got, a[erc.Visual], mostAxes)
	}
	small := r.reduced(a)
	folds, err := small.split(t.Context(), a, nil, truth)
	if err != nil {
		t.Fatal(err)
	}
	m := linear{from: erc.None.With(erc.Text), to: erc.Visual}
	f, err := small.solve(t.Context(), folds, -1, m.from, m.to)
	if err != nil {
		t.Fatal(err)
	}
	f = a.lift(r, m, f)
	square, count := 0.0, 0.0
	for i := range truth {
		full := (axes{}).of(truth[i].Features, truth[i].Present)
		for u := range full[erc.Text] {
			var inner, y mat.Dense
			inner.Mul(mat.NewDense(1, dims[0], full[erc.Text][u]), f.in)
			y.Mul(&inner, f.out)
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
	_, truth := wideTruth(rand.New(rand.NewPCG(5, 6)), [erc.NumModalities]int{900, 800, 20}, 2, 200)
	store := mlx.NewStore()
	err := Regression{Dims: [erc.NumModalities]int{900, 800, 20}, Lambda: 0.1}.Fit(ctx, model.NewParams(store, 0), nil, truth)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	for v := range store.IterVariables() {
		t.Errorf("%s was stored", v.Path())
	}
}
