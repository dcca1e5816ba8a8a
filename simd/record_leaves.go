package simd

import (
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// parameterAttr names a parameter.
type parameterAttr struct {
	name  string
	index int
}

// constantAttr holds a copy of a constant's values.
type constantAttr struct{ data []byte }

func (f *function) Parameter(name string, shape shapes.Shape, sharding *compute.ShardingSpec) (compute.Value, error) {
	if _, err := f.resolve(compute.OpTypeParameter, nil); err != nil {
		return nil, err
	}
	switch {
	case sharding != nil:
		return nil, errors.Wrapf(compute.ErrNotImplemented, "simd: sharding of parameter %q", name)
	case !shape.Ok() || !f.builder.backend.host.Capabilities().DTypes[shape.DType]:
		return nil, errors.Errorf("simd: parameter %q: shape %s is not supported", name, shape)
	}
	if err := checkSize(shape); err != nil {
		return nil, errors.WithMessagef(err, "simd: parameter %q", name)
	}
	if shape.IsDynamic() {
		if err := f.builder.delegated(compute.OpTypeParameter); err != nil {
			return nil, err
		}
	}
	n := &node{op: compute.OpTypeParameter, shape: shape.Clone(), attr: parameterAttr{name, len(f.parameters)}}
	err := f.builder.onHost(func() (err error) {
		n.peer, err = f.peer.Parameter(name, shape, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.parameters = append(f.parameters, f.append(n))
	return n, nil
}

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	if _, err := f.resolve(compute.OpTypeConstant, nil); err != nil {
		return nil, err
	}
	v := reflect.ValueOf(flat)
	if v.Kind() != reflect.Slice {
		return nil, errors.Errorf("simd: Constant: want a slice, got %T", flat)
	}
	dtype := dtypes.FromGoType(v.Type().Elem())
	if !f.builder.backend.host.Capabilities().DTypes[dtype] {
		return nil, errors.Errorf("simd: Constant: values of type %T are not supported", flat)
	}
	shape := shapes.Shape{DType: dtype, Dimensions: slices.Clone(dims)}
	if err := checkSize(shape); err != nil {
		return nil, errors.WithMessage(err, "simd: Constant")
	}
	if shape.IsDynamic() || shape.Size() != v.Len() {
		return nil, errors.Errorf("simd: Constant: %d values for the shape %s", v.Len(), shape)
	}
	n := constantNode(flat, shape)
	err := f.builder.onHost(func() error {
		peers, err := n.emit(f.peer, nil)
		if err == nil {
			n.peer = peers[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f.append(n), nil
}

func constantNode(flat any, shape shapes.Shape) *node {
	data := append([]byte(nil), bytesOf(flat)...)
	return &node{
		op: compute.OpTypeConstant, shape: shape, attr: constantAttr{data},
		emit: func(g compute.Function, _ []compute.Value) ([]compute.Value, error) {
			b := newBlock(len(data))
			copy(b.bytes(), data)
			return emit1(g.Constant(flatOf(b, shape), shape.Dimensions...))
		},
	}
}

func (f *function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) error {
	nodes, err := f.resolve(compute.OpTypeInvalid, outputs)
	if err != nil {
		return err
	}
	if len(nodes) == 0 {
		return errors.Errorf("simd: Return of function %q needs at least one output", f.name)
	}
	if len(shardings) != 0 {
		return errors.Wrap(compute.ErrNotImplemented, "simd: sharding of outputs")
	}
	f.outputs, f.returned = nodes, true
	return f.builder.onHost(func() error { return f.peer.Return(peersOf(nodes), nil) })
}

func (f *function) Identity(x compute.Value) (compute.Value, error) {
	return f.one(operation{
		op:    compute.OpTypeIdentity,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return in[0], nil },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.Identity(in[0]))
		},
	}, x)
}

// iotaAttr says along which axis to count, and in what type.
type iotaAttr struct {
	axis  int
	dtype dtypes.DType
}

func (f *function) Iota(shape shapes.Shape, axis int) (compute.Value, error) {
	return f.one(operation{
		op:   compute.OpTypeIota,
		attr: iotaAttr{axis, shape.DType},
		check: func([]shapes.Shape) error {
			if shape.IsDynamic() {
				return errors.Errorf("the shape %s is dynamic, which is for DynamicIota", shape)
			}
			return checkSize(shape)
		},
		infer: func([]shapes.Shape) (shapes.Shape, error) {
			if axis < 0 || axis >= shape.Rank() {
				return shape, errors.Errorf("axis %d is not one of %s", axis, shape)
			}
			return shape.Clone(), nil
		},
		emit: func(g compute.Function, _ []compute.Value) ([]compute.Value, error) {
			return emit1(g.Iota(shape, axis))
		},
	})
}

func (f *function) OptimizationBarrier(operands ...compute.Value) ([]compute.Value, error) {
	if len(operands) == 0 {
		return nil, errors.New("simd: OptimizationBarrier needs an operand")
	}
	results := make([]compute.Value, len(operands))
	for i, x := range operands {
		var err error
		if results[i], err = f.Identity(x); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (f *function) SchedulingBarrier(operand compute.Value, dependencies ...compute.Value) (compute.Value, error) {
	return f.one(operation{
		op:    compute.OpTypeSchedulingBarrier,
		infer: func(in []shapes.Shape) (shapes.Shape, error) { return in[0], nil },
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.SchedulingBarrier(in[0], in[1:]...))
		},
	}, append([]compute.Value{operand}, dependencies...)...)
}

func (f *function) ConvertDType(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	return f.one(operation{
		op:   compute.OpTypeConvertDType,
		attr: dtype,
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			out := in[0].Clone()
			out.DType = dtype
			return out, nil
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.ConvertDType(in[0], dtype))
		},
	}, x)
}
