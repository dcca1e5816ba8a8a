package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// TestFewRowsHaveTheBitsOfMany: the kernels for products of few rows add in the
// order of the others.
func TestFewRowsHaveTheBitsOfMany(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, s := range [][2]int{{1000, 300}, {384, 1}, {385, 257}, {95, 40}, {3000, 17}, {33, 1031}, {16, 16}} {
			for layout := range 4 {
				many := randomProduct(rand.New(rand.NewPCG(2, 0)), 30, s[0], s[1], layout&1 == 1, layout&2 == 2, 1)
				many.Alpha, many.Beta = 1.5, float32(layout)/2
				kernel.Gemm(&many.GemmArgs, nil)
				for rows := 1; rows <= 5; rows++ {
					few := many.GemmArgs
					few.M = rows
					few.C = append([]float32(nil), many.before[:rows*many.LDC]...)
					kernel.Gemm(&few, nil)
					compareBits(t, fmt.Sprintf("%d rows of %v, layout %d,", rows, s, layout), few.C, many.C[:len(few.C)])
				}
			}
		}
	})
}

// BenchmarkFewRows times products of 1 to 4 rows by the bytes of B, which lies
// in memory, and the reading of as many.
func BenchmarkFewRows(b *testing.B) {
	const k, n = 2048, 8192
	rng := rand.New(rand.NewPCG(5, 0))
	matrix := normals(rng, k*n)
	b.Run("read", func(b *testing.B) {
		b.SetBytes(4 * k * n)
		for b.Loop() {
			kernel.Sum(matrix)
		}
	})
	for m := 1; m <= 4; m++ {
		g := kernel.GemmArgs{M: m, N: n, K: k, Alpha: 1, LDA: k, LDB: n, LDC: n, A: normals(rng, m*k), B: matrix, C: make([]float32, m*n)}
		for _, layout := range []string{"AB", "ABᵀ"} {
			if g.TransB = layout == "ABᵀ"; g.TransB {
				g.LDB = k
			}
			b.Run(fmt.Sprint(m, layout), func(b *testing.B) {
				b.SetBytes(4 * k * n)
				var ws kernel.Workspace
				for b.Loop() {
					kernel.Gemm(&g, &ws)
				}
			})
		}
	}
}
