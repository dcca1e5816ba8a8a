package simd_test

import (
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// BenchmarkOperations times single operations on [8, 288, 128] arrays, inputs
// and outputs in memory, on one worker and on all.
func BenchmarkOperations(b *testing.B) {
	x, bias, a := []int{8, 288, 128}, []int{1, 1, 128}, []int{8, 288, 288}
	for _, c := range []struct {
		name  string
		dims  [][]int
		build func(in []*graph.Node) *graph.Node
	}{
		{"bias", [][]int{x, bias}, func(in []*graph.Node) *graph.Node {
			return graph.Add(in[0], graph.BroadcastToShape(in[1], in[0].Shape()))
		}},
		{"add", [][]int{x, x}, func(in []*graph.Node) *graph.Node { return graph.Add(in[0], in[1]) }},
		{"exp", [][]int{x}, func(in []*graph.Node) *graph.Node { return graph.Exp(in[0]) }},
		{"silu", [][]int{x}, func(in []*graph.Node) *graph.Node { return silu(in[0]) }},
		{"layernorm", [][]int{x}, func(in []*graph.Node) *graph.Node { return layerNorm(in[0]) }},
		{"softmax", [][]int{x}, func(in []*graph.Node) *graph.Node { return graph.Softmax(in[0], -1) }},
		{"rowsums", [][]int{x}, func(in []*graph.Node) *graph.Node { return graph.ReduceSum(in[0], -1) }},
		{"colsums", [][]int{x}, func(in []*graph.Node) *graph.Node { return graph.ReduceSum(in[0], 0, 1) }},
		{"transpose", [][]int{x}, func(in []*graph.Node) *graph.Node { return graph.Transpose(in[0], 1, 2) }},
		{"adam", [][]int{x, x, x, x, {}}, func(in []*graph.Node) *graph.Node { return adam(in[0], in[1], in[2], in[3], in[4])[0] }},
		{"A·H", [][]int{a, x}, func(in []*graph.Node) *graph.Node {
			return graph.Dot(in[0], in[1]).General([]int{2}, []int{0}, []int{1}, []int{0})
		}},
		{"Hᵀ·H", [][]int{x}, func(in []*graph.Node) *graph.Node {
			return graph.Dot(in[0], in[0]).General([]int{1}, []int{0}, []int{1}, []int{0})
		}},
		{"Aᵀ·H", [][]int{a, x}, func(in []*graph.Node) *graph.Node {
			return graph.Dot(in[0], in[1]).General([]int{1}, []int{0}, []int{1}, []int{0})
		}},
	} {
		for _, config := range []string{"workers=1", ""} {
			b.Run(c.name+"/"+config, func(b *testing.B) {
				benchmarkGraph(b, newBackend(b, config), c.dims, c.build)
			})
		}
	}
}

func benchmarkGraph(b *testing.B, backend compute.Backend, dims [][]int, build func(in []*graph.Node) *graph.Node) {
	rec := &recorder{Backend: backend}
	g := graph.NewGraph(rec, "benchmark")
	var in []*graph.Node
	var buffers []compute.Buffer
	for i, d := range dims {
		s := shapes.Make(dtypes.Float32, d...)
		in = append(in, graph.Parameter(g, string(rune('a'+i)), s))
		buf, flat, err := backend.NewSharedBuffer(0, s)
		if err != nil {
			b.Fatal(err)
		}
		for j := range flat.([]float32) {
			flat.([]float32)[j] = float32(j%17) / 17
		}
		buffers = append(buffers, buf)
	}
	if err := g.Compile(build(in)); err != nil {
		b.Fatal(err)
	}
	best := time.Hour
	for b.Loop() {
		began := time.Now()
		out, err := rec.last.Execute(buffers, nil, 0)
		if err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(began))
		for _, o := range out {
			if err := o.Finalize(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(best.Seconds()*1e6, "min-µs")
}
