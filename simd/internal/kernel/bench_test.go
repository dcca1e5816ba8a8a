package kernel_test

import (
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// The arrays of the benchmarks are those of the project's benchmark page:
// 8×288×128 elements.
const benchRows, benchCols = 8 * 288, 128

func benchArrays(n int) [][]float32 {
	rng := rand.New(rand.NewPCG(20, 0))
	arrays := make([][]float32, n)
	for i := range arrays {
		arrays[i] = normals(rng, benchRows*benchCols)
	}
	return arrays
}

// measure reports f by the bytes it reads and writes per element.
func measure(b *testing.B, name string, bytes int, f func()) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(int64(bytes * benchRows * benchCols))
		for b.Loop() {
			f()
		}
	})
}

func BenchmarkUnary(b *testing.B) {
	a := benchArrays(2)
	measure(b, "copy", 8, func() { copy(a[0], a[1]) })
	for _, u := range unaries {
		measure(b, u.name, 8, func() { u.f(a[0], a[1]) })
	}
}

func BenchmarkBinary(b *testing.B) {
	a, cond := benchArrays(3), make([]bool, benchRows*benchCols)
	measure(b, "Add", 12, func() { kernel.Add(a[0], a[1], a[2]) })
	measure(b, "Max", 12, func() { kernel.Max(a[0], a[1], a[2]) })
	measure(b, "Less", 9, func() { kernel.Less(cond, a[1], a[2]) })
	measure(b, "Select", 13, func() { kernel.Select(a[0], cond, a[1], a[2]) })
}

func BenchmarkReduce(b *testing.B) {
	a := benchArrays(2)
	measure(b, "Sum", 4, func() { kernel.Sum(a[1]) })
	measure(b, "ReduceMax", 4, func() { kernel.ReduceMax(a[1]) })
	measure(b, "SumRows", 4, func() { kernel.SumRows(a[0], a[1], benchRows, benchCols) })
	measure(b, "SumColumns", 4, func() { kernel.SumColumns(a[0][:benchCols], a[1], benchCols, benchRows, benchCols) })
}

func BenchmarkTranspose(b *testing.B) {
	a := benchArrays(2)
	measure(b, "Transpose2D", 8, func() { kernel.Transpose2D(a[0], benchRows, a[1], benchCols, benchRows, benchCols) })
}

func BenchmarkRandom(b *testing.B) {
	a := benchArrays(1)
	bytes, words := make([]byte, 4*benchRows*benchCols), make([]uint32, benchRows*benchCols)
	measure(b, "PCG", 4, func() { kernel.PCG{Hi: 1, Lo: 2}.Fill(bytes) })
	measure(b, "FromUint32", 8, func() { kernel.FromUint32(a[0], words) })
}
