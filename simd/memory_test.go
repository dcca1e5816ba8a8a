package simd_test

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd"
)

// TestSizeClasses waste little and grow with the size.
func TestSizeClasses(t *testing.T) {
	before := 0
	for size := 0; size < 1<<20; size += 1 + size/100 {
		c := simd.ClassOf(size)
		switch {
		case c < max(size, 1) || c%64 != 0:
			t.Fatalf("the class of %d bytes is %d", size, c)
		case c < before:
			t.Fatalf("the class of %d bytes is %d, of fewer bytes %d", size, c, before)
		case size > 512 && c > size*5/4:
			t.Fatalf("the class of %d bytes is %d: more than a quarter is lost", size, c)
		case simd.ClassOf(c) != c:
			t.Fatalf("the class of the class %d is %d", c, simd.ClassOf(c))
		}
		before = c
	}
}

// layers is a program with intermediate values that are as large as its input.
func layers(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	y, err := f.DotGeneral(in[0], []int{1}, nil, in[0], []int{1}, nil, compute.DotGeneralConfig{})
	if err != nil {
		return nil, err
	}
	z, err := f.DotGeneral(y, []int{1}, nil, in[0], []int{0}, nil, compute.DotGeneralConfig{})
	if err != nil {
		return nil, err
	}
	sum, err := f.Add(z, in[0])
	return []compute.Value{sum}, err
}

// shapesOfADay runs programs of n shapes, and returns the most bytes that the
// backend held after one of them.
func shapesOfADay(t *testing.T, b compute.Backend, n int) (most int) {
	t.Helper()
	for i := range n {
		rows, cols := 60+i*37%199, 90+i*53%307
		x := buffer(t, b, zeros(rows, cols))
		e, err := compile(b, layers, []array{zeros(rows, cols)})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			out, err := e.Execute([]compute.Buffer{x}, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := out[0].Finalize(); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.Finalize(); err != nil {
			t.Fatal(err)
		}
		e.Finalize()
		used, kept := simd.Held(b)
		if used != 0 {
			t.Fatalf("shape %d: %d bytes are in use after everything is finalized", i, used)
		}
		most = max(most, kept)
	}
	return most
}

// TestManyShapes is a server's day: memory stays flat, and what one shape
// leaves serves the next.
func TestManyShapes(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		b := newBackend(t, fmt.Sprint("workers=", workers))
		few := shapesOfADay(t, b, 100)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		many := shapesOfADay(t, b, 500)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if many > few*5/4 {
			t.Errorf("%d workers: 100 shapes left %d bytes, 500 left %d", workers, few, many)
		}
		if many > 32<<20 {
			t.Errorf("%d workers: %d bytes are kept, want at most 32 MiB", workers, many)
		}
		if grown := int(after.HeapAlloc) - int(before.HeapAlloc); grown > 16<<20 {
			t.Errorf("%d workers: the heap grew by %d bytes", workers, grown)
		}
	}
}

// TestBlocksServeSimilarSizes: what an array leaves serves one that is a
// little smaller.
func TestBlocksServeSimilarSizes(t *testing.T) {
	b := newBackend(t, "")
	if err := buffer(t, b, vector(1<<20)).Finalize(); err != nil {
		t.Fatal(err)
	}
	_, before := simd.Held(b)
	x := buffer(t, b, vector(1<<20-1<<16))
	if _, kept := simd.Held(b); kept >= before {
		t.Errorf("%d bytes are kept before and %d after", before, kept)
	}
	if err := x.Finalize(); err != nil {
		t.Fatal(err)
	}
}

// TestKeptMemoryAges: what nobody asks for is dropped after a while.
func TestKeptMemoryAges(t *testing.T) {
	b := newBackend(t, "")
	simd.AgeAfter(b, 20*time.Millisecond)
	if _, err := execute(b, large, largeInputs()); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		_, kept := simd.Held(b)
		if kept == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are still kept", kept)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := execute(b, large, largeInputs()); err != nil {
		t.Fatal(err)
	}
}

// TestMemoryLimit: what does not fit is a clear error, and nothing is lost.
func TestMemoryLimit(t *testing.T) {
	for name, open := range map[string]func() (compute.Backend, error){
		"option":        func() (compute.Backend, error) { return simd.New("workers=2", simd.WithMemoryLimit(8<<20)) },
		"configuration": func() (compute.Backend, error) { return simd.New("workers=2,memory=8MiB") },
	} {
		t.Run(name, func(t *testing.T) {
			b, err := open()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Finalize)
			_, err = b.BufferFromFlatData(0, make([]float32, 4<<20), float32s(4<<20))
			limited(t, err)
			_, _, err = b.NewSharedBuffer(0, float32s(4<<20))
			limited(t, err)
			half := buffer(t, b, vector(1<<20))
			// An output that does not fit beside the input.
			e, err := compile(b, one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
				return f.Concatenate(0, v[0], v[0])
			}), []array{vector(1 << 20)})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				_, err = e.Execute([]compute.Buffer{half}, nil, 0)
				limited(t, err)
			}
			// Intermediate values that do not fit.
			e, err = compile(b, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
				x, err := f.BroadcastInDim(in[0], float32s(8, 1<<20), []int{1})
				if err != nil {
					return nil, err
				}
				y, err := f.CumSum(x, 0, compute.CumSumOptions{})
				if err != nil {
					return nil, err
				}
				z, err := f.ReduceSum(y)
				return []compute.Value{z}, err
			}, []array{vector(1 << 20)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = e.Execute([]compute.Buffer{half}, nil, 0)
			limited(t, err)
			// Constants that do not fit.
			_, err = compile(b, func(f compute.Function, _ []compute.Value) ([]compute.Value, error) {
				c, err := f.Constant(make([]float32, 3<<20), 3<<20)
				return []compute.Value{c}, err
			}, nil)
			limited(t, err)
			if err := half.Finalize(); err != nil {
				t.Fatal(err)
			}
			if used, _ := simd.Held(b); used != 0 {
				t.Errorf("%d bytes are in use after everything is finalized", used)
			}
			if _, err := execute(b, layers, []array{zeros(100, 100)}); err != nil {
				t.Errorf("what fits: %v", err)
			}
		})
	}
	_, err := simd.New("memory=8XB")
	refused(t, err, "memory=\"8XB\": want a positive number of bytes")
	_, err = simd.New("memory=-1")
	refused(t, err, "want a positive number of bytes")
	_, err = simd.New("", simd.WithMemoryLimit(-1))
	refused(t, err, "want a positive number")
}

func limited(t *testing.T, err error) {
	t.Helper()
	var l *simd.LimitError
	if !errors.As(err, &l) {
		t.Errorf("got the error %v, want one about the memory limit", err)
		return
	}
	if l.Limit != 8<<20 || l.Wanted == 0 {
		t.Errorf("got a limit of %d bytes and %d wanted", l.Limit, l.Wanted)
	}
	refused(t, err, "the memory limit of 8.0 MiB is exceeded")
}

// TestForgottenBuffersAreNotCounted when the garbage collector has found them.
func TestForgottenBuffersAreNotCounted(t *testing.T) {
	b, err := simd.New("", simd.WithMemoryLimit(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	for i := range 20 {
		if _, err := b.BufferFromFlatData(0, make([]float32, 1<<20), float32s(1<<20)); err != nil {
			t.Fatalf("buffer %d: %v", i, err)
		}
	}
}

// TestGoMemoryLimit is respected: blocks are not kept beyond half of it.
func TestGoMemoryLimit(t *testing.T) {
	b := newBackend(t, "")
	var many []compute.Buffer
	for range 32 {
		many = append(many, buffer(t, b, vector(1<<20)))
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(64 << 20))
	for _, x := range many {
		if err := x.Finalize(); err != nil {
			t.Fatal(err)
		}
	}
	if used, kept := simd.Held(b); used != 0 || kept > 32<<20 {
		t.Errorf("%d bytes are in use and %d kept, want none and at most 32 MiB", used, kept)
	}
}

// TestFinalizedWhileRead: the memory of a buffer that is finalized during an
// execution is used again after it.
func TestFinalizedWhileRead(t *testing.T) {
	b := newBackend(t, "")
	x := buffer(t, b, array{float32s(3), []float32{1, 2, 3}})
	e, err := compile(b, one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Add(v[0], v[1]) }), []array{vector(3), vector(3)})
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Execute([]compute.Buffer{x, x}, []bool{true, true}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := out[0].Data()
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{2, 4, 6}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := out[0].Finalize(); err != nil {
		t.Fatal(err)
	}
	e.Finalize()
	if used, _ := simd.Held(b); used != 0 {
		t.Errorf("%d bytes are in use after everything is finalized", used)
	}
}

// TestConstantsAreFreed with their executables, also those of branches.
func TestConstantsAreFreed(t *testing.T) {
	b := newBackend(t, "")
	for range 3 {
		if _, err := execute(b, choice, []array{floats(dtypes.Bool, []float64{0})}); err != nil {
			t.Fatal(err)
		}
	}
	if used, _ := simd.Held(b); used >= 256 {
		t.Errorf("%d bytes are in use after everything is finalized", used)
	}
}
