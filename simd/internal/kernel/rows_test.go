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
