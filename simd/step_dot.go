package simd

import (
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// dotStep is a batch of matrix products. A large product is cut into parts, of
// many small ones each task does several. How many parts depends on the number
// of workers, the bits of the result do not: see [kernel.GemmArgs].
type dotStep struct {
	productAttr
	lhs, rhs, out    int // slots
	aSize, bSize     int // elements
	count            int // products in the batch
	cut              int // into how many parts a product is cut, if it is large enough
	parts            int // of one product
	perTask          int // products, if a product has one part
	template         kernel.GemmArgs
	numTasks, effort int
}

// A step's products are cut into at least cutInto parts, and otherwise into
// partsPerWorker for each worker, so that those that are done early take parts
// of others.
const (
	cutInto        = 4
	partsPerWorker = 2
)

func newDotStep(v *value, slot func(*value) int, b *backend) *dotStep {
	p := v.attr.(productAttr)
	s := &dotStep{
		productAttr: p, lhs: slot(v.in[0].value), rhs: slot(v.in[1].value), out: slot(v),
		aSize: v.in[0].size(), bSize: v.in[1].size(), count: product(p.batch),
	}
	s.template = kernel.GemmArgs{
		M: p.m, N: p.n, K: p.k, Alpha: 1,
		LDA: p.a.ld, LDB: p.b.ld, LDC: p.ldc, TransA: p.a.trans, TransB: p.b.trans,
	}
	// Panels and parts of the product are computed as the whole is.
	s.template.BFloat16 = b.bf16 && s.template.PaysInBFloat16()
	each := p.m * p.n * max(p.k, 1)
	s.effort = 200 + s.count*(each/32+(p.m*p.k+p.k*p.n+p.m*p.n)/8)
	s.parts = 1
	if most := max(cutInto, partsPerWorker*b.pool.workers); 0 < s.count && s.count < most {
		s.cut = max(cutInto, (most+s.count-1)/s.count)
		s.parts = max(1, s.template.Tiles(s.cut))
	}
	s.perTask = 1
	if s.parts == 1 && s.count > 0 {
		s.perTask = min(s.count, max(1, (1<<18)/max(each, 1)))
	}
	s.numTasks = (s.count + s.perTask - 1) / s.perTask * s.parts
	return s
}

func (s *dotStep) tasks() int { return s.numTasks }
func (s *dotStep) work() int  { return s.effort }

func (s *dotStep) run(c *context, w *worker, task int) {
	if s.parts > 1 {
		g := s.product(c, task/s.parts)
		g.RunTile(task%s.parts, s.cut, w.space())
		return
	}
	for i := task * s.perTask; i < min(s.count, (task+1)*s.perTask); i++ {
		g := s.product(c, i)
		kernel.Gemm(&g, w.space())
	}
}

// product returns the arguments of product i of the batch.
func (s *dotStep) product(c *context, i int) kernel.GemmArgs {
	g, out := s.operands(c, i)
	g.C = tail32(c.slots[s.out], out, s.size())
	return g
}

// operands is product without C, and where C begins.
func (s *dotStep) operands(c *context, i int) (kernel.GemmArgs, int) {
	a, b, out := s.a.offset, s.b.offset, 0
	for axis := len(s.batch) - 1; axis >= 0; axis-- {
		at := i % s.batch[axis]
		i /= s.batch[axis]
		a += at * s.aStep[axis]
		b += at * s.bStep[axis]
		out += at * s.cStep[axis]
	}
	g := s.template
	g.A = tail32(c.slots[s.lhs], a, s.aSize)
	g.B = tail32(c.slots[s.rhs], b, s.bSize)
	return g, out
}

func (s *dotStep) size() int { return s.count * s.m * s.n }

// tail32 is the rest of an array of n floats from one of them on.
func tail32(p unsafe.Pointer, from, n int) []float32 {
	if from >= n {
		return nil
	}
	return at[float32](unsafe.Add(p, 4*from), n-from)
}
