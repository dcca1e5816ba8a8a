package kernel

// multiplyPortable adds alpha·op(A)·op(B) to the part r of C, in Go: for each
// block of k it copies the block of op(B) row by row, then adds multiples of
// its rows to the rows of C.
func (g *GemmArgs) multiplyPortable(r rect, ws *Workspace) {
	step := kBlock(g.K)
	sum := ws.floats(&ws.a, r.cols)
	for k0 := 0; k0 < g.K; k0 += step {
		kc := min(step, g.K-k0)
		b := g.copyB(r, k0, kc, ws)
		for i := range r.rows {
			clear(sum)
			k := 0
			for ; k+4 <= kc; k += 4 {
				var a [4]float32
				for j := range a {
					a[j] = g.atA(r.row+i, k0+k+j)
				}
				addMultiples(sum, a, b[k*r.cols:])
			}
			for ; k < kc; k++ {
				addMultiple(sum, g.atA(r.row+i, k0+k), b[k*r.cols:])
			}
			addMultiple(g.rowC(r, i), g.Alpha, sum)
		}
	}
}

// copyB returns rows k0..k0+kc of op(B), the columns of r, as a dense [kc, r.cols].
func (g *GemmArgs) copyB(r rect, k0, kc int, ws *Workspace) []float32 {
	b := ws.floats(&ws.b, kc*r.cols)
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

// addMultiples adds multiples of four rows to dst, which it loads and stores
// once.
func addMultiples(dst []float32, alpha [4]float32, rows []float32) {
	n := len(dst)
	a, b, c, d := rows[:n], rows[n:][:n], rows[2*n:][:n], rows[3*n:][:n]
	for i, s := range dst {
		s += alpha[0] * a[i]
		s += alpha[1] * b[i]
		s += alpha[2] * c[i]
		s += alpha[3] * d[i]
		dst[i] = s
	}
}
