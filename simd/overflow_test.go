package simd_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"gsdnet/simd"
)

// recording is a function under construction with operands of some shapes.
type recording struct {
	compute.Function
	scalar, one, vector, matrix, wide, tall, integers, bytes, mask, state, empty compute.Value
}

// half is so large that two of it in different axes overflow.
const half = 1 << 24

func newRecording(t *testing.T, b compute.Backend) *recording {
	r := &recording{Function: b.Builder("sizes").Main()}
	parameter := func(name string, dtype dtypes.DType, dims ...int) compute.Value {
		v, err := r.Parameter(name, shapes.Make(dtype, dims...), nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	r.scalar = parameter("scalar", dtypes.Float32)
	r.one = parameter("one", dtypes.Float32, 1)
	r.vector = parameter("vector", dtypes.Float32, 4)
	r.matrix = parameter("matrix", dtypes.Float32, 4, 4)
	r.wide = parameter("wide", dtypes.Float32, 1, half)
	r.tall = parameter("tall", dtypes.Float32, half, 1)
	r.integers = parameter("integers", dtypes.Int32, half, 1)
	r.bytes = parameter("bytes", dtypes.Int8, half, half/2)
	r.mask = parameter("mask", dtypes.Bool, half, half/2)
	r.state = parameter("state", dtypes.Uint64, 3)
	r.empty = parameter("empty", dtypes.Float32, 0)
	return r
}

func float32s(dims ...int) shapes.Shape {
	return shapes.Shape{DType: dtypes.Float32, Dimensions: dims}
}

// tooLarge has an entry for every way to record an array: each asks for one
// whose bytes do not fit into the address space, or overflow an int.
var tooLarge = []struct {
	name   string
	record func(r *recording) (any, error)
}{
	{"Parameter", func(r *recording) (any, error) { return r.Parameter("p", float32s(1<<32, 1<<32), nil) }},
	{"Parameter of an overflow to a small size", func(r *recording) (any, error) { return r.Parameter("p", float32s(1<<62+1, 4), nil) }},
	{"Parameter of an empty axis", func(r *recording) (any, error) { return r.Parameter("p", float32s(0, 1<<40, 1<<40), nil) }},
	{"Parameter of a negative axis", func(r *recording) (any, error) { return r.Parameter("p", float32s(-4, 3), nil) }},
	{"Parameter, dynamic", func(r *recording) (any, error) { return r.Parameter("p", float32s(-1, 1<<32, 1<<32), nil) }},
	{"Constant", func(r *recording) (any, error) { return r.Constant([]float32{}, 1<<32, 1<<32) }},
	{"Constant of an overflow to a small size", func(r *recording) (any, error) { return r.Constant(make([]float32, 4), 1<<62+1, 4) }},
	{"Constant of negative axes", func(r *recording) (any, error) { return r.Constant(make([]float32, 4), -2, -2) }},
	{"Iota", func(r *recording) (any, error) { return r.Iota(float32s(1<<31, 1<<31), 0) }},
	{"Iota of an overflow to 0", func(r *recording) (any, error) { return r.Iota(float32s(1<<32, 1<<32), 1) }},
	{"Iota of a dynamic axis", func(r *recording) (any, error) { return r.Iota(float32s(4, -1), 0) }},
	{"BroadcastInDim", func(r *recording) (any, error) {
		return r.BroadcastInDim(r.one, float32s(1<<32, 1<<32), []int{0})
	}},
	{"BroadcastInDim of a scalar", func(r *recording) (any, error) { return r.BroadcastInDim(r.scalar, float32s(1<<31, 1<<31), nil) }},
	{"BroadcastInDim to a negative axis", func(r *recording) (any, error) { return r.BroadcastInDim(r.scalar, float32s(-7), nil) }},
	{"Reshape of nothing", func(r *recording) (any, error) { return r.Reshape(r.empty, 1<<32, 1<<32) }},
	{"Reshape", func(r *recording) (any, error) { return r.Reshape(r.vector, 1<<62+1, 4) }},
	{"Reshape to negative axes", func(r *recording) (any, error) { return r.Reshape(r.vector, -2, -2) }},
	{"Add", func(r *recording) (any, error) { return r.Add(r.wide, r.tall) }},
	{"Pow", func(r *recording) (any, error) { return r.Pow(r.wide, r.tall) }},
	{"Equal is smaller, its product is not", func(r *recording) (any, error) {
		less, err := r.Equal(r.wide, r.tall) // 2^48 bools fit
		if err != nil {
			return nil, err
		}
		return r.ConvertDType(less, dtypes.Float32)
	}},
	{"Atan2", func(r *recording) (any, error) { return r.Atan2(r.wide, r.tall) }},
	{"ConvertDType", func(r *recording) (any, error) { return r.ConvertDType(r.bytes, dtypes.Float32) }},
	{"Where", func(r *recording) (any, error) { return r.Where(r.mask, r.scalar, r.scalar) }},
	{"Clamp", func(r *recording) (any, error) { return r.Clamp(r.wide, r.tall, r.scalar) }},
	{"Concatenate", func(r *recording) (any, error) {
		x, err := r.BroadcastInDim(r.scalar, float32s(1<<45), nil)
		if err != nil {
			return nil, err
		}
		return r.Concatenate(0, x, x, x)
	}},
	{"Pad", func(r *recording) (any, error) { return r.Pad(r.vector, r.scalar, compute.PadAxis{End: 1 << 60}) }},
	{"Pad of an overflow to a small size", func(r *recording) (any, error) {
		return r.Pad(r.vector, r.scalar, compute.PadAxis{Start: math.MaxInt, End: math.MaxInt})
	}},
	{"Pad by the least number", func(r *recording) (any, error) {
		return r.Pad(r.vector, r.scalar, compute.PadAxis{Start: math.MinInt, End: math.MaxInt})
	}},
	{"Pad in the interior", func(r *recording) (any, error) {
		return r.Pad(r.vector, r.scalar, compute.PadAxis{Interior: math.MaxInt})
	}},
	{"Pad in the interior to a small size", func(r *recording) (any, error) {
		return r.Pad(r.wide, r.scalar, compute.PadAxis{}, compute.PadAxis{Interior: 1 << 40, Start: 3})
	}},
	{"Slice with a stride that overflows", func(r *recording) (any, error) {
		return r.Slice(r.vector, []int{0}, []int{4}, []int{math.MaxInt})
	}},
	{"Gather", func(r *recording) (any, error) {
		return r.Gather(r.wide, r.integers, 1, []int{1}, []int{0}, []int{0}, []int{1, half}, false)
	}},
	{"DotGeneral", func(r *recording) (any, error) {
		return r.DotGeneral(r.tall, []int{1}, nil, r.wide, []int{0}, nil, compute.DotGeneralConfig{})
	}},
	{"DotGeneral of integers", func(r *recording) (any, error) {
		return r.DotGeneral(r.integers, []int{1}, nil, r.integers, []int{1}, nil, compute.DotGeneralConfig{})
	}},
	{"RNGBitGenerator", func(r *recording) (any, error) {
		_, v, err := r.RNGBitGenerator(r.state, shapes.Shape{DType: dtypes.Uint32, Dimensions: []int{1 << 32, 1 << 32}})
		return v, err
	}},
	{"ReduceWindow", func(r *recording) (any, error) {
		return r.ReduceWindow(r.vector, compute.ReduceOpSum, []int{1}, []int{1}, nil, nil, [][2]int{{0, 1 << 50}})
	}},
	{"ReduceWindow of an overflow to a small size", func(r *recording) (any, error) {
		return r.ReduceWindow(r.vector, compute.ReduceOpSum, []int{2}, []int{1}, nil, nil, [][2]int{{math.MaxInt, math.MaxInt}})
	}},
	{"ReduceWindow with a dilation", func(r *recording) (any, error) {
		return r.ReduceWindow(r.vector, compute.ReduceOpSum, []int{1}, []int{1}, []int{math.MaxInt / 2}, nil, nil)
	}},
	{"ReduceWindow with a dilated window", func(r *recording) (any, error) {
		return r.ReduceWindow(r.vector, compute.ReduceOpSum, []int{4}, []int{1}, nil, []int{math.MaxInt/3*2 + 1}, nil)
	}},
	{"SelectAndScatterMax", func(r *recording) (any, error) {
		return r.SelectAndScatterMax(r.vector, r.vector, []int{1}, []int{1}, [][2]int{{math.MaxInt, math.MaxInt}})
	}},
	{"ConvGeneral", func(r *recording) (any, error) {
		image, err := r.Reshape(r.matrix, 1, 4, 4)
		if err != nil {
			return nil, err
		}
		axes := compute.ConvolveAxesConfig{
			InputBatch: 0, InputSpatial: []int{1}, InputChannels: 2, KernelSpatial: []int{0}, KernelInputChannels: 1, KernelOutputChannels: 2,
			OutputBatch: 0, OutputSpatial: []int{1}, OutputChannels: 2,
		}
		kernel, err := r.Reshape(r.matrix, 1, 4, 4)
		if err != nil {
			return nil, err
		}
		return r.ConvGeneral(image, kernel, axes, []int{1}, [][2]int{{math.MaxInt, math.MaxInt}}, nil, nil, 1, 1)
	}},
	{"DynamicIota", func(r *recording) (any, error) {
		return r.DynamicIota(dtypes.Float32, 0, compute.DynamicDimensionSpec{Static: 1 << 32}, compute.DynamicDimensionSpec{Static: 1 << 32})
	}},
	{"DynamicBroadcastInDim", func(r *recording) (any, error) {
		return r.DynamicBroadcastInDim(r.scalar, nil, compute.DynamicDimensionSpec{Static: 1 << 32}, compute.DynamicDimensionSpec{Static: 1 << 32})
	}},
}

// TestSizesThatOverflowAreRefused where the operation is recorded.
func TestSizesThatOverflowAreRefused(t *testing.T) {
	b := newBackend(t, "")
	for _, test := range tooLarge {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.record(newRecording(t, b))
			if err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
}

// TestSizesThatOverflowInDelegatedGraphs are refused too.
func TestSizesThatOverflowInDelegatedGraphs(t *testing.T) {
	b := newBackend(t, "")
	for _, test := range tooLarge {
		t.Run(test.name, func(t *testing.T) {
			r := newRecording(t, b)
			if _, err := r.Parameter("dynamic", shapes.MakeDynamic(dtypes.Float32, []int{-1}, []string{"n"}), nil); err != nil {
				t.Fatal(err)
			}
			got, err := test.record(r)
			if err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
}

// TestBuffersThatOverflowAreRefused, and so are those that no machine has the
// memory for.
func TestBuffersThatOverflowAreRefused(t *testing.T) {
	b := newBackend(t, "")
	for _, dims := range [][]int{{1 << 32, 1 << 32}, {1<<62 + 1, 4}, {0, 1 << 62}, {1 << 44}, {-4}} {
		if _, err := b.BufferFromFlatData(0, []float32{}, float32s(dims...)); err == nil {
			t.Errorf("a buffer of %v from no data: got no error", dims)
		}
		if _, err := b.BufferFromFlatData(0, make([]float32, 4), float32s(dims...)); err == nil {
			t.Errorf("a buffer of %v from four numbers: got no error", dims)
		}
		if _, _, err := b.NewSharedBuffer(0, float32s(dims...)); err == nil {
			t.Errorf("a shared buffer of %v: got no error", dims)
		}
	}
	packed := shapes.Make(dtypes.Int4, 8)
	if _, err := b.BufferFromFlatData(0, make([]byte, 3), packed); err == nil {
		t.Error("a buffer of 8 packed numbers from 3 bytes: got no error")
	}
}

// TestArraysLargerThanTheMachine are errors of the execution, not the end of
// the process.
func TestArraysLargerThanTheMachine(t *testing.T) {
	b := newBackend(t, "")
	for name, p := range map[string]program{
		"output": func(f compute.Function, _ []compute.Value) ([]compute.Value, error) {
			x, err := f.Iota(shapes.Make(dtypes.Float32, 1<<20, 1<<24), 0)
			return []compute.Value{x}, err
		},
		"intermediate value": func(f compute.Function, _ []compute.Value) ([]compute.Value, error) {
			x, err := f.Iota(shapes.Make(dtypes.Float32, 1<<20, 1<<24), 0)
			if err != nil {
				return nil, err
			}
			y, err := f.CumSum(x, 0, compute.CumSumOptions{})
			if err != nil {
				return nil, err
			}
			z, err := f.ReduceSum(y)
			return []compute.Value{z}, err
		},
	} {
		_, err := execute(b, p, nil)
		if err == nil || !strings.Contains(err.Error(), "memory") {
			t.Errorf("%s: got the error %v, want one about memory", name, err)
		}
	}
}

// TestLargeViewsStillWork: a broadcast array takes no memory.
func TestLargeViewsStillWork(t *testing.T) {
	got, err := execute(newBackend(t, ""), func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		x, err := f.BroadcastInDim(in[0], float32s(1<<40, 4), []int{1})
		if err != nil {
			return nil, err
		}
		y, err := f.Slice(x, []int{1 << 39, 1}, []int{1<<39 + 2, 3}, nil)
		return []compute.Value{y}, err
	}, []array{{float32s(4), []float32{1, 2, 3, 4}}})
	if err != nil {
		t.Fatal(err)
	}
	want := array{float32s(2, 2), []float32{2, 3, 2, 3}}
	if d := differ(got[0], want, 0, 0); d != "" {
		t.Error(d)
	}
}

// TestSizeErrorsNameTheShape says that the errors are for people.
func TestSizeErrorsNameTheShape(t *testing.T) {
	b, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	_, err = b.Builder("x").Main().Iota(float32s(1<<31, 1<<31), 0)
	refused(t, err, "simd: Iota: an array of the shape (Float32)[2147483648, 2147483648] is too large")
}
