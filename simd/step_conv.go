package simd

import (
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// convStep computes a convolution as products of the kernel with patches of
// the input. A unit of work is a tile of columns of one product, and of its
// rows a part.
type convStep struct {
	convPlan
	x, w, out           int // slots
	rows, tile          int // of the patches that are in memory at once
	tiles, parts        int
	units, perTask, all int
}

// Sizes that a convolution is cut by: elements of the patches in memory, terms
// of a sum among them, and the fewest columns and rows of a unit.
const (
	patchSize = 1 << 18
	patchRows = 1024
	tileStep  = 32
	partStep  = 48
)

func newConvStep(v *value, slot func(*value) int) step {
	if p, ok := v.attr.(directPlan); ok {
		return newDirectStep(p, v, slot)
	}
	s := &convStep{convPlan: v.attr.(convPlan), x: slot(v.in[0].value), w: slot(v.in[1].value), out: slot(v)}
	blocks := max(1, (s.k+patchRows-1)/patchRows)
	s.rows = (s.k + blocks - 1) / blocks
	widest := max(tileStep, patchSize/max(1, s.rows)/tileStep*tileStep)
	products := s.groups * s.batch
	s.all = products * s.outputs * s.cols * max(1, s.k)
	least := (s.cols + widest - 1) / widest
	if s.all > 1<<20 {
		least = max(least, (cutInto+products-1)/products)
	}
	s.tile = (s.cols + least - 1) / least
	s.tile = (s.tile + tileStep - 1) / tileStep * tileStep
	s.tiles = (s.cols + s.tile - 1) / s.tile
	s.parts = 1
	if n := products * s.tiles; n < cutInto && s.all > 1<<20 {
		s.parts = max(1, min((cutInto+n-1)/n, s.outputs/partStep))
	}
	s.units = products * s.tiles * s.parts
	s.perTask = max(1, min(s.units/cutInto, (1<<18)*s.units/s.all))
	return s
}

func (s *convStep) tasks() int { return (s.units + s.perTask - 1) / s.perTask }
func (s *convStep) work() int  { return 200 + s.all/32 }

func (s *convStep) run(c *context, w *worker, task int) {
	for u := task * s.perTask; u < min(s.units, (task+1)*s.perTask); u++ {
		part, u := u%s.parts, u/s.parts
		tile, u := u%s.tiles, u/s.tiles
		batch, group := u%s.batch, u/s.batch
		s.unit(c, w, group, batch, tile, part)
	}
}

// unit computes a tile of columns for a part of the channels of a group.
func (s *convStep) unit(c *context, w *worker, group, batch, tile, part int) {
	from := tile * s.tile
	cols := min(s.tile, s.cols-from)
	first, last := s.outputs*part/s.parts, s.outputs*(part+1)/s.parts
	at32 := s.start + group*s.groupX + batch*s.batchX
	x := tail32(c.slots[s.x], at32, s.sizeX)
	ld, size := apart(cols), apart(cols)*s.rows
	if s.transposed {
		ld, size = apart(s.rows), apart(s.rows)*cols
	}
	memory := at[float32](w.memory(4*size), size)
	copyRow := s.copyRow
	if s.dense() {
		copyRow = s.copyDense
	}
	g := kernel.GemmArgs{Alpha: 1, LDC: s.ldc}
	out := group*s.groupC + batch*s.batchC
	if s.transposed {
		g.C = tail32(c.slots[s.out], out+from*s.ldc+first, s.sizeC())
	} else {
		g.C = tail32(c.slots[s.out], out+first*s.ldc+from, s.sizeC())
	}
	for k := 0; k == 0 || k < s.k; k += s.rows {
		rows := min(s.rows, s.k-k)
		s.product(&g, c.slots[s.w], group, first, last-first, k, rows)
		if s.transposed {
			g.A, g.LDA, g.M = memory, ld, cols
			w.spans = s.spans(w.spans[:0], k, k+rows)
			for i := range cols {
				copyRow(memory[i*ld:i*ld+rows], x, w.spans, from+i)
			}
		} else {
			g.B, g.LDB, g.N = memory, ld, cols
			w.spans = s.spans(w.spans[:0], from, from+cols)
			for i := range rows {
				copyRow(memory[i*ld:i*ld+cols], x, w.spans, k+i)
			}
		}
		kernel.Gemm(&g, w.space())
		g.Beta = 1
	}
}

// apart returns the distance of rows of n elements, which keeps those of many
// rows from falling into the same places of the cache.
func apart(n int) int {
	if n%128 == 0 {
		return n + 16
	}
	return n
}

func (s *convStep) sizeC() int { return s.outputsLength * s.batch * s.cols }

// product sets the kernel's side of the product: some channels and terms.
func (s *convStep) product(g *kernel.GemmArgs, w unsafe.Pointer, group, first, outputs, k, rows int) {
	at := s.kernel.offset + group*s.groupK
	if s.kernel.trans {
		at += k*s.kernel.ld + first
	} else {
		at += first*s.kernel.ld + k
	}
	g.K = rows
	if s.transposed {
		g.B, g.LDB, g.TransB, g.N = tail32(w, at, s.sizeK), s.kernel.ld, !s.kernel.trans, outputs
		return
	}
	g.A, g.LDA, g.TransA, g.M = tail32(w, at, s.sizeK), s.kernel.ld, s.kernel.trans, outputs
}
