package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// selectStep adds each element of the source to the element of the operand
// that is the largest, or the smallest, of its window: the gradient of
// pooling. Tasks are those of the leading axes without windows.
type selectStep struct {
	windowAttr
	operand, source, out int // slots
	in, over             view
	outer, parts, size   int
	loop                 func(s *selectStep, operand, source, out unsafe.Pointer)
}

// selectLoopsOf has an entry for every type that can be selected.
var selectLoopsOf = map[dtypes.DType][]func(s *selectStep, operand, source, out unsafe.Pointer){
	dtypes.Float32: selectsOf[float32](), dtypes.Float64: selectsOf[float64](),
	dtypes.Int8: selectsOf[int8](), dtypes.Int16: selectsOf[int16](), dtypes.Int32: selectsOf[int32](), dtypes.Int64: selectsOf[int64](),
	dtypes.Uint8: selectsOf[uint8](), dtypes.Uint16: selectsOf[uint16](), dtypes.Uint32: selectsOf[uint32](), dtypes.Uint64: selectsOf[uint64](),
}

func selectsOf[T number]() []func(s *selectStep, operand, source, out unsafe.Pointer) {
	return []func(s *selectStep, operand, source, out unsafe.Pointer){
		func(s *selectStep, operand, source, out unsafe.Pointer) {
			selectInto(s, operand, source, out, func(x, best T) bool { return x > best || x != x })
		},
		func(s *selectStep, operand, source, out unsafe.Pointer) {
			selectInto(s, operand, source, out, func(x, best T) bool { return x < best || x != x })
		},
	}
}

func newSelectStep(v *value, slot func(*value) int) *selectStep {
	a := v.attr.(windowAttr)
	s := &selectStep{
		windowAttr: a, operand: slot(v.in[0].value), source: slot(v.in[1].value), out: slot(v),
		in: contiguous(v.in[0].view.dims), over: contiguous(v.in[1].view.dims), parts: 1, size: v.dtype.Size(),
	}
	// The leading axes that windows do not move along.
	for s.outer < len(v.dims) && a.window[s.outer] == 1 && a.strides[s.outer] == 1 && a.paddings[s.outer] == [2]int{} {
		s.parts *= v.dims[s.outer]
		s.outer++
	}
	which := 0
	if v.op == compute.OpTypeSelectAndScatterMin {
		which = 1
	}
	s.loop = selectLoopsOf[v.dtype][which]
	return s
}

func (s *selectStep) tasks() int { return min(s.parts, maxTasks) }
func (s *selectStep) work() int {
	return 100 + product(s.in.dims)/4 + 4*product(s.over.dims)*product(s.window)
}

func (s *selectStep) run(c *context, _ *worker, task int) {
	in, over := product(s.in.dims[s.outer:]), product(s.over.dims[s.outer:])
	for i := s.parts * task / s.tasks(); i < s.parts*(task+1)/s.tasks(); i++ {
		s.loop(s, unsafe.Add(c.slots[s.operand], i*in*s.size), unsafe.Add(c.slots[s.source], i*over*s.size), unsafe.Add(c.slots[s.out], i*in*s.size))
	}
}

// selectInto does the work of one task's part. Where elements are equal the
// first is taken, and a number that is not one before any other.
func selectInto[T number](s *selectStep, operand, source, out unsafe.Pointer, better func(x, best T) bool) {
	dims, steps := s.in.dims[s.outer:], s.in.strides[s.outer:]
	x, y := at[T](operand, product(dims)), at[T](out, product(dims))
	clear(y)
	outDims := s.over.dims[s.outer:]
	rank := len(dims)
	low, high, spot := make([]int, rank), make([]int, rank), make([]int, rank)
	for i, add := range at[T](source, product(outDims)) {
		empty := false
		for a := rank - 1; a >= 0; a-- {
			start := i%outDims[a]*s.strides[s.outer+a] - s.paddings[s.outer+a][0]
			i /= outDims[a]
			low[a], high[a] = max(0, start), min(dims[a], start+s.window[s.outer+a])
			empty = empty || low[a] >= high[a]
		}
		if empty {
			continue
		}
		y[best(x, spot, steps, low, high, better)] += add
	}
}

// best returns the place of the best element of the box from low to high, which
// is not empty; at is scratch.
func best[T number](x []T, at, steps, low, high []int, better func(x, best T) bool) int {
	rank := len(steps)
	copy(at, low)
	place := 0
	for a := range rank {
		place += low[a] * steps[a]
	}
	found := place
	for {
		if place != found && better(x[place], x[found]) {
			found = place
		}
		a := rank - 1
		for ; a >= 0; a-- {
			at[a]++
			place += steps[a]
			if at[a] < high[a] {
				break
			}
			place -= (high[a] - low[a]) * steps[a]
			at[a] = low[a]
		}
		if a < 0 {
			return found
		}
	}
}
