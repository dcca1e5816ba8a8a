package kernel

// rect is the part [row, row+rows) × [col, col+cols) of C.
type rect struct{ row, col, rows, cols int }

// grid cuts C into down × across parts.
type grid struct{ down, across int }

// Parts start at multiples of these, so that few micro-tiles are partial, and
// no part has less than minPartWork multiplications, or as much time of reading
// and writing: below it the hand-over to another thread costs more than it saves.
const (
	partRows    = 12
	partCols    = 32
	minPartWork = 1 << 19
)

// Packing an element of A or B, or reading it from further away than the
// first-level cache, takes as long as some multiplications.
const packWork = 8

// grid chooses the cut into at most parts, whose largest part takes the
// shortest: with its arithmetic, which grows with the product of its rows and
// columns, and its packing, which grows with their sum.
func (g *GemmArgs) grid(parts int) grid {
	parts = min(parts, (g.M*g.N*g.K+2*packWork*(g.M*g.K+g.K*g.N+g.M*g.N))/minPartWork)
	best := grid{1, 1}
	for down := 1; down <= parts && (down-1)*partRows < g.M; down++ {
		across := min(parts/down, (g.N+partCols-1)/partCols)
		if c := (grid{down, across}); c.longest(g) < best.longest(g) {
			best = c
		}
	}
	return best
}

func (c grid) count() int { return c.down * c.across }

// longest is the work of the largest part, per unit of k.
func (c grid) longest(g *GemmArgs) int {
	rows, cols := largest(c.down, g.M, partRows), largest(c.across, g.N, partCols)
	return rows*cols + packWork*(rows+cols)
}

// largest is the size of the largest of n cut into parts.
func largest(parts, n, step int) int {
	steps := (n + step - 1) / step
	return min((steps+parts-1)/parts*step, n)
}

// rect returns part i of a C of m × n.
func (c grid) rect(i, m, n int) rect {
	r0, r1 := cut(i/c.across, c.down, m, partRows)
	c0, c1 := cut(i%c.across, c.across, n, partCols)
	return rect{r0, c0, r1 - r0, c1 - c0}
}

// cut returns the bounds of part i of n cut into parts, at multiples of step.
func cut(i, parts, n, step int) (from, to int) {
	steps := (n + step - 1) / step
	return min(i*steps/parts*step, n), min((i+1)*steps/parts*step, n)
}
