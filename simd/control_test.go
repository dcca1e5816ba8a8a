package simd_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// closure makes a closure of f with parameters of the given shapes.
func closure(f compute.Function, params []shapes.Shape, body func(g compute.Function, in []compute.Value) ([]compute.Value, error)) (compute.Function, error) {
	g, err := f.Closure()
	if err != nil {
		return nil, err
	}
	in := make([]compute.Value, len(params))
	for i, s := range params {
		if in[i], err = g.Parameter(string(rune('a'+i)), s, nil); err != nil {
			return nil, err
		}
	}
	out, err := body(g, in)
	if err != nil {
		return nil, err
	}
	return g, g.Return(out, nil)
}

// iterate is a loop that captures weights: x ← tanh(x·w) until it was done n
// times.
func iterate(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	x, w, n := in[0], in[1], in[2]
	xs, _ := f.Shape(x)
	scalar := shapes.Make(dtypes.Int32)
	cond, err := closure(f, []shapes.Shape{xs, scalar}, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		y, err := g.LessThan(in[1], n)
		return []compute.Value{y}, err
	})
	if err != nil {
		return nil, err
	}
	body, err := closure(f, []shapes.Shape{xs, scalar}, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		y, err := g.DotGeneral(in[0], []int{1}, nil, w, []int{0}, nil, compute.DotGeneralConfig{})
		if err != nil {
			return nil, err
		}
		if y, err = g.Tanh(y); err != nil {
			return nil, err
		}
		one, err := g.Constant([]int32{1})
		if err != nil {
			return nil, err
		}
		i, err := g.Add(in[1], one)
		return []compute.Value{y, i}, err
	})
	if err != nil {
		return nil, err
	}
	zero, err := f.Constant([]int32{0})
	if err != nil {
		return nil, err
	}
	results, err := f.While(cond, body, x, zero)
	if err != nil {
		return nil, err
	}
	// The start is still what it was.
	sum, err := f.Add(results[0], x)
	return append(results, sum), err
}

func TestWhile(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int32{0, 1, 2, 7} {
		in := []array{random(rng, dtypes.Float32, 40, 33), random(rng, dtypes.Float32, 33, 33), {shapes.Make(dtypes.Int32), []int32{n}}}
		same(t, b, reference, iterate, in, 1e-4, 1e-4)
	}
}

// TestIf takes either branch, one of which has a loop of its own.
func TestIf(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(15, 16))
	choose := func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		yes, err := closure(f, nil, func(g compute.Function, _ []compute.Value) ([]compute.Value, error) {
			out, err := iterate(g, in[1:])
			if err != nil {
				return nil, err
			}
			return out[2:], nil
		})
		if err != nil {
			return nil, err
		}
		no, err := closure(f, nil, func(g compute.Function, _ []compute.Value) ([]compute.Value, error) {
			y, err := g.Neg(in[1])
			return []compute.Value{y}, err
		})
		if err != nil {
			return nil, err
		}
		return f.If(in[0], yes, no)
	}
	for _, c := range []bool{true, false} {
		in := []array{
			{shapes.Make(dtypes.Bool), []bool{c}}, random(rng, dtypes.Float32, 5, 33), random(rng, dtypes.Float32, 33, 33),
			{shapes.Make(dtypes.Int32), []int32{3}},
		}
		same(t, b, reference, choose, in, 1e-4, 1e-4)
	}
}

// TestCall calls one function twice.
func TestCall(t *testing.T) {
	twice := func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		s, _ := f.Shape(in[0])
		g, err := f.Builder().NewFunction("square plus one")
		if err != nil {
			return nil, err
		}
		x, err := g.Parameter("x", s, nil)
		if err != nil {
			return nil, err
		}
		y, err := g.Mul(x, x)
		if err != nil {
			return nil, err
		}
		one, err := g.Constant([]float32{1})
		if err != nil {
			return nil, err
		}
		if y, err = g.Add(y, one); err != nil {
			return nil, err
		}
		if err := g.Return([]compute.Value{y, x}, nil); err != nil {
			return nil, err
		}
		a, err := f.Call(g, in[0])
		if err != nil {
			return nil, err
		}
		b, err := f.Call(g, a[0])
		return append(a, b...), err
	}
	same(t, newBackend(t, ""), goBackend(t), twice, []array{random(rand.New(rand.NewPCG(17, 18)), dtypes.Float32, 3, 5)}, 1e-6, 0)
}
