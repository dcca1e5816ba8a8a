package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gsdnet/simd/internal/kernel"
)

// BenchmarkSkinny reports the bytes of B that a product of few rows reads in a second,
// beside a sum of B, which does nothing but read it. B is larger than the caches. With
// 12 and 64 rows the multiplications take their time too.
func BenchmarkSkinny(b *testing.B) {
	const n, k = 4096, 4096
	rng := rand.New(rand.NewPCG(21, 0))
	right := normals(rng, n*k)
	rate := func(b *testing.B, f func()) {
		best := time.Hour
		for b.Loop() {
			began := time.Now()
			f()
			best = min(best, time.Since(began))
		}
		b.ReportMetric(4*n*k/best.Seconds()/1e9, "GB/s")
	}
	b.Run("read", func(b *testing.B) { rate(b, func() { kernel.Sum(right) }) })
	for _, rows := range []int{1, 2, 3, 4, 12, 64} {
		for _, trans := range []bool{false, true} {
			g := kernel.GemmArgs{
				M: rows, N: n, K: k, Alpha: 1, A: normals(rng, rows*k), B: right, C: make([]float32, rows*n),
				LDA: k, LDB: n, LDC: n, TransB: trans,
			}
			var ws kernel.Workspace
			b.Run(fmt.Sprintf("%d/%s", rows, map[bool]string{false: "AB", true: "ABᵀ"}[trans]), func(b *testing.B) {
				rate(b, func() { kernel.Gemm(&g, &ws) })
			})
		}
	}
}
