package simd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// large is a program whose loops, sums and products are all cut into parts.
func large(f compute.Function, in []compute.Value) ([]compute.Value, error) {
	x, w, bias := in[0], in[1], in[2]
	var failed error
	do := func(v compute.Value, err error) compute.Value {
		if failed == nil {
			failed = err
		}
		return v
	}
	dims := func(v compute.Value) []int {
		s, err := f.Shape(v)
		do(nil, err)
		return s.Dimensions
	}
	product := do(f.DotGeneral(x, []int{1}, nil, w, []int{0}, nil, compute.DotGeneralConfig{}))
	activated := do(f.Tanh(do(f.Add(product, bias))))
	rows := do(f.ReduceSum(do(f.Mul(activated, activated)), 1))
	cols := do(f.ReduceSum(activated, 0))
	all := do(f.ReduceSum(do(f.Exp(activated))))
	peak := do(f.ReduceMax(activated, 0))
	middle := do(f.ReduceSum(do(f.Reshape(activated, 4, dims(activated)[0]/4, dims(activated)[1])), 1))
	inner := do(f.DotGeneral(activated, []int{0}, nil, x, []int{0}, nil, compute.DotGeneralConfig{}))
	turned := do(f.Transpose(activated, 1, 0))
	sum := do(f.Add(turned, turned))
	return []compute.Value{product, activated, rows, cols, all, peak, middle, inner, sum}, failed
}

func largeInputs() []array {
	rng := rand.New(rand.NewPCG(9, 10))
	return []array{random(rng, dtypes.Float32, 2304, 96), random(rng, dtypes.Float32, 96, 130), random(rng, dtypes.Float32, 1, 130)}
}

// TestSameBitsWhateverTheWorkers is the determinism that training relies on.
func TestSameBitsWhateverTheWorkers(t *testing.T) {
	in := largeInputs()
	want, err := execute(newBackend(t, "workers=1"), large, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{2, 3, 4, 7, 16, 64} {
		got, err := execute(newBackend(t, fmt.Sprint("workers=", workers)), large, in)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers gave other bits than one", workers)
		}
	}
}

// TestLargeArrays compares with the Go backend, whose long sums are the less
// exact ones.
func TestLargeArrays(t *testing.T) {
	same(t, newBackend(t, ""), goBackend(t), large, largeInputs(), 5e-3, 1e-2)
}

// TestLongSumsAreExact compares sums over everything, rows and columns with
// float64.
func TestLongSumsAreExact(t *testing.T) {
	const rows, cols = 3000, 200
	x := random(rand.New(rand.NewPCG(11, 12)), dtypes.Float32, rows, cols)
	flat := x.flat.([]float32)
	for i := range flat {
		flat[i] += 3
	}
	got, err := execute(newBackend(t, ""), func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		var out []compute.Value
		for _, axes := range [][]int{{0, 1}, {0}, {1}} {
			y, err := f.ReduceSum(in[0], axes...)
			if err != nil {
				return nil, err
			}
			out = append(out, y)
		}
		return out, nil
	}, []array{x})
	if err != nil {
		t.Fatal(err)
	}
	all, byCol, byRow := []float64{0}, make([]float64, cols), make([]float64, rows)
	for i, v := range flat {
		all[0] += float64(v)
		byCol[i%cols] += float64(v)
		byRow[i/cols] += float64(v)
	}
	for i, want := range [][]float64{all, byCol, byRow} {
		for j, g := range got[i].flat.([]float32) {
			if w := want[j]; math.Abs(float64(g)-w) > 1e-5*w {
				t.Fatalf("sum %d of output %d: got %v, want %v", j, i, g, w)
			}
		}
	}
}

// TestConcurrentExecutions runs one executable many times at once.
func TestConcurrentExecutions(t *testing.T) {
	b := newBackend(t, "")
	in := largeInputs()
	e, err := compile(b, large, in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := run(b, e, in)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 4 {
				got, err := run(b, e, in)
				if err != nil {
					t.Error(err)
				} else if !reflect.DeepEqual(got, want) {
					t.Error("concurrent executions disturb each other")
				}
			}
		})
	}
	wg.Wait()
}

// TestTrainingIsDeterministic runs whole steps with one and two workers.
func TestTrainingIsDeterministic(t *testing.T) {
	losses := func(config string) []float32 {
		s := &trainingStep{modalities: 3, batch: 4, length: 40, width: 64, blocks: 2}
		s.build(t, newBackend(t, config))
		var out []float32
		for range 4 {
			out = append(out, s.run(t))
		}
		return out
	}
	want := losses("workers=1")
	for _, config := range []string{"workers=2", "workers=4"} {
		if got := losses(config); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got the losses %v, want %v", config, got, want)
		}
	}
}
