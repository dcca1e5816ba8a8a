package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// TestDistanceOfRowsDoesNotMatter: rows of A that fall into one set of the cache, because
// they are a multiple of a page apart, are copied, and give the bits of others.
func TestDistanceOfRowsDoesNotMatter(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, rows := range []int{1, 2, 3, 4, 5, 12, 13, 30, 200} {
			for _, trans := range []bool{false, true} {
				page := randomProduct(rand.New(rand.NewPCG(4, 0)), rows, 100, 1024, false, trans, 0)
				other := page.GemmArgs
				other.LDA += 16
				other.A = make([]float32, rows*other.LDA)
				for i := range rows {
					copy(other.A[i*other.LDA:], page.A[i*page.LDA:][:page.K])
				}
				other.C = append([]float32(nil), page.before...)
				kernel.Gemm(&page.GemmArgs, nil)
				kernel.Gemm(&other, nil)
				compareBits(t, fmt.Sprintf("%d rows, transposed B %v,", rows, trans), page.C, other.C)
				page.check(t)
			}
		}
	})
}

// TestFewRowsHaveTheBitsOfMany: the kernels for products of few rows add in the
// order of the others.
func TestFewRowsHaveTheBitsOfMany(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, s := range [][2]int{{1000, 300}, {384, 1}, {385, 257}, {95, 40}, {3000, 17}, {33, 1031}, {16, 16}} {
			for layout := range 4 {
				many := randomProduct(rand.New(rand.NewPCG(2, 0)), 30, s[0], s[1], layout&1 == 1, layout&2 == 2, 1)
				many.Alpha, many.Beta = 1.5, float32(layout)/2
				kernel.Gemm(&many.GemmArgs, nil)
				for rows := 1; rows <= 13; rows++ {
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
