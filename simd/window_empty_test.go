package simd_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/simd"
)

// A convolution of an array without elements has an output without elements, or zeros where
// it adds up nothing.
func TestConvolutionOfNothing(t *testing.T) {
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	conv := func(x, w *graph.Node) *graph.Node { return graph.Convolve(x, w).NoPadding().Done() }
	for _, c := range []struct {
		name    string
		x, w    []int
		program func(x, w *graph.Node) *graph.Node
		want    []int
	}{
		{"no rows", []int{0, 5, 5, 3}, []int{3, 3, 3, 4}, conv, []int{0, 3, 3, 4}},
		{"no output channels", []int{2, 5, 5, 3}, []int{3, 3, 3, 0}, conv, []int{2, 3, 3, 0}},
		{"no input channels", []int{2, 5, 5, 0}, []int{3, 3, 0, 4}, conv, []int{2, 3, 3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			zeros := func(dims []int) *tensors.Tensor { return tensors.FromShape(shapes.Make(dtypes.Float32, dims...)) }
			got, err := graph.CallOnce(backend, c.program, zeros(c.x), zeros(c.w))
			if err != nil {
				t.Fatal(err)
			}
			if dims := got.Shape().Dimensions; !slices.Equal(dims, c.want) {
				t.Fatalf("got shape %v, want %v", dims, c.want)
			}
			if got.Size() == 0 {
				return
			}
			values := fmt.Sprint(tensors.MustCopyFlatData[float32](got))
			if want := fmt.Sprint(make([]float32, got.Size())); values != want {
				t.Errorf("got %s, want zeros", values)
			}
		})
	}
}
