package simd

import (
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// windows is what gathering and scattering have in common: for each index
// vector, a window of one array (the operand) and one of the other (what was
// gathered, or the updates).
type windows struct {
	indices    int // slot
	indexType  dtypes.DType
	count      int // index vectors
	suffix     int // of them, how many lie within the index axis
	length     int // of a vector
	axes       []int
	limits     []int // the largest start along each of the operand's axes
	steps      []int // of the operand
	batchDims  []int // how the vectors lie in the other array
	batchSteps []int
	window     transfer // from the operand to the other array
	size       int
}

func newWindows(operand, other []int, index operand, indexAxis int, axes, sizes, offsetAxes, dropped []int, slot func(*value) int) windows {
	dims := index.view.dims
	w := windows{indices: slot(index.value), indexType: index.dtype, axes: axes, length: 1, suffix: 1}
	if indexAxis < len(dims) {
		w.length = dims[indexAxis]
		w.suffix = product(dims[indexAxis+1:])
		w.count = product(dims[:indexAxis]) * w.suffix
	} else {
		w.count = product(dims)
	}
	from, to := contiguous(operand), contiguous(other)
	w.steps = from.strides
	for a, s := range sizes {
		w.limits = append(w.limits, operand[a]-s)
	}
	for a, d := range other {
		if !slices.Contains(offsetAxes, a) {
			w.batchDims, w.batchSteps = append(w.batchDims, d), append(w.batchSteps, to.strides[a])
		}
	}
	next := 0
	for a, s := range sizes {
		if slices.Contains(dropped, a) {
			continue
		}
		w.window.from.dims, w.window.from.strides = append(w.window.from.dims, s), append(w.window.from.strides, from.strides[a])
		w.window.to.dims, w.window.to.strides = append(w.window.to.dims, s), append(w.window.to.strides, to.strides[offsetAxes[next]])
		next++
	}
	w.window.joinRuns()
	return w
}

// vector returns component k of index vector i.
func (w *windows) component(base unsafe.Pointer, i, k int) int {
	flat := (i/w.suffix*w.length+k)*w.suffix + i%w.suffix
	return intAt(base, w.indexType, flat)
}

// start returns where window i begins in the operand, and whether it lies
// within; if clamp, it is moved to do so.
func (w *windows) start(base unsafe.Pointer, i int, clamp bool) (at int, ok bool) {
	for k, axis := range w.axes {
		x := w.component(base, i, k)
		if clamp {
			x = max(0, min(x, w.limits[axis]))
		} else if x < 0 || x > w.limits[axis] {
			return 0, false
		}
		at += x * w.steps[axis]
	}
	return at, true
}

func intAt(base unsafe.Pointer, t dtypes.DType, i int) int {
	switch t {
	case dtypes.Int32:
		return int(at[int32](base, i+1)[i])
	case dtypes.Int64:
		return int(at[int64](base, i+1)[i])
	case dtypes.Int16:
		return int(at[int16](base, i+1)[i])
	case dtypes.Int8:
		return int(at[int8](base, i+1)[i])
	case dtypes.Uint32:
		return int(at[uint32](base, i+1)[i])
	case dtypes.Uint64:
		return int(min(at[uint64](base, i+1)[i], 1<<62))
	case dtypes.Uint16:
		return int(at[uint16](base, i+1)[i])
	}
	return int(at[uint8](base, i+1)[i])
}

// gatherStep copies windows of the operand.
type gatherStep struct {
	windows
	operand, out, parts int
}

func newGatherStep(v *value, slot func(*value) int) *gatherStep {
	a := v.attr.(gatherAttr)
	s := &gatherStep{
		windows: newWindows(v.in[0].view.dims, v.dims, v.in[1], a.indexAxis, a.startMap, a.window, slices.Sorted(slices.Values(a.offsetAxes)), a.collapsed, slot),
		operand: slot(v.in[0].value), out: slot(v),
	}
	t := tables[v.dtype]
	s.size, s.window.size, s.window.copies, s.window.gather = v.dtype.Size(), v.dtype.Size(), t.copies, t.gatherer
	s.parts = max(1, min(maxTasks, s.count, v.size()/(1<<14)))
	return s
}

func (s *gatherStep) tasks() int { return s.parts }
func (s *gatherStep) work() int  { return 50 + s.count*(20+product(s.window.from.dims)/8) }

func (s *gatherStep) run(c *context, _ *worker, task int) {
	if product(s.window.from.dims) == 0 {
		return
	}
	for i := s.count * task / s.parts; i < s.count*(task+1)/s.parts; i++ {
		at, _ := s.start(c.slots[s.indices], i, true)
		to := offsetAt(s.batchDims, s.batchSteps, i)
		s.window.axis(unsafe.Add(c.slots[s.operand], at*s.size), unsafe.Add(c.slots[s.out], to*s.size), 0)
	}
}

// scatterStep combines updates into windows of a copy of the operand, one
// after another. A window that does not lie within the operand is left out.
type scatterStep struct {
	windows
	operand, updates, out, elements int
	copies                          unaryLoop
	over                            binaryLoop
}

var scatterFolds = map[compute.OpType]compute.OpType{
	compute.OpTypeScatterSum: compute.OpTypeReduceSum,
	compute.OpTypeScatterMax: compute.OpTypeReduceMax,
	compute.OpTypeScatterMin: compute.OpTypeReduceMin,
}

func newScatterStep(v *value, slot func(*value) int) *scatterStep {
	a := v.attr.(scatterAttr)
	operand, updates := v.in[0], v.in[2]
	sizes := make([]int, len(operand.view.dims))
	next := 0
	for axis := range sizes {
		sizes[axis] = 1
		if !slices.Contains(a.inserted, axis) {
			sizes[axis] = updates.view.dims[a.windowAxes[next]]
			next++
		}
	}
	t := tables[v.dtype]
	s := &scatterStep{
		windows: newWindows(operand.view.dims, updates.view.dims, v.in[1], a.indexAxis, a.indexMap, sizes, a.windowAxes, a.inserted, slot),
		operand: slot(operand.value), updates: slot(updates.value), out: slot(v), elements: v.size(),
		copies: t.copies, over: t.reduce[scatterFolds[v.op]].over,
	}
	s.size = v.dtype.Size()
	return s
}

func (s *scatterStep) tasks() int { return 1 }
func (s *scatterStep) work() int {
	return 50 + s.elements/8 + s.count*(20+product(s.window.from.dims)/8)
}

func (s *scatterStep) run(c *context, _ *worker, _ int) {
	out := c.slots[s.out]
	if out != c.slots[s.operand] {
		s.copies(out, c.slots[s.operand], s.elements)
	}
	if product(s.window.from.dims) == 0 {
		return
	}
	for i := range s.count {
		at, ok := s.start(c.slots[s.indices], i, false)
		if !ok {
			continue
		}
		from := offsetAt(s.batchDims, s.batchSteps, i)
		s.combine(unsafe.Add(out, at*s.size), unsafe.Add(c.slots[s.updates], from*s.size), 0)
	}
}

func (s *scatterStep) combine(dst, src unsafe.Pointer, a int) {
	from, to := s.window.to, s.window.from // the operand's window is where it goes
	if a == len(to.dims) {
		s.over(dst, dst, src, 1)
		return
	}
	n := to.dims[a]
	if a == len(to.dims)-1 && to.strides[a] == 1 && from.strides[a] == 1 {
		s.over(dst, dst, src, n)
		return
	}
	for i := range n {
		s.combine(unsafe.Add(dst, i*to.strides[a]*s.size), unsafe.Add(src, i*from.strides[a]*s.size), a+1)
	}
}
