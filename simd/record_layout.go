package simd

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	dims = slices.Clone(dims)
	return f.one(operation{
		op:    compute.OpTypeReshape,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return shapeinference.Reshape(in[0], dims) },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Reshape(in[0], dims...))
		},
	}, x)
}

func (f *function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	permutation = slices.Clone(permutation)
	return f.one(operation{
		op:    compute.OpTypeTranspose,
		attr:  permutation,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return shapeinference.Transpose(in[0], permutation) },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Transpose(in[0], permutation...))
		},
	}, x)
}

func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	shape, axes = shape.Clone(), slices.Clone(axes)
	return f.one(operation{
		op:   compute.OpTypeBroadcastInDim,
		attr: axes,
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			out := shape.Clone()
			out.DType = in[0].DType
			return out, shapeinference.BroadcastInDim(in[0], shape, axes, nil)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.BroadcastInDim(in[0], shape, axes))
		},
	}, x)
}

// sliceAttr are the bounds of a slice along each axis.
type sliceAttr struct{ starts, limits, strides []int }

func (f *function) Slice(x compute.Value, starts, limits, strides []int) (compute.Value, error) {
	if len(strides) == 0 {
		strides = slices.Repeat([]int{1}, len(starts))
	}
	a := sliceAttr{slices.Clone(starts), slices.Clone(limits), slices.Clone(strides)}
	return f.one(operation{
		op:   compute.OpTypeSlice,
		attr: a,
		check: func([]shapes.Shape) error {
			return checkAmounts("bound or stride", slices.Concat(starts, limits, strides)...)
		},
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.Slice(in[0], a.starts, a.limits, a.strides)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Slice(in[0], a.starts, a.limits, a.strides))
		},
	}, x)
}

func (f *function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	axes = slices.Clone(axes)
	return f.one(operation{
		op: compute.OpTypeReverse, attr: axes,
		check: func(in []shapes.Shape) error { return checkReduced(in[0], axes) },
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return in[0].Clone(), nil },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Reverse(in[0], axes...))
		},
	}, x)
}

func (f *function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	if len(operands) == 1 {
		return f.Identity(operands[0])
	}
	return f.one(operation{
		op:    compute.OpTypeConcatenate,
		attr:  axis,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return shapeinference.Concatenate(in, axis) },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Concatenate(axis, in...))
		},
	}, operands...)
}

func (f *function) Pad(x, fill compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	axes = slices.Clone(axes)
	return f.one(operation{
		op:    compute.OpTypePad,
		check: func(in []shapes.Shape) error { return checkPad(in, axes) },
		attr:  axes,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return shapeinference.Pad(in[0], axes...) },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Pad(in[0], in[1], axes...))
		},
	}, x, fill)
}

func (f *function) Where(condition, onTrue, onFalse compute.Value) (compute.Value, error) {
	return f.one(operation{
		op:    compute.OpTypeWhere,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return shapeinference.Where(in[0], in[1], in[2]) },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Where(in[0], in[1], in[2]))
		},
	}, condition, onTrue, onFalse)
}

func (f *function) Clamp(low, x, high compute.Value) (compute.Value, error) {
	raised, err := f.Max(low, x)
	if err != nil {
		return nil, err
	}
	return f.Min(raised, high)
}

// dotAttr says which axes of the operands of a product are contracted and
// which run in step.
type dotAttr struct {
	lhsContract, lhsBatch, rhsContract, rhsBatch []int
	config                                       compute.DotGeneralConfig
}

func (f *function) DotGeneral(
	lhs compute.Value, lhsContract, lhsBatch []int,
	rhs compute.Value, rhsContract, rhsBatch []int,
	config compute.DotGeneralConfig,
) (compute.Value, error) {
	a := dotAttr{slices.Clone(lhsContract), slices.Clone(lhsBatch), slices.Clone(rhsContract), slices.Clone(rhsBatch), config}
	return f.one(operation{
		op:   compute.OpTypeDotGeneral,
		attr: a,
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.DotGeneral(in[0], a.lhsContract, a.lhsBatch, in[1], a.rhsContract, a.rhsBatch, config)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.DotGeneral(in[0], a.lhsContract, a.lhsBatch, in[1], a.rhsContract, a.rhsBatch, config))
		},
	}, lhs, rhs)
}

// gatherAttr has the parameters of compute.Function.Gather.
type gatherAttr struct {
	indexAxis                               int
	offsetAxes, collapsed, startMap, window []int
	sorted                                  bool
}

func (f *function) Gather(
	operand, starts compute.Value, indexAxis int,
	offsetAxes, collapsed, startMap, window []int, sorted bool,
) (compute.Value, error) {
	a := gatherAttr{
		indexAxis, slices.Clone(offsetAxes), slices.Clone(collapsed), slices.Clone(startMap), slices.Clone(window), sorted,
	}
	return f.one(operation{
		op:    compute.OpTypeGather,
		attr:  a,
		check: func(in []shapes.Shape) error { return checkGather(in, a) },
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.Gather(in[0], in[1], a.indexAxis, a.offsetAxes, a.collapsed, a.startMap, a.window, sorted)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Gather(in[0], in[1], a.indexAxis, a.offsetAxes, a.collapsed, a.startMap, a.window, sorted))
		},
	}, operand, starts)
}

// scatterAttr has the parameters of compute.Function.ScatterSum and its kin.
type scatterAttr struct {
	indexAxis                      int
	windowAxes, inserted, indexMap []int
	sorted, unique                 bool
}

type scatterMethod func(f compute.Function, operand, indices, updates compute.Value, indexAxis int,
	windowAxes, inserted, indexMap []int, sorted, unique bool) (compute.Value, error)

func (f *function) scatter(op compute.OpType, m scatterMethod, operand, indices, updates compute.Value, a scatterAttr) (compute.Value, error) {
	a.windowAxes, a.inserted, a.indexMap = slices.Clone(a.windowAxes), slices.Clone(a.inserted), slices.Clone(a.indexMap)
	return f.one(operation{
		op:    op,
		attr:  a,
		check: func(in []shapes.Shape) error { return checkScatter(in, a) },
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.Scatter(in[0], in[1], in[2], a.indexAxis, a.windowAxes, a.inserted, a.indexMap)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(m(g, in[0], in[1], in[2], a.indexAxis, a.windowAxes, a.inserted, a.indexMap, a.sorted, a.unique))
		},
	}, operand, indices, updates)
}

func (f *function) ScatterSum(operand, indices, updates compute.Value, indexAxis int, windowAxes, inserted, indexMap []int, sorted, unique bool) (compute.Value, error) {
	return f.scatter(compute.OpTypeScatterSum, compute.Function.ScatterSum, operand, indices, updates,
		scatterAttr{indexAxis, windowAxes, inserted, indexMap, sorted, unique})
}

func (f *function) ScatterMax(operand, indices, updates compute.Value, indexAxis int, windowAxes, inserted, indexMap []int, sorted, unique bool) (compute.Value, error) {
	return f.scatter(compute.OpTypeScatterMax, compute.Function.ScatterMax, operand, indices, updates,
		scatterAttr{indexAxis, windowAxes, inserted, indexMap, sorted, unique})
}

func (f *function) ScatterMin(operand, indices, updates compute.Value, indexAxis int, windowAxes, inserted, indexMap []int, sorted, unique bool) (compute.Value, error) {
	return f.scatter(compute.OpTypeScatterMin, compute.Function.ScatterMin, operand, indices, updates,
		scatterAttr{indexAxis, windowAxes, inserted, indexMap, sorted, unique})
}

func (f *function) RNGBitGenerator(state compute.Value, shape shapes.Shape) (newState, values compute.Value, err error) {
	shape = shape.Clone()
	results, err := f.many(operation{
		op: compute.OpTypeRNGBitGenerator, attr: shape,
		check: func([]shapes.Shape) error { return checkSize(shape) },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			s, v, err := g.RNGBitGenerator(in[0], shape)
			return []compute.Value{s, v}, err
		},
	}, state)
	if err != nil {
		return nil, nil, err
	}
	return results[0], results[1], nil
}
