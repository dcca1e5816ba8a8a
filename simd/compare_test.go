package simd_test

import (
	"fmt"
	"math"
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// raceDetector is set in builds with -race. They check pointers, and the Go
// backend's products of large matrices do not pass (compute v0.1.6).
var raceDetector bool

// A program builds a computation of parameters.
type program func(f compute.Function, in []compute.Value) ([]compute.Value, error)

// An array is a shape with values.
type array struct {
	shape shapes.Shape
	flat  any
}

// execute compiles and runs a program once; a panic becomes an error, since
// the Go backend panics where this one must not.
func execute(b compute.Backend, p program, in []array) (out []array, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("panic: %v", r)
		}
	}()
	e, err := compile(b, p, in)
	if err != nil {
		return nil, err
	}
	defer e.Finalize()
	return run(b, e, in)
}

func compile(b compute.Backend, p program, in []array) (compute.Executable, error) {
	builder := b.Builder("test")
	f := builder.Main()
	params := make([]compute.Value, len(in))
	for i, a := range in {
		var err error
		if params[i], err = f.Parameter(fmt.Sprint("x", i), a.shape, nil); err != nil {
			return nil, err
		}
	}
	outputs, err := p(f, params)
	if err != nil {
		return nil, err
	}
	if err := f.Return(outputs, nil); err != nil {
		return nil, err
	}
	return builder.Compile()
}

// run executes with copies of the inputs.
func run(b compute.Backend, e compute.Executable, in []array) ([]array, error) {
	buffers := make([]compute.Buffer, len(in))
	for i, a := range in {
		var err error
		if buffers[i], err = b.BufferFromFlatData(0, a.flat, a.shape); err != nil {
			return nil, err
		}
	}
	results, err := e.Execute(buffers, nil, 0)
	if err != nil {
		return nil, err
	}
	out := make([]array, len(results))
	for i, r := range results {
		s, err := r.Shape()
		if err != nil {
			return nil, err
		}
		flat := reflect.MakeSlice(reflect.SliceOf(s.DType.GoType()), s.Size(), s.Size()).Interface()
		if err := r.ToFlatData(flat); err != nil {
			return nil, err
		}
		out[i] = array{s, flat}
		if err := r.Finalize(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// differ says where two arrays differ by more than a relative tolerance of the
// larger of the two, or an absolute one; "" if nowhere. NaN equals NaN.
func differ(got, want array, relative, absolute float64) string {
	if !got.shape.Equal(want.shape) {
		return fmt.Sprintf("got the shape %s, want %s", got.shape, want.shape)
	}
	g, w := reflect.ValueOf(got.flat), reflect.ValueOf(want.flat)
	for i := range g.Len() {
		if x, y := g.Index(i), w.Index(i); !close2(x, y, relative, absolute) {
			return fmt.Sprintf("element %d of %s: got %v, want %v", i, got.shape, x, y)
		}
	}
	return ""
}

func close2(x, y reflect.Value, relative, absolute float64) bool {
	if !x.CanFloat() {
		return x.Interface() == y.Interface()
	}
	a, b := x.Float(), y.Float()
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return math.IsNaN(a) && math.IsNaN(b)
	case a == b:
		return true
	case math.IsInf(a, 0) || math.IsInf(b, 0):
		return false
	}
	return math.Abs(a-b) <= absolute+relative*max(math.Abs(a), math.Abs(b))
}

// same fails the test if the two backends disagree on a program.
func same(t interface {
	Helper()
	Fatalf(string, ...any)
}, b, reference compute.Backend, p program, in []array, relative, absolute float64) {
	t.Helper()
	want, wantErr := execute(reference, p, in)
	got, err := execute(b, p, in)
	if wantErr != nil {
		return // what the reference refuses, or panics on, is not at issue
	}
	if err != nil {
		t.Fatalf("got the error %v, want a result", err)
	}
	for i := range want {
		if d := differ(got[i], want[i], relative, absolute); d != "" {
			t.Fatalf("output %d: %s", i, d)
		}
	}
}
