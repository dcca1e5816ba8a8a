package onnx

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	v, err := f.Function.Reshape(x, dims...)
	return f.named(v, err, func() string { return f.graph.reshape(f.graph.name(x), dims) })
}

func (g *recorded) reshape(x string, dims []int) string {
	return g.add("Reshape", []string{x, g.integers(dims...)})
}

func (f *function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	v, err := f.Function.Transpose(x, permutation...)
	return f.named(v, err, func() string { return f.graph.transpose(f.graph.name(x), permutation) })
}

func (g *recorded) transpose(x string, permutation []int) string {
	return g.add("Transpose", []string{x}, list("perm", permutation))
}

// BroadcastInDim gives the axes of x their places, and repeats along the others.
func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	v, err := f.Function.BroadcastInDim(x, shape, axes)
	return f.named(v, err, func() string {
		dims := make([]int, shape.Rank())
		for i := range dims {
			dims[i] = 1
		}
		for i, axis := range axes {
			dims[axis] = f.shape(x).Dimensions[i]
		}
		return f.graph.add("Expand", []string{f.graph.reshape(f.graph.name(x), dims), f.graph.integers(shape.Dimensions...)})
	})
}

func (f *function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	v, err := f.Function.Concatenate(axis, operands...)
	return f.named(v, err, func() string {
		var in []string
		for _, x := range operands {
			in = append(in, f.graph.name(x))
		}
		return f.graph.add("Concat", in, attribute{name: "axis", one: int64(axis)})
	})
}

func (f *function) Slice(x compute.Value, starts, limits, strides []int) (compute.Value, error) {
	v, err := f.Function.Slice(x, starts, limits, strides)
	return f.named(v, err, func() string {
		axes, steps := make([]int, len(starts)), make([]int, len(starts))
		for i := range axes {
			axes[i], steps[i] = i, 1
			if i < len(strides) && strides[i] > 0 {
				steps[i] = strides[i]
			}
		}
		return f.graph.slice(f.graph.name(x), starts, limits, axes, steps)
	})
}

func (g *recorded) slice(x string, starts, limits, axes, steps []int) string {
	if len(axes) == 0 {
		return x
	}
	return g.add("Slice", []string{x, g.integers(starts...), g.integers(limits...), g.integers(axes...), g.integers(steps...)})
}

func (f *function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.Reverse(x, axes...)
	return f.named(v, err, func() string {
		var starts, limits, steps []int
		for range axes {
			starts, limits, steps = append(starts, -1), append(limits, math.MinInt32), append(steps, -1)
		}
		return f.graph.slice(f.graph.name(x), starts, limits, axes, steps)
	})
}

func (f *function) Pad(x, fill compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	v, err := f.Function.Pad(x, fill, axes...)
	return f.named(v, err, func() string {
		rank := f.shape(x).Rank()
		pads := make([]int, 2*rank)
		for i, axis := range axes {
			if axis.Interior != 0 && f.graph.fault == nil {
				f.graph.fault = fmt.Errorf("the model pads between values, which ONNX cannot")
			}
			pads[i], pads[rank+i] = axis.Start, axis.End
		}
		return f.graph.add("Pad", []string{f.graph.name(x), f.graph.integers(pads...), f.graph.name(fill)})
	})
}

// DotGeneral becomes a product of matrices: the axes of each operand are put into the order
// batch, free, contracted or batch, contracted, free, and each group into one.
func (f *function) DotGeneral(a compute.Value, aContract, aBatch []int, b compute.Value, bContract, bBatch []int, config compute.DotGeneralConfig) (compute.Value, error) {
	v, err := f.Function.DotGeneral(a, aContract, aBatch, b, bContract, bBatch, config)
	return f.named(v, err, func() string {
		sa, sb := f.shape(a), f.shape(b)
		aFree, bFree := rest(sa.Rank(), aContract, aBatch), rest(sb.Rank(), bContract, bBatch)
		left := f.graph.matrix(f.graph.name(a), sa.Dimensions, aBatch, aFree, aContract)
		right := f.graph.matrix(f.graph.name(b), sb.Dimensions, bBatch, bContract, bFree)
		return f.graph.reshape(f.graph.add("MatMul", []string{left, right}), f.shape(v).Dimensions)
	})
}

// rest lists the axes that are in neither list.
func rest(rank int, lists ...[]int) []int {
	taken := make([]bool, rank)
	for _, axes := range lists {
		for _, axis := range axes {
			taken[axis] = true
		}
	}
	var out []int
	for axis, t := range taken {
		if !t {
			out = append(out, axis)
		}
	}
	return out
}

// matrix puts three groups of axes into this order, and makes one axis of each.
func (g *recorded) matrix(x string, dims []int, groups ...[]int) string {
	var permutation, sizes []int
	ordered := true
	for _, axes := range groups {
		size := 1
		for _, axis := range axes {
			ordered = ordered && axis == len(permutation)
			permutation = append(permutation, axis)
			size *= dims[axis]
		}
		sizes = append(sizes, size)
	}
	if !ordered {
		x = g.transpose(x, permutation)
	}
	return g.reshape(x, sizes)
}

// Gather is recorded where it takes whole entries along one axis, as an embedding does.
func (f *function) Gather(x, indices compute.Value, vectorAxis int, offsets, collapsed, mapped, sizes []int, sorted bool) (compute.Value, error) {
	v, err := f.Function.Gather(x, indices, vectorAxis, offsets, collapsed, mapped, sizes, sorted)
	return f.named(v, err, func() string {
		g, shape, at := f.graph, f.shape(x), f.shape(indices)
		whole := len(mapped) == 1 && len(collapsed) == 1 && mapped[0] == collapsed[0]
		for axis, size := range sizes {
			whole = whole && (size == shape.Dimensions[axis] || len(mapped) == 1 && axis == mapped[0] && size == 1)
		}
		rank := at.Rank()
		if vectorAxis < rank {
			whole = whole && vectorAxis == rank-1 && at.Dimensions[vectorAxis] == 1
			rank--
		}
		for i, axis := range offsets { // the entries stand behind the indices
			whole = whole && axis == rank+i
		}
		if !whole || mapped[0] != 0 {
			if g.fault == nil {
				g.fault = fmt.Errorf("the model gathers in a way that has no form in ONNX")
			}
			return ""
		}
		return g.add("Gather", []string{g.name(x), g.reshape(g.name(indices), at.Dimensions[:rank])}, attribute{name: "axis"})
	})
}
