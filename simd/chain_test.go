package simd_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"pgregory.net/rapid"
)

// TestProductsAndWhatFollows draws batches of products large enough to be cut
// into panels, and loops that read them: biases, residuals, activations, sums
// over rows, columns, matrices and everything.
func TestProductsAndWhatFollows(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rapid.Check(t, func(t *rapid.T) {
		batch := rapid.IntRange(1, 4).Draw(t, "batch")
		m := rapid.IntRange(90, 500).Draw(t, "m")
		k := rapid.SampledFrom([]int{1, 3, 16, 33}).Draw(t, "k")
		n := rapid.SampledFrom([]int{1, 2, 16, 31, 64, 130}).Draw(t, "n")
		lhs, rhs := []int{batch, m, k}, []int{batch, k, n}
		lc, rc := 2, 1
		if rapid.Bool().Draw(t, "left transposed") {
			lhs, lc = []int{batch, k, m}, 1
		}
		if rapid.Bool().Draw(t, "right transposed") {
			rhs, rc = []int{batch, n, k}, 2
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		in := []array{
			random(rng, dtypes.Float32, lhs...), random(rng, dtypes.Float32, rhs...),
			random(rng, dtypes.Float32, 1, 1, n), random(rng, dtypes.Float32, batch, m, n), random(rng, dtypes.Float32, batch, m, 1),
		}
		follow := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 5).Draw(t, "follow")
		sums := rapid.SliceOfN(rapid.SampledFrom([][]int{{2}, {1}, {0}, {0, 1}, {1, 2}, {0, 1, 2}}), 0, 3).Draw(t, "sums")
		keep := rapid.Bool().Draw(t, "keep")
		p := func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			product, err := f.DotGeneral(in[0], []int{lc}, []int{0}, in[1], []int{rc}, []int{0}, compute.DotGeneralConfig{})
			if err != nil {
				return nil, err
			}
			y := product
			for _, op := range follow {
				if y, err = followOp(f, op, y, in); err != nil {
					return nil, err
				}
			}
			out := []compute.Value{y}
			if keep {
				out = append(out, product)
			}
			for _, axes := range sums {
				s, err := f.ReduceSum(y, axes...)
				if err != nil {
					return nil, err
				}
				out = append(out, s)
			}
			return out, nil
		}
		same(t, b, reference, p, in, 1e-3, 5e-2)
	})
}

// followOp applies one of the operations that follow products.
func followOp(f compute.Function, op int, y compute.Value, in []compute.Value) (compute.Value, error) {
	switch op {
	case 0:
		return f.Add(y, in[2])
	case 1:
		return f.Add(y, in[3])
	case 2:
		return f.Tanh(y)
	case 3:
		return f.Mul(y, in[4])
	case 4:
		return f.Logistic(y)
	}
	mean, err := f.ReduceMax(y, 2)
	if err != nil {
		return nil, err
	}
	s, err := f.Shape(y)
	if err != nil {
		return nil, err
	}
	wide, err := f.BroadcastInDim(mean, shapes.Make(dtypes.Float32, s.Dimensions...), []int{0, 1})
	if err != nil {
		return nil, err
	}
	return f.Sub(y, wide)
}
