package simd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// everyBinary lists the operations on two operands, by a type that has them.
var everyBinary = map[dtypes.DType]map[string]binaryOp{
	dtypes.Float32: {
		"Add": compute.Function.Add, "Sub": compute.Function.Sub, "Mul": compute.Function.Mul, "Div": compute.Function.Div,
		"Max": compute.Function.Max, "Min": compute.Function.Min, "Pow": compute.Function.Pow, "Rem": compute.Function.Rem,
		"Atan2": compute.Function.Atan2,
		"Equal": compute.Function.Equal, "NotEqual": compute.Function.NotEqual, "LessThan": compute.Function.LessThan,
		"LessOrEqual": compute.Function.LessOrEqual, "GreaterThan": compute.Function.GreaterThan, "GreaterOrEqual": compute.Function.GreaterOrEqual,
		"EqualTotalOrder": compute.Function.EqualTotalOrder, "NotEqualTotalOrder": compute.Function.NotEqualTotalOrder,
		"LessThanTotalOrder": compute.Function.LessThanTotalOrder, "LessOrEqualTotalOrder": compute.Function.LessOrEqualTotalOrder,
		"GreaterThanTotalOrder": compute.Function.GreaterThanTotalOrder, "GreaterOrEqualTotalOrder": compute.Function.GreaterOrEqualTotalOrder,
		"Complex": compute.Function.Complex,
	},
	dtypes.Int32: {
		"Add": compute.Function.Add, "Div": compute.Function.Div, "Rem": compute.Function.Rem,
		"BitwiseAnd": compute.Function.BitwiseAnd, "BitwiseOr": compute.Function.BitwiseOr, "BitwiseXor": compute.Function.BitwiseXor,
		"ShiftLeft": compute.Function.ShiftLeft, "ShiftRightArithmetic": compute.Function.ShiftRightArithmetic,
		"ShiftRightLogical": compute.Function.ShiftRightLogical,
	},
	dtypes.Bool: {
		"LogicalAnd": compute.Function.LogicalAnd, "LogicalOr": compute.Function.LogicalOr, "LogicalXor": compute.Function.LogicalXor,
	},
	dtypes.BFloat16: {"Add": compute.Function.Add},
}

// TestEmptyAgainstOneIsRefused: such a result would have elements that the
// empty operand has not.
func TestEmptyAgainstOneIsRefused(t *testing.T) {
	b := newBackend(t, "")
	for dtype, ops := range everyBinary {
		for name, op := range ops {
			for _, dims := range [][2][]int{{{0, 4}, {1, 4}}, {{1, 4}, {0, 4}}, {{0, 1}, {1, 5}}, {{5, 1}, {1, 0}}, {{2, 0}, {2, 1}}} {
				f := b.Builder("empty").Main()
				x, err := f.Parameter("x", shapes.Make(dtype, dims[0]...), nil)
				if err != nil {
					t.Fatal(err)
				}
				y, err := f.Parameter("y", shapes.Make(dtype, dims[1]...), nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := op(f, x, y); err == nil {
					t.Errorf("%s of %s: %v and %v: got no error", name, dtype, dims[0], dims[1])
				}
			}
		}
	}
}

// TestEmptyAgainstOneInDelegatedGraphs is refused too.
func TestEmptyAgainstOneInDelegatedGraphs(t *testing.T) {
	f := newBackend(t, "").Builder("empty").Main()
	var v []compute.Value
	for i, s := range []shapes.Shape{
		shapes.MakeDynamic(dtypes.Float32, []int{-1}, []string{"n"}), shapes.Make(dtypes.Float32, 0, 4), shapes.Make(dtypes.Float32, 1, 4),
	} {
		x, err := f.Parameter(fmt.Sprint("x", i), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		v = append(v, x)
	}
	if _, err := f.Add(v[1], v[2]); err == nil {
		t.Error("got no error")
	}
}

// emptyPrograms have axes of size 0 where they are allowed, and what they give.
var emptyPrograms = []struct {
	name string
	p    program
	in   [][]int // shapes of the parameters, float32
	want []int   // the shape of the result
	fill float32 // its elements, if it has any
}{
	{"equal shapes", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Add(v[0], v[1]) }), [][]int{{0, 4}, {0, 4}}, []int{0, 4}, 0},
	{"with a scalar", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Mul(v[0], v[1]) }), [][]int{{0, 4}, {}}, []int{0, 4}, 0},
	{"another axis broadcast", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Mul(v[0], v[1]) }), [][]int{{0, 4}, {0, 1}}, []int{0, 4}, 0},
	{"unary", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Tanh(v[0]) }), [][]int{{3, 0}}, []int{3, 0}, 0},
	{"where", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		c, err := f.Equal(v[0], v[1])
		if err != nil {
			return nil, err
		}
		return f.Where(c, v[0], v[2])
	}), [][]int{{0, 4}, {0, 4}, {}}, []int{0, 4}, 0},
	{"clamp", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Clamp(v[0], v[1], v[0]) }), [][]int{{}, {0}}, []int{0}, 0},
	{"sum", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.ReduceSum(v[0], 0) }), [][]int{{0, 4}}, []int{4}, 0},
	{"sum over the other axis", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.ReduceSum(v[0], 1) }), [][]int{{0, 4}}, []int{0}, 0},
	{"product", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.ReduceProduct(v[0], 0, 2) }), [][]int{{2, 4, 0}}, []int{4}, 1},
	{"max", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.ReduceMax(v[0]) }), [][]int{{0}}, nil, float32(math.Inf(-1))},
	{"sum of a product without terms", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		y, err := f.DotGeneral(v[0], []int{1}, nil, v[1], []int{0}, nil, compute.DotGeneralConfig{})
		if err != nil {
			return nil, err
		}
		return f.Exp(y)
	}), [][]int{{500, 0}, {0, 40}}, []int{500, 40}, 1},
	{"product without rows", dot([]int{1}, nil, []int{0}, nil), [][]int{{0, 3}, {3, 5}}, []int{0, 5}, 0},
	{"product without columns", dot([]int{1}, nil, []int{0}, nil), [][]int{{7, 3}, {3, 0}}, []int{7, 0}, 0},
	{"product without terms", dot([]int{1}, nil, []int{0}, nil), [][]int{{7, 0}, {0, 2}}, []int{7, 2}, 0},
	{"no products", dot([]int{2}, []int{0}, []int{1}, []int{0}), [][]int{{0, 7, 3}, {0, 3, 2}}, []int{0, 7, 2}, 0},
	{"batch of products without terms", dot([]int{2}, []int{0}, []int{2}, []int{0}), [][]int{{3, 7, 0}, {3, 2, 0}}, []int{3, 7, 2}, 0},
	{"concatenation", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Concatenate(1, v...) }), [][]int{{0, 4}, {0, 2}}, []int{0, 6}, 0},
	{"concatenation of nothing with something", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		y, err := f.Exp(v[1])
		if err != nil {
			return nil, err
		}
		return f.Concatenate(0, v[0], y, v[0])
	}), [][]int{{0, 2}, {3, 2}}, []int{3, 2}, 1},
	{"padding", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		fill, err := f.Exp(v[1])
		if err != nil {
			return nil, err
		}
		return f.Pad(v[0], fill, compute.PadAxis{Start: 2, End: 1, Interior: 3})
	}), [][]int{{0}, {}}, []int{3}, 1},
	{"slice", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Slice(v[0], []int{4}, []int{4}, nil)
	}), [][]int{{4}}, []int{0}, 0},
	{"broadcast to nothing", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.BroadcastInDim(v[0], shapes.Make(dtypes.Float32, 0, 3), []int{0})
	}), [][]int{{1}}, []int{0, 3}, 0},
	{"reshape", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Reshape(v[0], 5, 0, 2) }), [][]int{{0, 3}}, []int{5, 0, 2}, 0},
	{"transposition", one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Transpose(v[0], 1, 0) }), [][]int{{0, 3}}, []int{3, 0}, 0},
	{"iota", one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Iota(shapes.Make(dtypes.Float32, 3, 0), 0)
	}), nil, []int{3, 0}, 0},
	{"gather without indices", gather([]int{0, 1}, []int{1, 4}), [][]int{{3, 4}}, []int{0, 4}, 0},
	{"gather of empty windows", gather([]int{5, 1}, []int{1, 0}), [][]int{{3, 4}}, []int{5, 0}, 0},
	{"scatter without indices", scatter(0, 4), [][]int{{3, 4}}, []int{3, 4}, 0},
	{"scatter into nothing", scatter(2, 0), [][]int{{3, 0}}, []int{3, 0}, 0},
	{"scatter into no rows", scatter(2, 4), [][]int{{0, 4}}, []int{0, 4}, 0},
}

func one(op func(f compute.Function, v []compute.Value) (compute.Value, error)) program {
	return func(f compute.Function, v []compute.Value) ([]compute.Value, error) {
		y, err := op(f, v)
		return []compute.Value{y}, err
	}
}

func dot(lhs, lhsBatch, rhs, rhsBatch []int) program {
	return one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.DotGeneral(v[0], lhs, lhsBatch, v[1], rhs, rhsBatch, compute.DotGeneralConfig{})
	})
}

// gather takes rows at indices that are 0.
func gather(indices, window []int) program {
	return one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		at, err := f.Constant(make([]int32, indices[0]*indices[1]), indices...)
		if err != nil {
			return nil, err
		}
		return f.Gather(v[0], at, 1, []int{1}, []int{0}, []int{0}, window, false)
	})
}

// scatter adds count rows of zeros to row 0 of zeros.
func scatter(count, width int) program {
	return one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		at, err := f.Constant(make([]int32, count), count, 1)
		if err != nil {
			return nil, err
		}
		rows, err := f.Constant(make([]float32, count*width), count, width)
		if err != nil {
			return nil, err
		}
		zero, err := f.Sub(v[0], v[0])
		if err != nil {
			return nil, err
		}
		return f.ScatterSum(zero, at, rows, 1, []int{1}, []int{0}, []int{0}, false, false)
	})
}

func TestEmptyArrays(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		b := newBackend(t, fmt.Sprint("workers=", workers))
		for _, test := range emptyPrograms {
			var in []array
			for _, dims := range test.in {
				in = append(in, zeros(dims...))
			}
			got, err := execute(b, test.p, in)
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			want := zeros(test.want...)
			for i := range want.flat.([]float32) {
				want.flat.([]float32)[i] = test.fill
			}
			if d := differ(got[0], want, 0, 0); d != "" {
				t.Errorf("%s: %s", test.name, d)
			}
		}
	}
}

func zeros(dims ...int) array {
	s := shapes.Make(dtypes.Float32, dims...)
	return array{s, make([]float32, s.Size())}
}

// TestIndicesThatLeaveTheOperandAreRefused: an index vector that moves along
// an axis twice, and updates without a window for each index vector.
func TestIndicesThatLeaveTheOperandAreRefused(t *testing.T) {
	b := newBackend(t, "")
	for name, record := range map[string]func(f compute.Function, x, rows, at compute.Value) (compute.Value, error){
		"gather along an axis twice": func(f compute.Function, x, _, at compute.Value) (compute.Value, error) {
			return f.Gather(x, at, 1, []int{1}, []int{0}, []int{0, 0}, []int{1, 4}, false)
		},
		"gather without an axis of vectors": func(f compute.Function, x, _, at compute.Value) (compute.Value, error) {
			return f.Gather(x, at, 2, []int{1}, []int{0}, []int{0}, []int{1, 4}, false)
		},
		"scatter along an axis twice": func(f compute.Function, x, rows, at compute.Value) (compute.Value, error) {
			return f.ScatterSum(x, at, rows, 1, []int{1}, []int{0}, []int{0, 0}, false, false)
		},
		"scatter of too few updates": func(f compute.Function, x, rows, at compute.Value) (compute.Value, error) {
			few, err := f.Slice(rows, []int{0, 0}, []int{2, 4}, nil)
			if err != nil {
				return nil, err
			}
			first, err := f.Slice(at, []int{0, 0}, []int{5, 1}, nil)
			if err != nil {
				return nil, err
			}
			return f.ScatterMax(x, first, few, 1, []int{1}, []int{0}, []int{0}, false, false)
		},
		"scatter of windows along an axis twice": func(f compute.Function, x, rows, at compute.Value) (compute.Value, error) {
			return f.ScatterMin(x, at, rows, 1, []int{1, 1}, nil, []int{0, 1}, false, false)
		},
		"sum over an axis that is not there": func(f compute.Function, x, _, _ compute.Value) (compute.Value, error) {
			return f.ReduceSum(x, 0, 7)
		},
	} {
		f := b.Builder("indices").Main()
		var v []compute.Value
		for i, s := range []shapes.Shape{shapes.Make(dtypes.Float32, 3, 4), shapes.Make(dtypes.Float32, 5, 4), shapes.Make(dtypes.Int32, 5, 2)} {
			x, err := f.Parameter(fmt.Sprint("x", i), s, nil)
			if err != nil {
				t.Fatal(err)
			}
			v = append(v, x)
		}
		if _, err := record(f, v[0], v[1], v[2]); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// TestGatherWindowsInAnyOrder writes no element twice and none outside.
func TestGatherWindowsInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	x := random(rng, dtypes.Float32, 6, 3, 5)
	at := array{shapes.Make(dtypes.Int32, 2, 1), []int32{4, 1}}
	p := one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
		return f.Gather(v[0], v[1], 1, []int{2, 1}, []int{0}, []int{0}, []int{1, 3, 5}, false)
	})
	got, err := execute(newBackend(t, ""), p, []array{x, at})
	if err != nil {
		t.Fatal(err)
	}
	want := zeros(2, 3, 5)
	copy(want.flat.([]float32), x.flat.([]float32)[4*15:5*15])
	copy(want.flat.([]float32)[15:], x.flat.([]float32)[15:30])
	if d := differ(got[0], want, 0, 0); d != "" {
		t.Error(d)
	}
}
