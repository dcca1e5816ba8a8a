package simd

import (
	"github.com/gomlx/compute"
	"github.com/pkg/errors"
)

// closure checks that c may be called by an operation of f.
func (f *function) closure(op compute.OpType, c compute.Function) (*function, error) {
	fn, ok := c.(*function)
	switch {
	case !ok || fn == nil:
		return nil, errors.Errorf("simd: %s: %T is not a function of this backend", op, c)
	case fn.builder != f.builder:
		return nil, errors.Errorf("simd: %s: the function belongs to another computation", op)
	case op != compute.OpTypeCall && fn.parent != f:
		return nil, errors.Errorf("simd: %s: the closure was not made by the function that uses it", op)
	case !fn.returned:
		return nil, errors.Errorf("simd: %s: Return was not called on the function", op)
	}
	return fn, nil
}

// control records an operation that calls functions. replay is given those
// functions as they stand where the operation is repeated.
func (f *function) control(
	op compute.OpType, functions []compute.Function, operands []compute.Value,
	replay func(g compute.Function, fns []compute.Function, in []compute.Value) ([]compute.Value, error),
) ([]compute.Value, error) {
	own := make([]*function, len(functions))
	for i, c := range functions {
		var err error
		if own[i], err = f.closure(op, c); err != nil {
			return nil, err
		}
	}
	o := operation{op: op, closures: own}
	o.emit = func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		fns := make([]compute.Function, len(own))
		for i, c := range own {
			fns[i] = c.peer
		}
		return replay(g, fns, in)
	}
	return f.many(o, operands...)
}

func (f *function) Call(target compute.Function, inputs ...compute.Value) ([]compute.Value, error) {
	if fn, ok := target.(*function); ok && fn != nil && fn.parent != nil {
		return nil, errors.New("simd: Call: a closure cannot be called by name")
	}
	return f.control(compute.OpTypeCall, []compute.Function{target}, inputs,
		func(g compute.Function, fns []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return g.Call(fns[0], in...)
		})
}

func (f *function) If(pred compute.Value, onTrue, onFalse compute.Function) ([]compute.Value, error) {
	return f.control(compute.OpTypeIf, []compute.Function{onTrue, onFalse}, []compute.Value{pred},
		func(g compute.Function, fns []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return g.If(in[0], fns[0], fns[1])
		})
}

func (f *function) While(cond, body compute.Function, state ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeWhile, []compute.Function{cond, body}, state,
		func(g compute.Function, fns []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return g.While(fns[0], fns[1], in...)
		})
}

func (f *function) Sort(comparator compute.Function, axis int, stable bool, inputs ...compute.Value) ([]compute.Value, error) {
	return f.control(compute.OpTypeSort, []compute.Function{comparator}, inputs,
		func(g compute.Function, fns []compute.Function, in []compute.Value) ([]compute.Value, error) {
			return g.Sort(fns[0], axis, stable, in...)
		})
}
