package simd_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

func TestArithmetic(t *testing.T) {
	rec := &recorder{Backend: newBackend(t, "")}
	g := graph.NewGraph(rec, "arithmetic")
	a := graph.Parameter(g, "a", shapes.Make(dtypes.Float32, 5, 6, 7))
	b := graph.Parameter(g, "b", shapes.Make(dtypes.Float32, 5, 7, 8))
	c := graph.Parameter(g, "c", shapes.Make(dtypes.Float32, 8, 9))
	ab := graph.Dot(a, b).General([]int{2}, []int{0}, []int{1}, []int{0})
	abc := graph.Dot(graph.Exp(ab), c).General([]int{2}, nil, []int{0}, nil)
	if err := g.Compile(abc); err != nil {
		t.Fatal(err)
	}
	counted, ok := rec.last.(interface{ Arithmetic() float64 })
	if !ok {
		t.Fatal("an executable does not count its arithmetic")
	}
	if got, want := counted.Arithmetic(), 2.0*5*6*7*8+2*5*6*8*9; got != want {
		t.Errorf("got %g, want %g", got, want)
	}
}
