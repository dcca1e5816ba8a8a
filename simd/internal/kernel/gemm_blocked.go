package kernel

import "math/bits"

// The blocked product follows Goto & van de Geijn, "Anatomy of
// high-performance matrix multiplication" (2008), in the five loops of BLIS:
// columns of C by nc, k by kc, rows by mc, then micro-tiles of mr × nr. A
// panel of B (kc × nr) stays in the first-level cache while a block of A
// (mc × kc) streams past it from the second.

// gemmKernels are the assembly parts of the blocked product on one level.
type gemmKernels struct {
	mr, nr int
	// micro[rows][w] multiplies a tile of rows × up to (w+1)/len(micro[rows])
	// of nr columns.
	micro  [][]microKernel
	strips *stripKernels
	// across are for up to acrossRows rows, by rows from one on, and a transposed B, of
	// which they read up to acrossCols stored rows as they lie.
	across                 []microKernel
	acrossRows, acrossCols int
	// pairs is nil but for products in bfloat16.
	pairs *pairKernels
}

// A microKernel sets c = alpha·a·b + c (without c if keep is 0) for the first
// cols columns of a tile. Element (i, k) of a is at i·rsa + k·csa, row k of b
// at k·rsb; it may read b up to the tile's full width.
type microKernel func(k int, a *float32, rsa, csa int, b *float32, rsb int,
	c *float32, ldc int, alpha float32, keep, cols int)

// Blocks of A and B, chosen for 1 MiB of second-level cache, and how wide or
// tall a product must be for the packing of A or B to pay: below, the
// micro-kernels read the matrices as they lie.
const (
	blockRows = 192
	blockCols = 2048
	packColsA = 640
	// crowdedColsA takes the place of packColsA where rows of A are crowded.
	crowdedColsA = 64
	packRowsB    = 320
	fewRows      = 16
	fewRowsK     = 256 // below, the calls would take longer than the memory
)

// operand is a block of A or B as the micro-kernels read it: panel i starts
// at i·step, and rs and cs are the micro-kernel's strides.
type operand struct {
	p            []float32
	step, rs, cs int
	last         []float32 // the packed last panel where the others are not packed
}

// multiplyBlocked adds alpha·op(A)·op(B) to the part r of C, or sets it where
// beta is zero.
func (g *GemmArgs) multiplyBlocked(t *gemmKernels, r rect, ws *Workspace) {
	if g.TransB && r.rows <= t.acrossRows {
		g.multiplyAcross(t, r, ws)
		return
	}
	step, width := t.perTerm()*kBlock(t.terms(g.K)), g.blockCols(t, r)
	for j := 0; j < r.cols; j += width {
		cols := min(width, r.cols-j)
		for k := 0; k < g.K; k += step {
			kc := min(step, g.K-k)
			b := g.operandB(t, rect{k, r.col + j, kc, cols}, r.rows, ws)
			for i := 0; i < r.rows; i += blockRows {
				rows := min(blockRows, r.rows-i)
				a := g.operandA(t, rect{r.row + i, k, rows, kc}, cols, ws)
				keep := 1
				if k == 0 && g.Beta == 0 {
					keep = 0
				}
				c := rect{r.row + i, r.col + j, rows, cols}
				g.multiplyBlock(t, c, t.terms(kc), a, b, keep)
			}
		}
	}
}

// blockCols returns how many columns of B are packed at once. Where few rows of
// A meet a transposed B, packing takes as long as the product: what is packed
// is used while it is in the first-level cache.
func (g *GemmArgs) blockCols(t *gemmKernels, r rect) int {
	if t.pairs != nil {
		return pairCols
	}
	if g.TransB && r.rows <= fewRows && g.K >= fewRowsK {
		return 2 * t.nr
	}
	return blockCols
}

// multiplyBlock runs the micro-kernels, of so many terms, over the block c of C.
func (g *GemmArgs) multiplyBlock(t *gemmKernels, c rect, terms int, a, b operand, keep int) {
	for j := 0; j < c.cols; j += t.nr {
		cols := min(t.nr, c.cols-j)
		pb, rsb := b.panel(j/t.nr, cols < t.nr, t.nr)
		v := (cols*len(t.micro[1]) - 1) / t.nr
		for i := 0; i < c.rows; i += t.mr {
			rows := min(t.mr, c.rows-i)
			t.micro[rows][v](terms, &a.p[i/t.mr*a.step], a.rs, a.cs, pb, rsb,
				&g.C[(c.row+i)*g.LDC+c.col+j], g.LDC, g.Alpha, keep, cols)
		}
	}
}

// multiplyAcross is multiplyBlocked for few rows and a transposed B, which is read from
// memory once and not packed.
func (g *GemmArgs) multiplyAcross(t *gemmKernels, r rect, ws *Workspace) {
	step := kBlock(g.K)
	a, rsa, csa := g.A[r.row*g.strideA():], g.LDA, 1
	switch {
	case g.TransA:
		rsa, csa = 1, g.LDA
	case crowded(g.LDA, r.rows+t.acrossCols):
		a, rsa = g.spreadA(r, ws)
	}
	for j := 0; j < r.cols; j += t.acrossCols {
		cols := min(t.acrossCols, r.cols-j)
		for k := 0; k < g.K; k += step {
			keep := 1
			if k == 0 && g.Beta == 0 {
				keep = 0
			}
			for i := 0; i < r.rows; i += len(t.across) {
				run := t.across[min(len(t.across), r.rows-i)-1]
				run(min(step, g.K-k), &a[i*rsa+k*csa], rsa, csa, &g.B[(r.col+j)*g.LDB+k], g.LDB,
					&g.C[(r.row+i)*g.LDC+r.col+j], g.LDC, g.Alpha, keep, cols)
			}
		}
	}
}

// spreadA copies rows of A so far apart that they fall into different sets of the cache.
func (g *GemmArgs) spreadA(r rect, ws *Workspace) (a []float32, step int) {
	step = apart(g.K)
	a = ws.floats(&ws.a, r.rows*step)
	for i := range r.rows {
		copy(a[i*step:], g.A[(r.row+i)*g.LDA:][:g.K])
	}
	return a, step
}

// panel returns where panel i of B starts and the distance of its rows.
func (o *operand) panel(i int, partial bool, nr int) (*float32, int) {
	if partial && o.last != nil {
		return &o.last[0], nr
	}
	return &o.p[i*o.step], o.rs
}

// operandA returns the block s of op(A), packed if that pays for a product of
// n columns.
func (g *GemmArgs) operandA(t *gemmKernels, s rect, n int, ws *Workspace) operand {
	if t.pairs != nil {
		return g.pairsA(t, s, ws)
	}
	at, rs, cs := s.row*g.LDA+s.col, g.LDA, 1
	if g.TransA {
		at, rs, cs = s.col*g.LDA+s.row, 1, g.LDA
	}
	src := g.A[at:]
	if n < packColsA && (n < crowdedColsA || !crowded(rs, min(t.mr, s.rows))) {
		return operand{p: src, step: t.mr * rs, rs: rs, cs: cs}
	}
	panels := (s.rows + t.mr - 1) / t.mr
	p := ws.floats(&ws.a, panels*t.mr*s.cols)
	for i := range panels {
		rows := min(t.mr, s.rows-i*t.mr)
		dst, from := &p[i*t.mr*s.cols], &src[i*t.mr*rs]
		if g.TransA {
			t.strips.copy(dst, t.mr, from, g.LDA, s.cols, rows)
		} else {
			t.strips.transpose(dst, t.mr, from, g.LDA, rows, s.cols)
		}
	}
	return operand{p: p, step: t.mr * s.cols, rs: 1, cs: t.mr}
}

// line is how many floats a line of the cache has.
const line = 16

// apart returns a distance of rows of n floats, an odd number of lines, with which they fall
// into different sets of the cache.
func apart(n int) int { return multiple(n, 2*line) + line }

// crowded says whether that many rows, so far apart in floats, cannot all stay in a
// first-level cache of 64 sets of 8 lines, because they fall into too few of its sets.
func crowded(step, rows int) bool {
	const sets, ways = 64, 8
	if step%line != 0 {
		return false
	}
	distinct := max(1, sets>>bits.TrailingZeros(uint(step/line)))
	return rows > distinct*(ways-2) // B and C need room too
}

// operandB returns the block s of op(B), packed if that pays for a product of
// m rows.
func (g *GemmArgs) operandB(t *gemmKernels, s rect, m int, ws *Workspace) operand {
	if t.pairs != nil {
		return g.pairsB(t, s, ws)
	}
	panels := (s.cols + t.nr - 1) / t.nr
	if !g.TransB && m < packRowsB {
		src := g.B[s.row*g.LDB+s.col:]
		o := operand{p: src, step: t.nr, rs: g.LDB}
		if s.cols%t.nr != 0 {
			o.last = ws.floats(&ws.b, s.rows*t.nr)
			j := (panels - 1) * t.nr
			t.strips.copy(&o.last[0], t.nr, &src[j], g.LDB, s.rows, s.cols-j)
		}
		return o
	}
	p := ws.floats(&ws.b, panels*t.nr*s.rows)
	for i := range panels {
		g.packB(t, p[i*t.nr*s.rows:], s, i*t.nr)
	}
	return operand{p: p, step: t.nr * s.rows, rs: t.nr}
}

// packB packs the panel of the block s of op(B) that starts at its column j.
func (g *GemmArgs) packB(t *gemmKernels, dst []float32, s rect, j int) {
	cols := min(t.nr, s.cols-j)
	if !g.TransB {
		t.strips.copy(&dst[0], t.nr, &g.B[s.row*g.LDB+s.col+j], g.LDB, s.rows, cols)
		return
	}
	for c := 0; c < cols; c += t.strips.height {
		t.strips.transpose(&dst[c], t.nr, &g.B[(s.col+j+c)*g.LDB+s.row], g.LDB, min(t.strips.height, cols-c), s.rows)
	}
}
