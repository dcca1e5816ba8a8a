package simd_test

import (
	"reflect"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// oneByZero records 1/0 of constants.
func oneByZero(f compute.Function) (compute.Value, error) {
	a, err := f.Constant([]int32{1})
	if err != nil {
		return nil, err
	}
	b, err := f.Constant([]int32{0})
	if err != nil {
		return nil, err
	}
	return f.Div(a, b)
}

// choice takes a branch that divides by zero if the parameter is true, else
// one that computes a constant sum.
func choice(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	branches := make([]compute.Function, 2)
	for i := range branches {
		c, err := f.Closure()
		if err != nil {
			return nil, err
		}
		var y compute.Value
		if i == 0 {
			y, err = oneByZero(c)
		} else {
			y, err = c.Constant([]int32{20})
			if err == nil {
				y, err = c.Add(y, y)
			}
		}
		if err != nil {
			return nil, err
		}
		if err := c.Return([]compute.Value{y}, nil); err != nil {
			return nil, err
		}
		branches[i] = c
	}
	return f.If(in[0], branches[0], branches[1])
}

// TestDivisionByZeroOfConstants in a branch is an error when it is taken.
func TestDivisionByZeroOfConstants(t *testing.T) {
	b := newBackend(t, "")
	test := func(v bool) []array { return []array{{shapes.Make(dtypes.Bool), []bool{v}}} }
	out, err := execute(b, choice, test(false))
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{40}; !reflect.DeepEqual(out[0].flat, want) {
		t.Errorf("got %v, want %v", out[0].flat, want)
	}
	_, err = execute(b, choice, test(true))
	refused(t, err, "divide by zero")
}

// TestDivisionByZeroAmongConstants leaves the other constants folded.
func TestDivisionByZeroAmongConstants(t *testing.T) {
	b := newBackend(t, "")
	e, err := compile(b, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		bad, err := oneByZero(f)
		if err != nil {
			return nil, err
		}
		two, err := f.Constant([]int32{2})
		if err != nil {
			return nil, err
		}
		four, err := f.Mul(two, two)
		if err != nil {
			return nil, err
		}
		x, err := f.Add(in[0], bad)
		if err != nil {
			return nil, err
		}
		y, err := f.Add(in[0], four)
		return []compute.Value{x, y}, err
	}, []array{{shapes.Make(dtypes.Int32), []int32{1}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = run(b, e, []array{{shapes.Make(dtypes.Int32), []int32{1}}})
	refused(t, err, "divide by zero")
}

// TestLoopThatNeverRuns holds a division by zero in its body.
func TestLoopThatNeverRuns(t *testing.T) {
	out, err := execute(newBackend(t, ""), func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		cond, err := f.Closure()
		if err != nil {
			return nil, err
		}
		if _, err := cond.Parameter("x", shapes.Make(dtypes.Int32), nil); err != nil {
			return nil, err
		}
		never, err := cond.Constant([]bool{false})
		if err != nil {
			return nil, err
		}
		if err := cond.Return([]compute.Value{never}, nil); err != nil {
			return nil, err
		}
		body, err := f.Closure()
		if err != nil {
			return nil, err
		}
		x, err := body.Parameter("x", shapes.Make(dtypes.Int32), nil)
		if err != nil {
			return nil, err
		}
		bad, err := oneByZero(body)
		if err != nil {
			return nil, err
		}
		y, err := body.Add(x, bad)
		if err != nil {
			return nil, err
		}
		if err := body.Return([]compute.Value{y}, nil); err != nil {
			return nil, err
		}
		return f.While(cond, body, in[0])
	}, []array{{shapes.Make(dtypes.Int32), []int32{5}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{5}; !reflect.DeepEqual(out[0].flat, want) {
		t.Errorf("got %v, want %v", out[0].flat, want)
	}
}
