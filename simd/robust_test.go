package simd_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"go.uber.org/goleak"

	"gsdnet/simd"
)

func add(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	y, err := f.Add(in[0], in[1])
	return []compute.Value{y}, err
}

func vector(n int) array {
	return array{shapes.Make(dtypes.Float32, n), make([]float32, n)}
}

func buffer(t *testing.T, b compute.Backend, a array) compute.Buffer {
	t.Helper()
	buf, err := b.BufferFromFlatData(0, a.flat, a.shape)
	if err != nil {
		t.Fatal(err)
	}
	return buf
}

// refused checks that an error came, and says what it should.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got the error %v, want one that says %q", err, want)
	}
}

func TestMisuseIsRefused(t *testing.T) {
	b := newBackend(t, "")
	e, err := compile(b, add, []array{vector(3), vector(3)})
	if err != nil {
		t.Fatal(err)
	}
	x, y := buffer(t, b, vector(3)), buffer(t, b, vector(3))
	execute := func(in []compute.Buffer, donate []bool) error {
		_, err := e.Execute(in, donate, 0)
		return err
	}
	refused(t, execute([]compute.Buffer{x}, nil), "1 inputs, want 2")
	refused(t, execute([]compute.Buffer{x, nil}, nil), "not a buffer")
	refused(t, execute([]compute.Buffer{x, buffer(t, b, vector(4))}, nil), "has the shape")
	refused(t, execute([]compute.Buffer{x, buffer(t, newBackend(t, ""), vector(3))}, nil), "another backend")
	refused(t, execute([]compute.Buffer{x, y}, []bool{true}), "donations")
	wrong, err := b.BufferFromFlatData(0, make([]int32, 3), shapes.Make(dtypes.Int32, 3))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, execute([]compute.Buffer{x, wrong}, nil), "has the shape")
	if err := y.Finalize(); err != nil {
		t.Fatal(err)
	}
	refused(t, execute([]compute.Buffer{x, y}, nil), "finalized")
	refused(t, y.Finalize(), "finalized")
	e.Finalize()
	e.Finalize()
	refused(t, execute([]compute.Buffer{x, x}, nil), "finalized")
}

func TestDonatedBuffersAreGone(t *testing.T) {
	b := newBackend(t, "")
	e, err := compile(b, add, []array{vector(3), vector(3)})
	if err != nil {
		t.Fatal(err)
	}
	x, y := buffer(t, b, vector(3)), buffer(t, b, vector(3))
	for range 3 {
		out, err := e.Execute([]compute.Buffer{x, y}, []bool{true, false}, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Execute([]compute.Buffer{x, y}, nil, 0)
		refused(t, err, "donated")
		x = out[0]
	}
	// The same buffer twice, donated once, still gives the right result.
	one := buffer(t, b, array{shapes.Make(dtypes.Float32, 3), []float32{1, 2, 3}})
	out, err := e.Execute([]compute.Buffer{one, one}, []bool{true, false}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := out[0].Data()
	if want := []float32{2, 4, 6}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFinalizedBackend(t *testing.T) {
	b, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	e, err := compile(b, add, []array{vector(3), vector(3)})
	if err != nil {
		t.Fatal(err)
	}
	x := buffer(t, b, vector(3))
	b.Finalize()
	b.Finalize()
	if !b.IsFinalized() {
		t.Error("the backend does not know that it is finalized")
	}
	_, err = e.Execute([]compute.Buffer{x, x}, nil, 0)
	refused(t, err, "finalized")
	_, err = b.BufferFromFlatData(0, make([]float32, 3), shapes.Make(dtypes.Float32, 3))
	refused(t, err, "finalized")
	_, err = compile(b, add, []array{vector(3), vector(3)})
	refused(t, err, "finalized")
	if err := x.Finalize(); err != nil {
		t.Errorf("finalizing a buffer after its backend: %v", err)
	}
}

func TestWrongGraphsAreRefused(t *testing.T) {
	b := newBackend(t, "")
	f := b.Builder("a").Main()
	other := b.Builder("b").Main()
	x, err := f.Parameter("x", shapes.Make(dtypes.Float32, 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	y, err := other.Parameter("y", shapes.Make(dtypes.Float32, 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Add(x, y)
	refused(t, err, "another computation")
	_, err = f.Add(x, nil)
	refused(t, err, "not a value")
	z, err := f.Parameter("z", shapes.Make(dtypes.Float32, 4), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Add(x, z)
	refused(t, err, "broadcast")
	_, err = f.Transpose(x, 1)
	refused(t, err, "Transpose")
	_, err = f.Builder().Compile()
	refused(t, err, "Return")
	if err := f.Return([]compute.Value{x}, nil); err != nil {
		t.Fatal(err)
	}
	_, err = f.Neg(x)
	refused(t, err, "returned")
	if _, err := f.Builder().Compile(); err != nil {
		t.Fatal(err)
	}
	_, err = f.Neg(x)
	refused(t, err, "compiled")
}

// TestParametersAfterTheOutput are allowed, used or not.
func TestParametersAfterTheOutput(t *testing.T) {
	b := newBackend(t, "")
	builder := b.Builder("late")
	f := builder.Main()
	x, _ := f.Parameter("x", shapes.Make(dtypes.Float32, 2), nil)
	y, _ := f.Neg(x)
	_, _ = f.Parameter("unused", shapes.Make(dtypes.Float32, 5), nil)
	if err := f.Return([]compute.Value{y}, nil); err != nil {
		t.Fatal(err)
	}
	e, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Execute([]compute.Buffer{buffer(t, b, array{shapes.Make(dtypes.Float32, 2), []float32{1, 2}}), buffer(t, b, vector(5))}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := out[0].Data()
	if want := []float32{-1, -2}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestIntegerDivisionByZero is an error, not a crash.
func TestIntegerDivisionByZero(t *testing.T) {
	in := []array{{shapes.Make(dtypes.Int32, 2), []int32{1, 2}}, {shapes.Make(dtypes.Int32, 2), []int32{1, 0}}}
	_, err := execute(newBackend(t, ""), func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		y, err := f.Div(in[0], in[1])
		return []compute.Value{y}, err
	}, in)
	refused(t, err, "divide by zero")
}

func TestConfiguration(t *testing.T) {
	_, err := simd.New("workers=0")
	refused(t, err, "positive")
	_, err = simd.New("threads=2")
	refused(t, err, "unknown option")
	t.Setenv("GSDNET_SIMD", "sse9")
	_, err = simd.New("")
	refused(t, err, "GSDNET_SIMD")
}

// TestNoGoroutineStays after Finalize.
func TestNoGoroutineStays(t *testing.T) {
	before := goleak.IgnoreCurrent()
	b, err := simd.New("workers=4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := execute(b, large, largeInputs()); err != nil {
		t.Fatal(err)
	}
	b.Finalize()
	goleak.VerifyNone(t, before)
}
