package simd

import (
	"slices"
	"time"

	"gsdnet/simd/internal/kernel"
)

// chainStep computes a product panel by panel, and runs a loop over each panel
// while it is in the second-level cache: bias, activation, residual, sums,
// whatever follows. If nothing else needs the product, it is never in memory.
type chainStep struct {
	dot    *dotStep
	loop   *loop
	panels []panel
	local  bool // the product stays in the worker's scratch memory
	rows   int  // of the largest panel
}

// A panel is rows from row to rowEnd of one product of the batch, and the part
// of the loop that covers them.
type panel struct {
	product, row, rowEnd int
	task                 loopTask
	first                int // element of the whole result
}

func (s *chainStep) tasks() int { return len(s.panels) }
func (s *chainStep) work() int  { return s.dot.effort + loopStep{s.loop}.work() }

func (s *chainStep) run(c *context, w *worker, task int) {
	p := &s.panels[task]
	g, _ := s.dot.operands(c, p.product)
	rows := p.rowEnd - p.row
	if g.TransA {
		g.A = g.A[p.row:]
	} else {
		g.A = g.A[p.row*g.LDA:]
	}
	g.M = rows
	if s.local {
		g.C = at[float32](w.panelMemory(4*s.rows*s.dot.n), rows*s.dot.n)
		w.panelFirst = p.first
	} else {
		g.C = tail32(c.slots[s.dot.out], p.first, s.dot.size())
	}
	kernel.Gemm(&g, w.space())
	if w.timed {
		w.loopBegan = time.Now()
	}
	s.loop.work(c, w, &p.task)
}

// Panels have about panelWork multiplications, and are at most panelBytes large, since
// they have to stay in the second-level cache beside the right operand. They have at
// least minPanelRows rows, or packedPanelRows where the right operand is packed for each,
// since it is transposed or rounded to bfloat16; products of less than chainedRows are whole. A right operand
// of more than chainedBytes does not stay in that cache itself: reading it again for
// each panel costs more than writing the product to memory and reading it in a loop of
// its own.
const (
	panelWork       = 1 << 19
	minPanelRows    = 12
	packedPanelRows = 48
	chainedRows     = 96
	panelBytes      = 128 << 10
	chainedBytes    = 1 << 20
)

// pieces is into how many panels one product is cut.
func (s *dotStep) pieces() int {
	least := minPanelRows
	if s.b.trans || s.template.BFloat16 {
		least = packedPanelRows
	}
	wanted := max(s.m*s.n*s.k/panelWork, (4*s.m*s.n+panelBytes-1)/panelBytes)
	return max(1, min(s.m/least, wanted))
}

// newChainStep joins a loop to a product that it reads, if the panels of the one are
// parts of the other.
func newChainStep(d *dotStep, l *loopCompiler, v *value, slot func(*value) int) *chainStep {
	if d.n == 0 || d.k == 0 || 4*d.k*d.n > chainedBytes || d.m < chainedRows || d.ldc != d.n || d.count*d.m*d.n != l.rows*l.cols || !d.inOrder() {
		return nil
	}
	if !l.readsInOrder(slot(v)) {
		return nil
	}
	s := &chainStep{dot: d, loop: l.loop}
	pieces := d.pieces()
	if d.count*pieces < 4 {
		return nil
	}
	for i := range d.count {
		for k := range pieces {
			p := panel{product: i, row: d.m * k / pieces, rowEnd: d.m * (k + 1) / pieces}
			p.first = (i*d.m + p.row) * d.n
			end := (i*d.m + p.rowEnd) * d.n
			if !l.covers(p.first, end) {
				return nil
			}
			p.task = l.taskOf(p.first, end)
			s.panels = append(s.panels, p)
			s.rows = max(s.rows, p.rowEnd-p.row)
		}
	}
	if !l.partsPerPanel(s.panels) {
		return nil
	}
	return s
}

// inOrder reports whether the products of the batch follow one another in the
// result.
func (s *dotStep) inOrder() bool {
	want := contiguous(s.batch).strides
	for i := range want {
		want[i] *= s.m * s.n
	}
	return slices.Equal(want, s.cStep)
}

// readsInOrder reports whether every load of a slot is element for element.
func (l *loopCompiler) readsInOrder(slot int) bool {
	found := false
	for i := range l.loads {
		if ld := &l.loads[i]; ld.slot == slot {
			if ld.kind != direct || ld.offset != 0 || l.loadSpace(ld) != fullSpace || !l.inOrder(ld) {
				return false
			}
			found = true
		}
	}
	return found
}

// covers reports whether elements are whole rows of the loop, or columns of
// the only row, if that may be divided.
func (l *loopCompiler) covers(first, end int) bool {
	return l.divisible() || first%l.cols == 0 && end%l.cols == 0
}

// divisible reports whether the loop has one row that nothing needs whole.
func (l *loopCompiler) divisible() bool { return l.rows == 1 && l.c.cols == 0 }

func (l *loopCompiler) taskOf(first, end int) loopTask {
	if l.divisible() {
		return loopTask{0, 1, first, end, 0}
	}
	return loopTask{first / l.cols, end / l.cols, 0, l.cols, 0}
}

// partsPerPanel makes each panel a partial result of the loop's sums; each has
// to lie within one sum, which all have as many panels.
func (l *loopCompiler) partsPerPanel(panels []panel) bool {
	if l.c.tail == nil {
		return true
	}
	a := *l.c.tail
	if len(panels)%a.outer != 0 {
		return false
	}
	size, parts := a.middle*a.inner, len(panels)/a.outer
	if l.rows == 1 && a.inner > 1 {
		return false
	}
	for i := range panels {
		p := &panels[i]
		end := p.first + (p.rowEnd-p.row)*(l.rows*l.cols/l.rowsOfPanels(panels))
		if p.first/size != i/parts || (end-1)/size != i/parts {
			return false
		}
		p.task.part = i
	}
	l.sumRows = 0
	for _, p := range l.partials {
		p.parts = parts
	}
	return true
}

// rowsOfPanels counts the rows of the products.
func (l *loopCompiler) rowsOfPanels(panels []panel) int {
	n := 0
	for _, p := range panels {
		n += p.rowEnd - p.row
	}
	return n
}
