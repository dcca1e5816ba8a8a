package kernel

// multiplyPortable adds alpha·op(A)·op(B) to the part r of C, in Go: for each
// block of k it copies the block of op(B) row by row, then adds multiples of
// its rows to the rows of C.
func (g *GemmArgs) multiplyPortable(r rect, ws *Workspace) {
	step := kBlock(g.K)
	sum := floats(&ws.a, r.cols)
	for k0 := 0; k0 < g.K; k0 += step {
		kc := min(step, g.K-k0)
		b := g.copyB(r, k0, kc, ws)
		for i := range r.rows {
			clear(sum)
			for k := range kc {
				addMultiple(sum, g.atA(r.row+i, k0+k), b[k*r.cols:])
			}
			addMultiple(g.rowC(r, i), g.Alpha, sum)
		}
	}
}

// copyB returns rows k0..k0+kc of op(B), the columns of r, as a dense [kc, r.cols].
func (g *GemmArgs) copyB(r rect, k0, kc int, ws *Workspace) []float32 {
	b := floats(&ws.b, kc*r.cols)
	if g.TransB {
		Transpose2D(b, r.cols, g.B[r.col*g.LDB+k0:], g.LDB, r.cols, kc)
		return b
	}
	for k := range kc {
		copy(b[k*r.cols:][:r.cols], g.B[(k0+k)*g.LDB+r.col:])
	}
	return b
}

// atA returns the element (i, k) of op(A).
func (g *GemmArgs) atA(i, k int) float32 {
	if g.TransA {
		return g.A[k*g.LDA+i]
	}
	return g.A[i*g.LDA+k]
}

// addMultiple adds alpha·x to dst.
func addMultiple(dst []float32, alpha float32, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += alpha * x[i]
	}
}
