package simd

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Operations on dynamic shapes: they make the Go backend run the whole graph,
// unless the shape they meet is static.

func (f *function) DynamicShape(x compute.Value) (compute.Value, error) {
	return f.rare(compute.OpTypeDynamicShape, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicShape(in[0]))
	}, x)
}

func (f *function) DynamicDimensionSize(x compute.Value, axis int) (compute.Value, error) {
	return f.rare(compute.OpTypeDynamicDimensionSize, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicDimensionSize(in[0], axis))
	}, x)
}

// dynamic records an operation whose result may have a dynamic shape.
func (f *function) dynamic(op compute.OpType, c check, emit emitter, operands ...compute.Value) (compute.Value, error) {
	if _, err := f.resolve(op, operands); err != nil {
		return nil, err
	}
	if err := f.builder.delegated(op); err != nil {
		return nil, err
	}
	return f.checked(op, c, emit, operands...)
}

func (f *function) DynamicReshape(x compute.Value, dims ...compute.DynamicDimensionSpec) (compute.Value, error) {
	values, bind := dimensionValues(dims)
	return f.dynamic(compute.OpTypeDynamicReshape, nil, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicReshape(in[0], bind(in[1:])...))
	}, append([]compute.Value{x}, values...)...)
}

func (f *function) DynamicBroadcastInDim(x compute.Value, axes []int, dims ...compute.DynamicDimensionSpec) (compute.Value, error) {
	values, bind := dimensionValues(dims)
	return f.dynamic(compute.OpTypeDynamicBroadcastInDim, nil, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicBroadcastInDim(in[0], axes, bind(in[1:])...))
	}, append([]compute.Value{x}, values...)...)
}

func (f *function) DynamicIota(dtype dtypes.DType, axis int, dims ...compute.DynamicDimensionSpec) (compute.Value, error) {
	values, bind := dimensionValues(dims)
	return f.dynamic(compute.OpTypeDynamicIota, nil, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.DynamicIota(dtype, axis, bind(in)...))
	}, values...)
}

func (f *function) DynamicPad(x, fill compute.Value, axes ...compute.DynamicPadAxis) (compute.Value, error) {
	axes = slices.Clone(axes)
	operands := []compute.Value{x, fill}
	for _, a := range axes {
		for _, v := range []compute.Value{a.StartValue, a.EndValue, a.InteriorValue} {
			if v != nil {
				operands = append(operands, v)
			}
		}
	}
	check := func(in []shapes.Shape) error { return checkDynamicPad(in, axes) }
	return f.dynamic(compute.OpTypeDynamicPad, check, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		bound, rest := slices.Clone(axes), in[2:]
		for i := range bound {
			for _, v := range []*compute.Value{&bound[i].StartValue, &bound[i].EndValue, &bound[i].InteriorValue} {
				if *v != nil {
					*v, rest = rest[0], rest[1:]
				}
			}
		}
		return emit1(g.DynamicPad(in[0], in[1], bound...))
	}, operands...)
}

// dimensionValues returns the values in dims, and a function that puts others
// in their place.
func dimensionValues(dims []compute.DynamicDimensionSpec) (values []compute.Value, bind func([]compute.Value) []compute.DynamicDimensionSpec) {
	dims = slices.Clone(dims)
	for _, d := range dims {
		if d.Value != nil {
			values = append(values, d.Value)
		}
	}
	return values, func(in []compute.Value) []compute.DynamicDimensionSpec {
		bound := slices.Clone(dims)
		for i := range bound {
			if bound[i].Value != nil {
				bound[i].Value, in = in[0], in[1:]
			}
		}
		return bound
	}
}
