package simd

import (
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
)

// A block of elements to copy between two views.
type transfer struct {
	slot     int
	from, to view
	size     int
	copies   unaryLoop
	gather   func(dst, a unsafe.Pointer, step, n int)
}

func newTransfer(o operand, slot func(*value) int, to view) transfer {
	t := tables[o.dtype]
	return transfer{slot: slot(o.value), from: o.view, to: to, size: o.dtype.Size(), copies: t.copies, gather: t.gatherer}
}

// run copies to dst.
func (t *transfer) run(c *context, dst unsafe.Pointer) {
	if product(t.from.dims) == 0 {
		return
	}
	t.axis(unsafe.Add(c.slots[t.slot], t.from.offset*t.size), unsafe.Add(dst, t.to.offset*t.size), 0)
}

func (t *transfer) axis(src, dst unsafe.Pointer, a int) {
	if a == len(t.from.dims) {
		t.copies(dst, src, 1)
		return
	}
	n, s, d := t.from.dims[a], t.from.strides[a], t.to.strides[a]
	if a == len(t.from.dims)-1 && d == 1 && s >= 0 {
		if s == 1 {
			t.copies(dst, src, n)
		} else {
			t.gather(dst, src, s, n)
		}
		return
	}
	for i := range n {
		t.axis(unsafe.Add(src, i*s*t.size), unsafe.Add(dst, i*d*t.size), a+1)
	}
}

// joinRuns merges axes that are contiguous on both sides.
func (t *transfer) joinRuns() {
	for a := len(t.from.dims) - 2; a >= 0; a-- {
		n := t.from.dims[a+1]
		if t.from.strides[a] != n*t.from.strides[a+1] || t.to.strides[a] != n*t.to.strides[a+1] {
			continue
		}
		t.from, t.to = t.from.joined(a), t.to.joined(a)
	}
}

// joined makes one axis of a and a+1.
func (v view) joined(a int) view {
	j := view{offset: v.offset}
	for i := range v.dims {
		switch i {
		case a:
		case a + 1:
			j.dims, j.strides = append(j.dims, v.dims[a]*v.dims[a+1]), append(j.strides, v.strides[a+1])
		default:
			j.dims, j.strides = append(j.dims, v.dims[i]), append(j.strides, v.strides[i])
		}
	}
	return j
}

// moveStep puts arrays into parts of another: concatenation and padding.
type moveStep struct {
	out, elements, size int
	fill                int // slot of the value around them, or -1
	fills               unaryLoop
	parts               []movePart
}

// A movePart is what one task of a move does: where there is a value to fill
// in, it first fills the elements of the result from fillFrom to fillTo.
type movePart struct {
	transfer
	fillFrom, fillTo int
}

func (s *moveStep) tasks() int { return len(s.parts) }
func (s *moveStep) work() int  { return 100 + s.elements/4 }

func (s *moveStep) run(c *context, _ *worker, task int) {
	dst, p := c.slots[s.out], &s.parts[task]
	if s.fill >= 0 && p.fillTo > p.fillFrom {
		s.fills(unsafe.Add(dst, p.fillFrom*s.size), c.slots[s.fill], p.fillTo-p.fillFrom)
	}
	p.run(c, dst)
}

// assignFill divides what is around the parts of one transfer among them: each
// fills from where it begins to where the next does, before it copies. Where parts
// overlap, one task does all.
func (s *moveStep) assignFill(whole transfer) {
	apart := true
	for i := range s.parts {
		to := s.parts[i].to
		end := to.offset + 1
		for a, d := range to.dims {
			apart = apart && to.strides[a] >= 0
			end += (d - 1) * to.strides[a]
		}
		if i+1 < len(s.parts) {
			apart = apart && end <= s.parts[i+1].to.offset
		}
	}
	if !apart {
		s.parts = []movePart{{transfer: whole}}
	}
	for i := range s.parts {
		p := &s.parts[i]
		if i > 0 {
			p.fillFrom = p.to.offset
			s.parts[i-1].fillTo = p.to.offset
		}
	}
	s.parts[len(s.parts)-1].fillTo = s.elements
}

func newConcatStep(v *value, slot func(*value) int) *moveStep {
	s := &moveStep{out: slot(v), elements: v.size(), fill: -1}
	axis, at := v.attr.(int), 0
	whole := contiguous(v.dims)
	for _, o := range v.in {
		starts := make([]int, len(v.dims))
		starts[axis] = at
		at += o.view.dims[axis]
		s.add(newTransfer(o, slot, whole.slice(starts, nil, o.view.dims)))
	}
	return s
}

// moveElements is how many elements a task copies at least.
const moveElements = 1 << 13

// add adds a transfer, cut into parts along its first axis if it is large.
func (s *moveStep) add(t transfer) {
	t.joinRuns()
	n := product(t.from.dims)
	if len(t.from.dims) == 0 || n < 2*moveElements {
		s.parts = append(s.parts, movePart{transfer: t})
		return
	}
	rows := t.from.dims[0]
	pieces := min(rows, n/moveElements, maxTasks)
	for i := range pieces {
		part := t
		part.from = t.from.rowsOf(rows*i/pieces, rows*(i+1)/pieces)
		part.to = t.to.rowsOf(rows*i/pieces, rows*(i+1)/pieces)
		s.parts = append(s.parts, movePart{transfer: part})
	}
}

// rowsOf is the part of a view from one index of the first axis to another.
func (v view) rowsOf(from, to int) view {
	return view{
		dims:    append([]int{to - from}, v.dims[1:]...),
		strides: v.strides, offset: v.offset + from*v.strides[0],
	}
}

func newPadStep(v *value, slot func(*value) int) *moveStep {
	s := &moveStep{out: slot(v), elements: v.size(), size: v.dtype.Size(), fill: slot(v.in[1].value), fills: tables[v.dtype].fill}
	x := v.in[0]
	n := len(v.dims)
	first, starts, steps, dims := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	axes := v.attr.([]compute.PadAxis)
	for a := range n {
		var p compute.PadAxis
		if a < len(axes) {
			p = axes[a]
		}
		steps[a] = p.Interior + 1
		// Negative padding cuts off: elements first to last stay.
		first[a] = (max(0, -p.Start) + p.Interior) / steps[a]
		last := min(x.view.dims[a]-1, floorDiv(v.dims[a]-1-p.Start, steps[a]))
		dims[a] = max(0, last-first[a]+1)
		starts[a] = p.Start + first[a]*steps[a]
	}
	// A transfer of nothing leaves all to the filling.
	kept := operand{x.value, x.view.slice(first, nil, dims)}
	whole := newTransfer(kept, slot, contiguous(v.dims).slice(starts, steps, dims))
	s.add(whole)
	s.assignFill(whole)
	return s
}

// newReverseStep copies an operand whose axes are walked backwards.
func newReverseStep(v *value, slot func(*value) int) *moveStep {
	s := &moveStep{out: slot(v), elements: v.size(), fill: -1}
	x := v.in[0]
	back := view{dims: x.view.dims, strides: slices.Clone(x.view.strides), offset: x.view.offset}
	for axis := range back.dims {
		if slices.Contains(v.attr.([]int), axis) {
			back.offset += (back.dims[axis] - 1) * back.strides[axis]
			back.strides[axis] = -back.strides[axis]
		}
	}
	s.add(newTransfer(operand{x.value, back}, slot, contiguous(v.dims)))
	return s
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// copyStep copies an array of a type that has no loops.
type copyStep struct{ from, to, bytes int }

func (s *copyStep) tasks() int { return 1 }
func (s *copyStep) work() int  { return 50 + s.bytes/8 }
func (s *copyStep) run(c *context, _ *worker, _ int) {
	copyBytes(at[byte](c.slots[s.to], s.bytes), at[byte](c.slots[s.from], s.bytes))
}

// iotaStep counts along an axis.
type iotaStep struct {
	out, outer, length, inner, size int
	iota                            func(dst unsafe.Pointer, from, n int)
	fill                            unaryLoop
}

func newIotaStep(v *value, slot func(*value) int) *iotaStep {
	a := v.attr.(iotaAttr).axis
	t := tables[v.dtype]
	return &iotaStep{
		slot(v), product(v.dims[:a]), v.dims[a], product(v.dims[a+1:]), v.dtype.Size(), t.iota, t.fill,
	}
}

func (s *iotaStep) tasks() int { return 1 }
func (s *iotaStep) work() int  { return 50 + s.outer*s.length*s.inner/2 }

func (s *iotaStep) run(c *context, _ *worker, _ int) {
	if s.inner == 0 {
		return
	}
	dst := c.slots[s.out]
	for o := range s.outer {
		for i := range s.length {
			at := unsafe.Add(dst, (o*s.length+i)*s.inner*s.size)
			s.iota(at, i, 1)
			s.fill(at, at, s.inner)
		}
	}
}
