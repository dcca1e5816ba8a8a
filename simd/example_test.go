package simd_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/simd"
)

// A GoMLX graph runs on this backend as on any other.
func Example() {
	backend, err := simd.New("workers=2", simd.WithMemoryLimit(512<<20))
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Finalize()
	layer, err := graph.NewExec(backend, func(x, w *graph.Node) *graph.Node { return graph.Tanh(graph.MatMul(x, w)) })
	if err != nil {
		log.Fatal(err)
	}
	out, err := layer.Call1([][]float32{{1, 0}, {0, 1}}, [][]float32{{0.5, -1}, {0, 2}})
	if err != nil {
		log.Fatal(err)
	}
	tensors.MustConstFlatData(out, func(flat []float32) { fmt.Printf("%.3f\n", flat) })
	// Output: [0.462 -0.762 0.000 0.964]
}

// WithPlans shows how what is compiled runs: here, a product and the loop that follows it
// in one step, and an operation that is not accelerated.
func ExampleWithPlans() {
	backend, err := simd.New("workers=2", simd.WithPlans(func(_ string, plan *simd.ExecutionPlan) {
		for _, wave := range plan.Waves {
			for _, step := range wave.Steps {
				text, _, _ := strings.Cut(step.Text, ":")
				fmt.Printf("%s: %s\n", step.Kind, text)
			}
		}
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Finalize()
	g := graph.NewGraph(backend, "example")
	x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, 768, 128))
	w := graph.Parameter(g, "w", shapes.Make(dtypes.Float32, 128, 128))
	if err := g.Compile(graph.Tanh(graph.MatMul(x, w)), graph.ArgMax(x, -1)); err != nil {
		log.Fatal(err)
	}
	// Output:
	// product and loop: chain of 24 panels, local true
	// Go backend: foreign ArgMinMax
}
