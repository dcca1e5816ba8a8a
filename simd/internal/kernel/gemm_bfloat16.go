package kernel

// A product in bfloat16 is the blocked product of pairs: the elements of k and k+1 of a row
// of op(A) or a column of op(B), rounded, in the 32 bits of a float32. Both operands are
// always packed, since that makes the pairs; a last k without a partner is paired with 0.
// Numbers too small for normal float32 count as zero, and those that round to more than
// the largest bfloat16, which is 0.4 % below the largest float32, as infinity.

// pairKernels make pairs of a block of a matrix: rows of elements that lie side by side,
// and columns of elements that lie below each other. dst is written in multiples of
// pairLanes columns, and twice as many by columns.
type pairKernels struct{ rows, columns stripKernel }

const (
	pairLanes = 16
	// pairCols is how many columns of B are packed at once: few enough that they stay in
	// the second-level cache beside the block of A, and so many that rounding A again for
	// each of them takes little of the time.
	pairCols = 512
)

// HasBFloat16 reports whether products in bfloat16 are available: the level is AVX512, and
// the processor has AVX512_BF16.
func HasBFloat16() bool { return tables[active].bfloat16 != nil }

// PaysInBFloat16 reports whether the product is faster in bfloat16 than in float32: it is
// not where little is multiplied with what is packed. The answer depends on M, N and K
// alone. Ask of the whole product, and not of parts of it.
func (g *GemmArgs) PaysInBFloat16() bool { return g.M >= 12 && g.N >= 16 && g.K >= 16 }

// perTerm returns how many elements of k make one step of the micro-kernels.
func (t *gemmKernels) perTerm() int {
	if t.pairs != nil {
		return 2
	}
	return 1
}

// terms returns how many steps the micro-kernels take for k elements.
func (t *gemmKernels) terms(k int) int { return (k + t.perTerm() - 1) / t.perTerm() }

// pairsA packs the block s of op(A): as it lies, each row or column after another.
func (g *GemmArgs) pairsA(t *gemmKernels, s rect, ws *Workspace) operand {
	terms := t.terms(s.cols)
	if !g.TransA {
		ld := apart(terms)
		p := ws.floats(&ws.a, s.rows*ld)
		t.pairs.rows(&p[0], ld, &g.A[s.row*g.LDA+s.col], g.LDA, s.rows, s.cols)
		return operand{p: p, step: t.mr * ld, rs: ld, cs: 1}
	}
	ld := apart(s.rows)
	p := ws.floats(&ws.a, terms*ld)
	for i := 0; i < s.rows; i += 2 * pairLanes {
		t.pairs.columns(&p[i], ld, &g.A[s.col*g.LDA+s.row+i], g.LDA, s.cols, min(2*pairLanes, s.rows-i))
	}
	return operand{p: p, step: t.mr, rs: 1, cs: ld}
}

// pairsB packs the block s of op(B) into panels.
func (g *GemmArgs) pairsB(t *gemmKernels, s rect, ws *Workspace) operand {
	terms := t.terms(s.rows)
	size, ld := t.nr*terms, multiple(terms, pairLanes)
	p := ws.floats(&ws.b, multiple(s.cols, t.nr)*terms+t.nr*ld)
	rows := p[multiple(s.cols, t.nr)*terms:] // of a panel of a transposed B
	for j := 0; j < s.cols; j += t.nr {
		dst, cols := p[j/t.nr*size:], min(t.nr, s.cols-j)
		if !g.TransB {
			t.pairs.columns(&dst[0], t.nr, &g.B[s.row*g.LDB+s.col+j], g.LDB, s.rows, cols)
			continue
		}
		t.pairs.rows(&rows[0], ld, &g.B[(s.col+j)*g.LDB+s.row], g.LDB, cols, s.rows)
		for c := 0; c < cols; c += t.strips.height {
			t.strips.transpose(&dst[c], t.nr, &rows[c*ld], ld, min(t.strips.height, cols-c), terms)
		}
	}
	return operand{p: p, step: size, rs: t.nr}
}

// multiple rounds n up to a multiple of step.
func multiple(n, step int) int { return (n + step - 1) / step * step }
