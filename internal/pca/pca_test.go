package pca_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"gsdnet/internal/pca"
)

// made returns rows whose variance along the first axes falls by a factor two each and is
// small along all others, in a random rotation, with those axes as columns.
func made(rows, width, axes int) ([][]float32, *mat.Dense) {
	rng := rand.New(rand.NewPCG(3, 4))
	random := mat.NewDense(width, axes, nil)
	for i := range width {
		for j := range axes {
			random.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	var q mat.Dense
	qr.Factorize(random)
	qr.QTo(&q)
	basis := mat.DenseCopyOf(q.Slice(0, width, 0, axes))
	out := make([][]float32, rows)
	for i := range out {
		out[i] = make([]float32, width)
		for j := range axes {
			z := rng.NormFloat64() * math.Pow(2, float64(axes-j)/2)
			for k := range width {
				out[i][k] += float32(z * basis.At(k, j))
			}
		}
		for k := range width {
			out[i][k] += float32(0.01 * rng.NormFloat64())
		}
	}
	return out, basis
}

// Each of the three ways of computing the axes finds those that the rows were made of.
func TestLeadingFindsTheAxes(t *testing.T) {
	for name, size := range map[string][2]int{"columns": {1500, 40}, "rows": {300, 1100}, "iteration": {1100, 1050}} {
		t.Run(name, func(t *testing.T) {
			rows, want := made(size[0], size[1], 4)
			got, moments, err := pca.Leading(t.Context(), rows, size[1], 3)
			if err != nil {
				t.Fatal(err)
			}
			for k := range 3 {
				cosine := mat.Dot(got.ColView(k), want.ColView(k))
				if math.Abs(cosine) < 0.97 {
					t.Errorf("axis %d: got cosine %.3f to the true one, want ±1", k, cosine)
				}
				if ratio := moments[k] / math.Pow(2, float64(4-k)); ratio < 0.7 || ratio > 1.4 {
					t.Errorf("axis %d: got second moment %.2f, want about %.0f", k, moments[k], math.Pow(2, float64(4-k)))
				}
				if length := mat.Norm(got.ColView(k), 2); math.Abs(length-1) > 1e-9 {
					t.Errorf("axis %d: got length %v, want 1", k, length)
				}
			}
		})
	}
}

func TestLeadingOfFewRows(t *testing.T) {
	axes, moments, err := pca.Leading(t.Context(), [][]float32{{3, 4}}, 2, 5)
	if err != nil {
		t.Fatal(err)
	}
	if _, k := axes.Dims(); k != 1 || math.Abs(moments[0]-25) > 1e-9 || math.Abs(axes.At(1, 0)-0.8) > 1e-9 {
		t.Errorf("got axes %v and moments %v, want (0.6, 0.8) and 25", mat.Formatted(axes), moments)
	}
	if axes, _, err := pca.Leading(t.Context(), nil, 2, 5); axes != nil || err != nil {
		t.Errorf("no rows: got %v, %v, want nil", axes, err)
	}
}

func TestLeadingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := pca.Leading(ctx, [][]float32{{1, 2}}, 2, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
