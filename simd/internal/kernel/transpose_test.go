package kernel_test

import (
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

func TestTranspose2D(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 0))
	atEveryLevel(t, func(t *testing.T) {
		for rows := range 38 {
			for cols := range 38 {
				lds, ldd := cols+rows%3, rows+cols%3
				src, dst := normals(rng, rows*lds), make([]float32, cols*ldd)
				for i := range dst {
					dst[i] = guard
				}
				kernel.Transpose2D(dst, ldd, src, lds, rows, cols)
				for i, got := range dst {
					want := guard
					if r, c := i%ldd, i/ldd; r < rows {
						want = src[r*lds+c]
					}
					if got != want {
						t.Fatalf("%d×%d: dst[%d] = %g, want %g", rows, cols, i, got, want)
					}
				}
			}
		}
	})
}
