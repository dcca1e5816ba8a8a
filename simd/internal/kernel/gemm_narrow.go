package kernel

// narrow is the number of columns below which C is computed transposed, so
// that its rows fill the vector registers.
const narrow = 12

// narrowRows is how many rows of a narrow C are computed at once: few enough
// that Cᵀ stays in cache, and that no loop holds up a garbage collection.
const narrowRows = blockCols

// multiplyNarrow sets the part r, all columns of some rows of C, by way of
//
//	Cᵀ = alpha·op(B)ᵀ·op(A)ᵀ
//
// Each element is the same sum in the same order as in [GemmArgs.multiplyBlocked].
func (g *GemmArgs) multiplyNarrow(t *gemmKernels, r rect, ws *Workspace) {
	for i := 0; i < r.rows; i += narrowRows {
		g.multiplyNarrowRows(t, rect{r.row + i, r.col, min(narrowRows, r.rows-i), r.cols}, ws)
	}
}

func (g *GemmArgs) multiplyNarrowRows(t *gemmKernels, r rect, ws *Workspace) {
	buffer := ws.floats(&ws.c, 2*r.rows*g.N)
	flipped := GemmArgs{
		M: g.N, N: r.rows, K: g.K, Alpha: g.Alpha,
		A: g.B, LDA: g.LDB, TransA: !g.TransB,
		B: g.A[r.row*g.strideA():], LDB: g.LDA, TransB: !g.TransA,
		C: buffer[:r.rows*g.N], LDC: r.rows,
	}
	flipped.multiplyBlocked(t, rect{0, 0, g.N, r.rows}, ws)
	if g.Beta == 0 {
		Transpose2D(g.C[r.row*g.LDC:], g.LDC, flipped.C, r.rows, g.N, r.rows)
		return
	}
	g.scaleC(r)
	product := buffer[r.rows*g.N:]
	Transpose2D(product, g.N, flipped.C, r.rows, g.N, r.rows)
	for i := range r.rows {
		row := g.rowC(r, i)
		Add(row, row, product[i*g.N:])
	}
}

// strideA returns the distance between the rows of op(A).
func (g *GemmArgs) strideA() int {
	if g.TransA {
		return 1
	}
	return g.LDA
}
