package kernel

// rect is the part [row, row+rows) × [col, col+cols) of C.
type rect struct{ row, col, rows, cols int }

// grid cuts C into down × across parts.
type grid struct{ down, across int }

// Parts start at multiples of these, so that few micro-tiles are partial, and
// no part has less than minPartWork multiplications: below it the hand-over to
// another thread costs more than it saves.
const (
	partRows    = 24
	partCols    = 32
	minPartWork = 1 << 19
)

// grid chooses the cut for a number of workers: as many parts as workers, as
// square as possible, since a part's packing grows with its rows and columns
// and its arithmetic with their product.
func (g *GemmArgs) grid(workers int) grid {
	parts := min(workers, g.M*g.N*g.K/minPartWork)
	best := grid{1, 1}
	if parts <= 1 {
		return best
	}
	for down := 1; down <= parts; down++ {
		across := parts / down
		if down*across != parts || (down-1)*partRows >= g.M || (across-1)*partCols >= g.N {
			continue
		}
		if c := (grid{down, across}); c.count() > best.count() || c.border(g) < best.border(g) {
			best = c
		}
	}
	return best
}

func (c grid) count() int { return c.down * c.across }

// border is what all parts together pack, per unit of k.
func (c grid) border(g *GemmArgs) int { return c.across*g.M + c.down*g.N }

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
