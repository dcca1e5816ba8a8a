package layer_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/model/layer"
	"gsdnet/simd"
)

// The parallel scan equals the sequential recurrence in both directions.
func TestScanIsTheRecurrence(t *testing.T) {
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 5, 8, 13} {
		a, b := make([][][]float64, 1), make([][][]float64, 1)
		for u := range n {
			a[0] = append(a[0], []float64{0.5 + 0.4*math.Sin(float64(u)), 0.9})
			b[0] = append(b[0], []float64{math.Cos(float64(3 * u)), float64(u)})
		}
		for _, towards := range []int{-1, 1} {
			got := graph.MustExecOnce(backend, func(a, b *graph.Node) *graph.Node { return layer.Scan(a, b, towards) }, a, b).Value().([][][]float64)
			state := [2]float64{}
			for i := range n {
				u := i
				if towards > 0 {
					u = n - 1 - i
				}
				for j := range state {
					state[j] = a[0][u][j]*state[j] + b[0][u][j]
					if math.Abs(got[0][u][j]-state[j]) > 1e-9*(1+math.Abs(state[j])) {
						t.Errorf("n=%d towards %d, utterance %d: got %g, want %g", n, towards, u, got[0][u][j], state[j])
					}
				}
			}
		}
	}
}
