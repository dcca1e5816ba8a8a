package kernel

import "sync"

// A Workspace holds the packed parts of A and B, and of a narrow C, and keeps
// its memory from one product to the next. The zero value is ready. One
// workspace serves one thread at a time; where nil is passed, one is borrowed
// from a pool.
type Workspace struct {
	// Memory returns at least n floats, with arbitrary contents; nil to
	// allocate them.
	Memory  func(n int) []float32
	a, b, c []float32
}

var workspaces = sync.Pool{New: func() any { return new(Workspace) }}

// Release makes the workspace forget its memory.
func (w *Workspace) Release() { w.a, w.b, w.c = nil, nil, nil }

// floats returns n floats of *s, one of the workspace's parts, growing it if
// needed.
func (w *Workspace) floats(s *[]float32, n int) []float32 {
	switch {
	case cap(*s) >= n:
	case w.Memory != nil:
		*s = w.Memory(n)
	default:
		*s = make([]float32, n)
	}
	return (*s)[:n]
}

// runRect computes the part r of C.
func (g *GemmArgs) runRect(r rect, ws *Workspace) {
	g.check()
	if r.rows == 0 || r.cols == 0 {
		return
	}
	if ws == nil {
		ws = workspaces.Get().(*Workspace)
		defer workspaces.Put(ws)
	}
	t := tables[active].gemm
	if g.BFloat16 {
		t = tables[active].bfloat16
	}
	switch empty := g.K == 0 || g.Alpha == 0; {
	case empty:
		g.scaleC(r)
	case t == nil:
		g.scaleC(r)
		g.multiplyPortable(r, ws)
	case g.N < narrow && g.M > g.N:
		g.multiplyNarrow(t, r, ws)
	default:
		if g.Beta != 0 {
			g.scaleC(r)
		}
		g.multiplyBlocked(t, r, ws)
	}
}

// scaleC sets the part to beta times itself.
func (g *GemmArgs) scaleC(r rect) {
	if g.Beta == 1 {
		return
	}
	for i := range r.rows {
		row := g.rowC(r, i)
		if g.Beta == 0 {
			clear(row)
		} else {
			MulS(row, row, g.Beta)
		}
	}
}

func (g *GemmArgs) rowC(r rect, i int) []float32 {
	return g.C[(r.row+i)*g.LDC+r.col:][:r.cols]
}

// kBlock returns how many terms of the sum over k are added before they are
// added to C. It depends on K alone.
func kBlock(k int) int {
	const most = 256 // elements, or pairs of bfloat16
	blocks := (k + most - 1) / most
	return (k + blocks - 1) / blocks
}
