package prior

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/model"
)

// sources lists the utterances of the training conversations that are in, or not in, a
// fold: the coordinates of some of the others, and those of a modality.
func sources(g *Gaussian, m erc.Modality, by int, seen []model.Conversation, truth []model.Truth, in func(fold int) bool) (x, y *mat.Dense) {
	var xs, ys []float64
	rows := 0
	for i := range truth {
		if !in(int(seen[i].Key) % testSettings.Folds) {
			continue
		}
		for u := range truth[i].Present {
			for k, other := range others(m) {
				if by&(1<<k) != 0 {
					xs = append(xs, g.parts[other].vector(truth[i].Features[other][u]).RawVector().Data...)
				}
			}
			ys = append(ys, g.parts[m].vector(truth[i].Features[m][u]).RawVector().Data...)
			rows++
		}
	}
	return mat.NewDense(rows, len(xs)/rows, xs), mat.NewDense(rows, len(ys)/rows, ys)
}

// ridgeOf returns (XᵀX + penalty·rows·I)⁻¹XᵀY.
func ridgeOf(t *testing.T, x, y *mat.Dense, penalty float64) *mat.Dense {
	t.Helper()
	rows, width := x.Dims()
	var left, right, w mat.Dense
	left.Mul(x.T(), x)
	for i := range width {
		left.Set(i, i, left.At(i, i)+penalty*float64(rows))
	}
	right.Mul(x.T(), y)
	if err := w.Solve(&left, &right); err != nil {
		t.Fatal(err)
	}
	return &w
}

// The maps are ridge regressions on all conversations and on those of the other folds, at
// the penalty whose maps miss the least in the folds that they were fitted without.
func TestMapsAreCrossValidatedRidgeRegressions(t *testing.T) {
	g, _ := fitted(t, true)
	seen, truth := corpus(1)
	everything := func(int) bool { return true }
	for _, m := range erc.Modalities {
		for by := 1; by < patterns; by++ {
			best, least := 0.0, math.Inf(1)
			for _, penalty := range []float64{0.03, 0.1, 0.3, 1, 3, 10} {
				missed := 0.0
				for f := range testSettings.Folds {
					x, y := sources(g, m, by, seen, truth, func(fold int) bool { return fold != f })
					left, want := sources(g, m, by, seen, truth, func(fold int) bool { return fold == f })
					var got mat.Dense
					got.Mul(left, ridgeOf(t, x, y, penalty))
					got.Sub(&got, want)
					missed += math.Pow(mat.Norm(&got, 2), 2)
				}
				if missed < least {
					best, least = penalty, missed
				}
			}
			near := func(name string, got, want *mat.Dense) {
				t.Helper()
				var gap mat.Dense
				gap.Sub(got, want)
				if d := mat.Norm(&gap, 2); !(d <= 1e-5) {
					t.Errorf("%s, pattern %d: the map of %s is %.1e from the ridge regression of penalty %g, want at most 1e-5", m, by, name, d, best)
				}
			}
			x, y := sources(g, m, by, seen, truth, everything)
			near("all conversations", g.parts[m].maps[by], ridgeOf(t, x, y, best))
			for f := range testSettings.Folds {
				x, y := sources(g, m, by, seen, truth, func(fold int) bool { return fold != f })
				near("the other folds", g.parts[m].folds[f][by], ridgeOf(t, x, y, best))
			}
		}
	}
}

// The axes are orthonormal, and rest is the deviation of what they leave out of a channel.
func TestRestIsWhatTheAxesLeaveOut(t *testing.T) {
	g, _ := fitted(t, true)
	_, truth := corpus(1)
	for _, m := range erc.Modalities {
		part := g.parts[m]
		var gram mat.Dense
		gram.Mul(part.axes.T(), part.axes)
		squares, rows := make([]float64, testDims[m]), 0.0
		for i := range truth {
			for _, x := range truth[i].Features[m] {
				back := g.Raw(m, part.vector(x).RawVector().Data)
				for j := range x {
					squares[j] += math.Pow(float64(x[j]-back[j]), 2)
				}
				rows++
			}
		}
		for j, sum := range squares {
			if want := math.Sqrt(sum / rows); !(math.Abs(part.rest[j]-want) <= 1e-5) {
				t.Errorf("%s, channel %d: got a rest of %g, want %g", m, j, part.rest[j], want)
			}
		}
		for i := range part.width() {
			for j := range part.width() {
				want := 0.0
				if i == j {
					want = 1
				}
				if got := gram.At(i, j); !(math.Abs(got-want) <= 1e-5) {
					t.Errorf("%s, axes %d and %d: got the product %g, want %g", m, i, j, got, want)
				}
			}
		}
	}
}
