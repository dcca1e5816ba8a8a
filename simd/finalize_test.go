package simd_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"gsdnet/simd"
)

// slow sums exp(exp(…)) of many numbers, for some tenths of a second.
func slow(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	x, err := f.BroadcastInDim(in[0], shapes.Make(dtypes.Float32, 1<<14, 1<<12), []int{1})
	for range 4 {
		if err == nil {
			x, err = f.Sin(x)
		}
	}
	if err != nil {
		return nil, err
	}
	y, err := f.ReduceSum(x)
	return []compute.Value{y}, err
}

// TestFinalizeWaits for an execution, with helpers and without.
func TestFinalizeWaits(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 7} {
		b, err := simd.New(fmt.Sprint("workers=", workers))
		if err != nil {
			t.Fatal(err)
		}
		in := []array{vector(1 << 12)}
		e, err := compile(b, slow, in)
		if err != nil {
			t.Fatal(err)
		}
		x := buffer(t, b, in[0])
		var began, done [3]time.Time
		var wg, started sync.WaitGroup
		started.Add(len(began))
		for i := range began { // only one of them has the helpers
			wg.Go(func() {
				began[i] = time.Now()
				started.Done()
				_, err := e.Execute([]compute.Buffer{x}, nil, 0)
				done[i] = time.Now()
				if err != nil && !strings.Contains(err.Error(), "finalized") {
					t.Error(err)
				}
			})
		}
		started.Wait()
		time.Sleep(20 * time.Millisecond)
		b.Finalize()
		finalized := time.Now()
		wg.Wait()
		for i := range done {
			if late := done[i].Sub(finalized); late > 30*time.Millisecond && late > done[i].Sub(began[i])/4 {
				t.Errorf("%d workers: an execution ended %v after Finalize", workers, late)
			}
		}
	}
}

// dynamicDouble compiles x+x for vectors of any length, which is delegated.
func dynamicDouble(b compute.Backend) (compute.Executable, error) {
	builder := b.Builder("dynamic")
	f := builder.Main()
	x, err := f.Parameter("x", shapes.MakeDynamic(dtypes.Float32, []int{-1}, []string{"n"}), nil)
	if err != nil {
		return nil, err
	}
	y, err := f.Add(x, x)
	if err != nil {
		return nil, err
	}
	if err := f.Return([]compute.Value{y}, nil); err != nil {
		return nil, err
	}
	return builder.Compile()
}

// TestFinalizeWhileEverythingRuns: every call gives what it should or the error
// that the backend is finalized, and no call succeeds that begins afterwards.
func TestFinalizeWhileEverythingRuns(t *testing.T) {
	for round := range 12 {
		b, err := simd.New(fmt.Sprint("workers=", []int{2, 3, 7}[round%3]))
		if err != nil {
			t.Fatal(err)
		}
		in := []array{{float32s(3), []float32{1, 2, 3}}}
		own, err := compile(b, one(func(f compute.Function, v []compute.Value) (compute.Value, error) { return f.Add(v[0], v[0]) }), in)
		if err != nil {
			t.Fatal(err)
		}
		foreign, err := compile(b, one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
			y, err := f.CumSum(v[0], 0, compute.CumSumOptions{})
			if err != nil {
				return nil, err
			}
			return f.Add(y, v[0])
		}), in)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := dynamicDouble(b)
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string]func() error{
			"execute":           func() error { return gives(b, own, in, 2, 4, 6) },
			"execute on Go":     func() error { return gives(b, foreign, in, 2, 5, 9) },
			"execute delegated": func() error { return gives(b, whole, in, 2, 4, 6) },
			"compile": func() error {
				e, err := compile(b, folding, in)
				if err == nil {
					e.Finalize()
				}
				return err
			},
			"compile delegated": func() error {
				e, err := dynamicDouble(b)
				if err == nil {
					e.Finalize()
				}
				return err
			},
			"buffers": func() error {
				x, err := b.BufferFromFlatData(0, in[0].flat, in[0].shape)
				if err != nil {
					return err
				}
				y, err := x.CopyToDevice(0)
				if err == nil {
					err = y.Finalize()
				}
				_ = x.Finalize()
				return err
			},
			"shared buffers": func() error {
				x, _, err := b.NewSharedBuffer(0, float32s(1000))
				if err == nil {
					err = x.Finalize()
				}
				return err
			},
		}
		var wg sync.WaitGroup
		for name, call := range calls {
			wg.Go(func() {
				for {
					if err := call(); err != nil {
						if !strings.Contains(err.Error(), "finalized") {
							t.Errorf("%s: %v", name, err)
						}
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(1+round) * time.Millisecond)
		b.Finalize()
		for name, call := range calls {
			if err := call(); err == nil {
				t.Errorf("%s after Finalize: got no error", name)
			}
		}
		wg.Wait()
		own.Finalize()
		foreign.Finalize()
		whole.Finalize()
	}
}

// folding has a constant part, which compiling executes.
func folding(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	x, err := f.Constant(make([]float32, 3000), 1000, 3)
	if err != nil {
		return nil, err
	}
	y, err := f.Exp(x)
	if err != nil {
		return nil, err
	}
	sum, err := f.ReduceSum(y, 0)
	if err != nil {
		return nil, err
	}
	z, err := f.Add(in[0], sum)
	return []compute.Value{z}, err
}

// gives runs an executable and compares its first output.
func gives(b compute.Backend, e compute.Executable, in []array, want ...float32) error {
	out, err := run(b, e, in)
	if err != nil {
		return err
	}
	if got := out[0].flat; !reflect.DeepEqual(got, want) {
		return fmt.Errorf("got %v, want %v", got, want)
	}
	return nil
}

// TestDelegatedExecutionsRecover: what the Go backend panics at is an error.
func TestDelegatedExecutionsRecover(t *testing.T) {
	b := newBackend(t, "")
	builder := b.Builder("divide")
	f := builder.Main()
	x, err := f.Parameter("x", shapes.MakeDynamic(dtypes.Int32, []int{-1}, []string{"n"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	y, err := f.Div(x, x)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Return([]compute.Value{y}, nil); err != nil {
		t.Fatal(err)
	}
	e, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	zero := array{shapes.Make(dtypes.Int32, 2), []int32{1, 0}}
	_, err = run(b, e, []array{zero})
	refused(t, err, "divide by zero")
	out, err := run(b, e, []array{{shapes.Make(dtypes.Int32, 2), []int32{3, 4}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{1, 1}; !reflect.DeepEqual(out[0].flat, want) {
		t.Errorf("got %v, want %v", out[0].flat, want)
	}
}

// TestDonationToDelegatedExecutions leaves alone what another one reads.
func TestDonationToDelegatedExecutions(t *testing.T) {
	b := newBackend(t, "")
	e, err := dynamicDouble(b)
	if err != nil {
		t.Fatal(err)
	}
	x := buffer(t, b, array{float32s(2), []float32{1, 2}})
	out, err := e.Execute([]compute.Buffer{x}, []bool{true}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := out[0].Data()
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{2, 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	_, err = e.Execute([]compute.Buffer{x}, nil, 0)
	refused(t, err, "donated")
}
