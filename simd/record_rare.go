package simd

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// The operations of this file run on the Go backend.

// rare records an operation of the Go backend.
func (f *function) rare(op compute.OpType, emit emitter, operands ...compute.Value) (compute.Value, error) {
	return f.one(operation{op: op, emit: emit}, operands...)
}

// checked is rare for an operation whose sizes are checked here.
func (f *function) checked(op compute.OpType, c check, emit emitter, operands ...compute.Value) (compute.Value, error) {
	return f.one(operation{op: op, check: c, emit: emit}, operands...)
}

func (f *function) ArgMinMax(x compute.Value, axis int, dtype dtypes.DType, isMin bool) (compute.Value, error) {
	return f.rare(compute.OpTypeArgMinMax, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.ArgMinMax(in[0], axis, dtype, isMin))
	}, x)
}

func (f *function) Bitcast(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	return f.rare(compute.OpTypeBitcast, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.Bitcast(in[0], dtype))
	}, x)
}

func (f *function) CumSum(x compute.Value, axis int, options compute.CumSumOptions) (compute.Value, error) {
	return f.rare(compute.OpTypeCumSum, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.CumSum(in[0], axis, options))
	}, x)
}

func (f *function) FFT(x compute.Value, kind compute.FFTType, length []int) (compute.Value, error) {
	return f.rare(compute.OpTypeFFT, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.FFT(in[0], kind, length))
	}, x)
}

func (f *function) DynamicSlice(x compute.Value, starts []compute.Value, sizes []int) (compute.Value, error) {
	return f.rare(compute.OpTypeDynamicSlice, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicSlice(in[0], in[1:], sizes))
	}, append([]compute.Value{x}, starts...)...)
}

func (f *function) DynamicUpdateSlice(x, update compute.Value, starts []compute.Value) (compute.Value, error) {
	return f.checked(compute.OpTypeDynamicUpdateSlice, checkUpdate, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicUpdateSlice(in[0], in[1], in[2:]))
	}, append([]compute.Value{x, update}, starts...)...)
}

func (f *function) BatchNormForInference(x, scale, offset, mean, variance compute.Value, epsilon float32, axis int) (compute.Value, error) {
	return f.rare(compute.OpTypeBatchNormForInference, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.BatchNormForInference(in[0], in[1], in[2], in[3], in[4], epsilon, axis))
	}, x, scale, offset, mean, variance)
}

func (f *function) BatchNormForTraining(x, scale, offset compute.Value, epsilon float32, axis int) (a, b, c compute.Value, err error) {
	return three(f.many(operation{
		op: compute.OpTypeBatchNormForTraining,
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit3(g.BatchNormForTraining(in[0], in[1], in[2], epsilon, axis))
		},
	}, x, scale, offset))
}

func (f *function) BatchNormGradient(x, scale, mean, variance, gradOutput compute.Value, epsilon float32, axis int) (a, b, c compute.Value, err error) {
	return three(f.many(operation{
		op: compute.OpTypeBatchNormGradient,
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit3(g.BatchNormGradient(in[0], in[1], in[2], in[3], in[4], epsilon, axis))
		},
	}, x, scale, mean, variance, gradOutput))
}

func (f *function) AllReduce(operands []compute.Value, reduction compute.ReduceOpType, groups [][]int) ([]compute.Value, error) {
	groups = slices.Clone(groups)
	return f.many(operation{
		op: compute.OpTypeAllReduce,
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return g.AllReduce(in, reduction, groups)
		},
	}, operands...)
}

func emit3(a, b, c compute.Value, err error) ([]compute.Value, error) {
	return []compute.Value{a, b, c}, err
}

func three(v []compute.Value, err error) (a, b, c compute.Value, _ error) {
	if err != nil {
		return nil, nil, nil, err
	}
	return v[0], v[1], v[2], nil
}
