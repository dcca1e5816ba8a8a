package simd

import (
	"cmp"
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
)

var poolFolds = map[compute.ReduceOpType]compute.OpType{
	compute.ReduceOpSum: compute.OpTypeReduceSum, compute.ReduceOpProduct: compute.OpTypeReduceProduct,
	compute.ReduceOpMax: compute.OpTypeReduceMax, compute.ReduceOpMin: compute.OpTypeReduceMin,
}

// A poolPlan folds the rows of patches, one for each place of the window, into
// the elements of the output.
type poolPlan struct {
	patches
	fold         compute.OpType
	start        int // of the operand
	places, cols int
}

// lowerPool adds the reduction of a window. The axes of its value are in the
// order in which the operand lies in memory.
func (g *graph) lowerPool(a windowAttr, dims []int, x operand) operand {
	order := make([]int, len(dims))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(x.view.strides[j], x.view.strides[i]) })
	p := poolPlan{fold: poolFolds[a.reduction], start: x.view.offset}
	var window, cols []walkAxis
	canonical := make([]int, len(dims))
	for i, axis := range order {
		canonical[i] = dims[axis]
		size, step := x.view.dims[axis], x.view.strides[axis]
		if a.window[axis] == 1 && a.paddings[axis] == [2]int{} && a.dilations[axis] == 1 {
			cols = append(cols, walkAxis{dims[axis], -1, step * a.strides[axis]})
			continue
		}
		n := len(p.spatial)
		p.spatial = append(p.spatial, spatialAxis{size, step, a.dilations[axis], -a.paddings[axis][0]})
		window = append(window, walkAxis{a.window[axis], n, a.windowDils[axis]})
		cols = append(cols, walkAxis{dims[axis], n, a.strides[axis]})
	}
	p.places, p.cols = sizeOf(window), sizeOf(cols)
	p.outer, p.inner = significant(window), significant(cols)
	v := g.merge(&value{op: compute.OpTypeReduceWindow, dtype: x.dtype, dims: canonical, in: []operand{x}, attr: p})
	return ordered(v.whole(), order)
}

// poolStep runs a poolPlan. A task computes some of the output's elements.
type poolStep struct {
	poolPlan
	x, out, size int
	parts        int
	fill, copies unaryLoop
	gather       func(dst, a unsafe.Pointer, step, n int)
	over         binaryLoop
	identity     []byte
}

// poolPart is how many elements of the output a task computes at most: they
// stay in the first-level cache while the window's places are folded in.
const poolPart = 1 << 11

func newPoolStep(v *value, slot func(*value) int) *poolStep {
	p := v.attr.(poolPlan)
	t := tables[v.dtype]
	fold := t.reduce[p.fold]
	return &poolStep{
		poolPlan: p, x: slot(v.in[0].value), out: slot(v), size: v.dtype.Size(), parts: (p.cols + poolPart - 1) / poolPart,
		fill: t.fill, copies: t.copies, gather: t.gatherer, over: fold.over, identity: fold.identity,
	}
}

func (s *poolStep) tasks() int { return s.parts }
func (s *poolStep) work() int  { return 100 + s.cols*s.places/4 }

func (s *poolStep) run(c *context, w *worker, task int) {
	from, to := s.cols*task/s.parts, s.cols*(task+1)/s.parts
	dst, src := unsafe.Add(c.slots[s.out], from*s.size), unsafe.Add(c.slots[s.x], s.start*s.size)
	s.fill(dst, pointerTo(s.identity), to-from)
	w.spans = s.spans(w.spans[:0], from, to)
	memory := w.memory((to - from) * s.size)
	for place := range s.places {
		offset, positions := s.row(place)
		for k := range w.spans {
			run := &w.spans[k]
			if r := s.reach(run, offset, &positions); r.count > 0 {
				s.foldRun(unsafe.Add(dst, (run.at+r.first)*s.size), unsafe.Add(src, r.from*s.size), memory, r)
			}
		}
	}
}

// foldRun folds the elements of a run into those of the output.
func (s *poolStep) foldRun(dst, src, memory unsafe.Pointer, r reach) {
	if r.step != 1 {
		s.gather(memory, src, r.step, r.count)
		src = memory
	}
	if r.every == 1 {
		s.over(dst, dst, src, r.count)
		return
	}
	for i := range r.count {
		at := unsafe.Add(dst, i*r.every*s.size)
		s.over(at, at, unsafe.Add(src, i*s.size), 1)
	}
}
