package engine

import (
	"sync"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
)

// Any number of shapes is computed, from several goroutines, and few graphs are kept.
func TestGraphsAreBounded(t *testing.T) {
	backend, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	var building sync.Mutex
	built := 0 // guarded by building
	c := NewGraphs(backend, mlx.NewStore(), &building, func(_ *mlx.Scope, in Nodes) Outputs {
		built++
		return Outputs{"sum": graph.Add(in.Get("a"), in.Get("b"))}
	})
	defer c.Close()
	sum := func(n int) {
		a, b := make([]float32, n), make([]float32, n)
		a[n-1], b[n-1] = float32(n), 1
		out, err := c.Call(Feed{"b": tensors.FromFlatDataAndDimensions(b, n), "a": tensors.FromFlatDataAndDimensions(a, n)})
		if err != nil {
			t.Errorf("%d elements: %v", n, err)
			return
		}
		if got := out["sum"].Values[n-1]; got != float32(n+1) {
			t.Errorf("%d elements: got %v, want %d", n, got, n+1)
		}
	}
	const shapes = 3 * heldGraphs
	var wg sync.WaitGroup
	for caller := range 4 {
		wg.Go(func() {
			for i := range shapes {
				sum(1 + (i+caller*shapes/4)%shapes)
			}
		})
	}
	wg.Wait()
	if len(c.held) > heldGraphs || built < shapes {
		t.Errorf("%d graphs are kept and %d were built, want at most %d and at least %d", len(c.held), built, heldGraphs, shapes)
	}
	before := built
	sum(5)
	sum(5)
	if built > before+1 {
		t.Error("a graph was not kept for its next use")
	}
}

// A graph that cannot be built is an error each time, and not kept.
func TestGraphsThatCannotBeBuilt(t *testing.T) {
	backend, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	c := NewGraphs(backend, mlx.NewStore(), nil, func(_ *mlx.Scope, in Nodes) Outputs {
		return Outputs{"sum": graph.Add(in.Get("a"), in.Get("b"))}
	})
	feed := Feed{"a": tensors.FromFlatDataAndDimensions(make([]float32, 2), 2), "b": tensors.FromFlatDataAndDimensions(make([]float32, 3), 3)}
	for range 2 {
		if _, err := c.Call(feed); err == nil || len(c.held) != 0 {
			t.Errorf("got error %v with %d graphs kept, want an error and none", err, len(c.held))
		}
	}
}
