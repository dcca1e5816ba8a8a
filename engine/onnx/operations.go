package onnx

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// scalar records a number of the type of a value.
func (f *function) scalar(like compute.Value, x float64) string {
	switch dtype := f.shape(like).DType; dtype {
	case dtypes.Float64:
		return f.graph.constant([]float64{x}, dtype)
	case dtypes.Int32:
		return f.graph.constant([]int32{int32(x)}, dtype)
	case dtypes.Int64:
		return f.graph.constant([]int64{int64(x)}, dtype)
	default:
		return f.graph.constant([]float32{float32(x)}, dtypes.Float32)
	}
}

func (f *function) Expm1(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Expm1(x)
	return f.named(v, err, func() string {
		return f.graph.add("Sub", []string{f.graph.add("Exp", []string{f.graph.name(x)}), f.scalar(x, 1)})
	})
}

func (f *function) Log1p(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Log1p(x)
	return f.named(v, err, func() string {
		return f.graph.add("Log", []string{f.graph.add("Add", []string{f.graph.name(x), f.scalar(x, 1)})})
	})
}

func (f *function) Rsqrt(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Rsqrt(x)
	return f.named(v, err, func() string {
		return f.graph.add("Reciprocal", []string{f.graph.add("Sqrt", []string{f.graph.name(x)})})
	})
}

// IsFinite is |x| < ∞, which is false of NaN.
func (f *function) IsFinite(x compute.Value) (compute.Value, error) {
	v, err := f.Function.IsFinite(x)
	return f.named(v, err, func() string {
		return f.graph.add("Less", []string{f.graph.add("Abs", []string{f.graph.name(x)}), f.scalar(x, math.Inf(1))})
	})
}

func (f *function) NotEqual(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.NotEqual(a, b)
	return f.named(v, err, func() string {
		return f.graph.add("Not", []string{f.graph.add("Equal", []string{f.graph.name(a), f.graph.name(b)})})
	})
}

func (f *function) Clamp(low, x, high compute.Value) (compute.Value, error) {
	v, err := f.Function.Clamp(low, x, high)
	return f.named(v, err, func() string {
		below := f.graph.add("Min", []string{f.graph.name(x), f.graph.name(high)})
		return f.graph.add("Max", []string{below, f.graph.name(low)})
	})
}

func (f *function) Where(condition, yes, no compute.Value) (compute.Value, error) {
	v, err := f.Function.Where(condition, yes, no)
	return f.named(v, err, func() string {
		return f.graph.add("Where", []string{f.graph.name(condition), f.graph.name(yes), f.graph.name(no)})
	})
}

func (f *function) Identity(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Identity(x)
	return f.named(v, err, func() string { return f.graph.name(x) })
}

func (f *function) ConvertDType(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	v, err := f.Function.ConvertDType(x, dtype)
	return f.named(v, err, func() string { return f.graph.cast(f.graph.name(x), dtype) })
}

func (g *recorded) cast(x string, dtype dtypes.DType) string {
	return g.add("Cast", []string{x}, attribute{name: "to", one: int64(g.kind(dtype))})
}

// reduce records a reduction over axes, or over all of them if there are none. axesInput
// says whether ONNX takes the axes as an input.
func (f *function) reduce(v compute.Value, err error, op string, axesInput bool, x string, rank int, axes []int) (compute.Value, error) {
	return f.named(v, err, func() string {
		if len(axes) == 0 {
			for i := range rank {
				axes = append(axes, i)
			}
		}
		if len(axes) == 0 {
			return x // a scalar
		}
		keep := attribute{name: "keepdims"}
		if axesInput {
			return f.graph.add(op, []string{x, f.graph.integers(axes...)}, keep)
		}
		return f.graph.add(op, []string{x}, keep, list("axes", axes))
	})
}

func list(name string, values []int) attribute {
	a := attribute{name: name, many: []int64{}}
	for _, x := range values {
		a.many = append(a.many, int64(x))
	}
	return a
}

func (f *function) ReduceSum(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.ReduceSum(x, axes...)
	return f.reduce(v, err, "ReduceSum", true, f.graph.name(x), f.shape(x).Rank(), axes)
}

func (f *function) ReduceMax(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.ReduceMax(x, axes...)
	return f.reduce(v, err, "ReduceMax", false, f.graph.name(x), f.shape(x).Rank(), axes)
}

func (f *function) ReduceMin(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.ReduceMin(x, axes...)
	return f.reduce(v, err, "ReduceMin", false, f.graph.name(x), f.shape(x).Rank(), axes)
}

func (f *function) ReduceProduct(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.ReduceProduct(x, axes...)
	return f.reduce(v, err, "ReduceProd", false, f.graph.name(x), f.shape(x).Rank(), axes)
}

// logical records a reduction of booleans, which ONNX has of numbers alone.
func (f *function) logical(v compute.Value, err error, op string, x compute.Value, axes []int) (compute.Value, error) {
	number := ""
	if err == nil {
		number = f.graph.cast(f.graph.name(x), dtypes.Int32)
	}
	v, err = f.reduce(v, err, op, false, number, f.shape(x).Rank(), axes)
	if err == nil {
		f.graph.names[v] = f.graph.cast(f.graph.names[v], dtypes.Bool)
	}
	return v, err
}

func (f *function) ReduceLogicalAnd(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.ReduceLogicalAnd(x, axes...)
	return f.logical(v, err, "ReduceMin", x, axes)
}

func (f *function) ReduceLogicalOr(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.ReduceLogicalOr(x, axes...)
	return f.logical(v, err, "ReduceMax", x, axes)
}

func (f *function) ArgMinMax(x compute.Value, axis int, dtype dtypes.DType, isMin bool) (compute.Value, error) {
	v, err := f.Function.ArgMinMax(x, axis, dtype, isMin)
	return f.named(v, err, func() string {
		op := "ArgMax"
		if isMin {
			op = "ArgMin"
		}
		return f.graph.cast(f.graph.add(op, []string{f.graph.name(x)}, attribute{name: "keepdims"}, attribute{name: "axis", one: int64(axis)}), dtype)
	})
}

func (f *function) CumSum(x compute.Value, axis int, o compute.CumSumOptions) (compute.Value, error) {
	v, err := f.Function.CumSum(x, axis, o)
	return f.named(v, err, func() string {
		flag := func(b bool) int64 {
			if b {
				return 1
			}
			return 0
		}
		at := f.graph.constant([]int64{int64(axis)}, dtypes.Int64)
		return f.graph.add("CumSum", []string{f.graph.name(x), at}, attribute{name: "exclusive", one: flag(o.Exclusive)}, attribute{name: "reverse", one: flag(o.Reverse)})
	})
}

// Iota is a constant.
func (f *function) Iota(shape shapes.Shape, axis int) (compute.Value, error) {
	v, err := f.Function.Iota(shape, axis)
	return f.named(v, err, func() string {
		values := make([]int64, shape.Size())
		stride := 1
		for _, d := range shape.Dimensions[axis+1:] {
			stride *= d
		}
		for i := range values {
			values[i] = int64(i / stride % shape.Dimensions[axis])
		}
		return f.graph.cast(f.graph.constant(values, dtypes.Int64, shape.Dimensions...), shape.DType)
	})
}
