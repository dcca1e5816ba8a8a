package simd_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd"
)

// typeOps lists operations on arrays that are not float32. The operands are
// two arrays of the type, a mask, and two arrays of float32.
var typeOps = []struct {
	name  string
	dtype dtypes.DType
	p     func(f compute.Function, x, y, mask, a, b compute.Value) (compute.Value, error)
}{
	{"add float64", dtypes.Float64, func(f compute.Function, x, y, _, _, _ compute.Value) (compute.Value, error) { return f.Add(x, y) }},
	{"max float64", dtypes.Float64, func(f compute.Function, x, y, _, _, _ compute.Value) (compute.Value, error) { return f.Max(x, y) }},
	{"sqrt float64", dtypes.Float64, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) { return f.Sqrt(x) }},
	{"exp float64", dtypes.Float64, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) { return f.Exp(x) }},
	{"sum float64", dtypes.Float64, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) { return f.ReduceSum(x, 1) }},
	{"less float64", dtypes.Float64, func(f compute.Function, x, y, _, _, _ compute.Value) (compute.Value, error) { return f.LessThan(x, y) }},
	{"where float64", dtypes.Float64, func(f compute.Function, x, y, mask, _, _ compute.Value) (compute.Value, error) {
		return f.Where(mask, x, y)
	}},
	{"add int32", dtypes.Int32, func(f compute.Function, x, y, _, _, _ compute.Value) (compute.Value, error) { return f.Add(x, y) }},
	{"equal int32", dtypes.Int32, func(f compute.Function, x, y, _, _, _ compute.Value) (compute.Value, error) { return f.Equal(x, y) }},
	{"sum int32", dtypes.Int32, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) { return f.ReduceSum(x, 1) }},
	{"and bool", dtypes.Bool, func(f compute.Function, x, y, _, _, _ compute.Value) (compute.Value, error) {
		return f.LogicalAnd(x, y)
	}},
	{"not bool", dtypes.Bool, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) { return f.LogicalNot(x) }},
	{"int32 to float32", dtypes.Int32, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) {
		return f.ConvertDType(x, dtypes.Float32)
	}},
	{"float32 to int32", dtypes.Int32, func(f compute.Function, _, _, _, a, _ compute.Value) (compute.Value, error) {
		return f.ConvertDType(a, dtypes.Int32)
	}},
	{"float64 to float32", dtypes.Float64, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) {
		return f.ConvertDType(x, dtypes.Float32)
	}},
	{"bool to float32", dtypes.Bool, func(f compute.Function, x, _, _, _, _ compute.Value) (compute.Value, error) {
		return f.ConvertDType(x, dtypes.Float32)
	}},
	{"pow float32", dtypes.Float32, func(f compute.Function, _, _, _, a, b compute.Value) (compute.Value, error) {
		positive, err := f.Abs(a)
		if err != nil {
			return nil, err
		}
		return f.Pow(positive, b)
	}},
}

// BenchmarkTypes times operations on [512, 1024] arrays on one worker and on
// the Go backend.
func BenchmarkTypes(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, op := range typeOps {
		in := []array{
			random(rng, op.dtype, 512, 1024), random(rng, op.dtype, 512, 1024), random(rng, dtypes.Bool, 512, 1024),
			random(rng, dtypes.Float32, 512, 1024), random(rng, dtypes.Float32, 512, 1024),
		}
		for _, engine := range []string{simd.BackendName, "go"} {
			backend := goBackend(b)
			if engine == simd.BackendName {
				backend = newBackend(b, "workers=1")
			}
			b.Run(op.name+"/"+engine, func(b *testing.B) {
				p := one(func(f compute.Function, v []compute.Value) (compute.Value, error) {
					return op.p(f, v[0], v[1], v[2], v[3], v[4])
				})
				e, err := compile(backend, p, in)
				if err != nil {
					b.Fatal(err)
				}
				benchmarkExecutable(b, backend, e, in)
			})
		}
	}
}

func benchmarkExecutable(b *testing.B, backend compute.Backend, e compute.Executable, in []array) {
	var buffers []compute.Buffer
	for _, a := range in {
		buf, err := backend.BufferFromFlatData(0, a.flat, a.shape)
		if err != nil {
			b.Fatal(err)
		}
		buffers = append(buffers, buf)
	}
	best := time.Hour
	for b.Loop() {
		began := time.Now()
		out, err := e.Execute(buffers, nil, 0)
		if err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(began))
		if err := out[0].Finalize(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(best.Seconds()*1e6, "min-µs")
}
