package simd_test

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// BenchmarkScaling times one product on one worker and on all of them.
func BenchmarkScaling(b *testing.B) {
	for _, n := range []int{256, 512, 1024} {
		for _, workers := range []string{"workers=1", ""} {
			b.Run(fmt.Sprintf("%d/%s", n, workers), func(b *testing.B) {
				benchmarkGraph(b, newBackend(b, workers), [][]int{{n, n}, {n, n}}, func(in []*graph.Node) *graph.Node {
					return graph.MatMul(in[0], in[1])
				})
			})
		}
	}
	for _, workers := range []string{"workers=1", ""} {
		b.Run("32x96x96x256/"+workers, func(b *testing.B) {
			benchmarkGraph(b, newBackend(b, workers), [][]int{{32, 96, 96}, {32, 96, 256}}, func(in []*graph.Node) *graph.Node {
				return graph.Dot(in[0], in[1]).General([]int{2}, []int{0}, []int{1}, []int{0})
			})
		})
	}
}

// BenchmarkNormal draws unit normals [8, 288, 128]; the state depends on an input,
// so that nothing is drawn ahead.
func BenchmarkNormal(b *testing.B) {
	benchmarkGraph(b, newBackend(b, ""), [][]int{{}}, func(in []*graph.Node) *graph.Node {
		state := graph.RNGStateFromSeedForGraph(in[0].Graph(), 1)
		state = graph.Add(state, graph.ConvertDType(in[0], state.DType()))
		_, values := graph.RandomNormal(state, shapes.Make(dtypes.Float32, 8, 288, 128))
		return values
	})
}
