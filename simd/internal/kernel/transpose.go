package kernel

// Transpose2D sets dst[c·ldd+r] = src[r·lds+c] for the rows × cols elements of
// src: src is [rows, cols] with row stride lds ≥ cols, dst [cols, rows] with
// row stride ldd ≥ rows. dst must not overlap src; gaps between dst's rows are
// left alone.
func Transpose2D(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	if rows == 0 || cols == 0 {
		return
	}
	_, _ = dst[(cols-1)*ldd+rows-1], src[(rows-1)*lds+cols-1]
	if t := tables[active].strips; t != nil {
		for r := 0; r < rows; r += t.height {
			for c := 0; c < cols; c += stripCols {
				transposePart(t, dst[c*ldd+r:], ldd, src[r*lds+c:], lds, min(t.height, rows-r), min(stripCols, cols-c))
			}
		}
		return
	}
	transposePortable(dst, ldd, src, lds, rows, cols)
}

// stripCols is how many columns one call of a strip kernel moves: the Go
// scheduler cannot interrupt it, so that a garbage collection waits for it.
const stripCols = 1 << 12

// transposePart moves one strip. It is a function of its own for the reason
// that zipPart is.
//
//go:noinline
func transposePart(t *stripKernels, dst []float32, ldd int, src []float32, lds, rows, cols int) {
	t.transpose(&dst[0], ldd, &src[0], lds, rows, cols)
}

// transposeBlock is the side of the square blocks that keep both the rows of
// src and those of dst in cache.
const transposeBlock = 16

func transposePortable(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	for r0 := 0; r0 < rows; r0 += transposeBlock {
		for c0 := 0; c0 < cols; c0 += transposeBlock {
			for r := r0; r < min(r0+transposeBlock, rows); r++ {
				for c := c0; c < min(c0+transposeBlock, cols); c++ {
					dst[c*ldd+r] = src[r*lds+c]
				}
			}
		}
	}
}
