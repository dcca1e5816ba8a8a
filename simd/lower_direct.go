package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// A convolution whose windows move by one element needs no patches. The rows of
// the input are copied one behind the other with zeros between them, and the
// elements that a place of the kernel meets lie side by side in that copy, from
// an offset on that depends on the place. A convolution of k places is the sum
// of k products of such a part with the kernel at that place. The input is
// copied once, where patches would hold it k times (step_direct.go).
//
// A column of the products is a channel of the output, a row an element of it.
// Between the rows of the output there are elements that nobody needs.
type directPlan struct {
	batch, groups     int
	channels, outputs int // of a group
	panel             int // outputs that are computed at once
	rows, cols        int // of the output; one row if there is one spatial axis
	inRows, inCols    int
	top, left         int // padding
	width             int // from row to row of the copy
	halo              int // rows of input that a row of output needs beyond one
	places            []directPlace
	stepB, stepC      int // of the input, along the batch, channels and rows
	stepRow           int
	start, sizeX      int // of the input
}

// A directPlace is a place of the kernel: how many rows and columns it lies
// behind the first place.
type directPlace struct{ row, col int }

// Sizes that decide whether a convolution is computed without patches.
const (
	directPanel    = 32 // outputs of a panel, which fill two vectors of AVX-512
	directHalf     = 16 // the number of outputs is a multiple of this
	directChannels = 16 // fewest channels, below which the products are short
	directPlaces   = 32 // most places of a kernel
)

// direct returns the plan, the view of the kernel as panels of
// [channels, places, outputs], and which axes of the output the axes of its
// value are; false if the convolution is not of this kind.
func (c *convGeometry) direct() (p directPlan, kernel view, order []int, ok bool) {
	n := len(c.out)
	p = directPlan{batch: c.batch, groups: c.groups, channels: c.channels, outputs: c.outputs, stepB: c.stepB, stepC: c.stepC}
	if n < 1 || n > 2 || c.batches > 1 || p.outputs%directHalf != 0 || p.channels < directChannels {
		return p, kernel, nil, false
	}
	p.panel = directPanel
	if p.outputs%directPanel != 0 {
		p.panel = directHalf
	}
	spatial := []int{0, 1}[:n] // the last one is that along which the input lies in memory
	if n == 2 && c.x.strides[c.axes.InputSpatial[0]] < c.x.strides[c.axes.InputSpatial[1]] {
		spatial[0], spatial[1] = 1, 0
	}
	along := spatial[n-1]
	for _, s := range spatial {
		if c.strides[s] != 1 || c.dilations[s] != 1 || c.paddings[s][0] < 0 || c.paddings[s][1] < 0 {
			return p, kernel, nil, false
		}
	}
	if c.x.strides[c.axes.InputSpatial[along]] != 1 {
		return p, kernel, nil, false
	}
	p.rows, p.inRows = 1, 1
	down := directPlace{1, 0} // places and their distance along the other axis
	if n == 2 {
		a := c.axes.InputSpatial[spatial[0]]
		p.rows, p.inRows, p.stepRow, p.top = c.out[spatial[0]], c.x.dims[a], c.x.strides[a], c.paddings[spatial[0]][0]
		down = directPlace{c.w.dims[c.axes.KernelSpatial[spatial[0]]], c.kernelDils[spatial[0]]}
	}
	across := c.w.dims[c.axes.KernelSpatial[along]]
	p.cols, p.inCols, p.left = c.out[along], c.x.dims[c.axes.InputSpatial[along]], c.paddings[along][0]
	if places := down.row * across; places < 2 || places > directPlaces {
		return p, kernel, nil, false
	}
	for i := range down.row {
		for j := range across {
			p.places = append(p.places, directPlace{i * down.col, j * c.kernelDils[along]})
		}
	}
	p.halo = (down.row - 1) * down.col
	p.width = max(p.inCols+max(p.left, c.paddings[along][1]), p.cols)

	order = []int{c.axes.OutputBatch, c.axes.OutputChannels}
	stepO := c.w.strides[c.axes.KernelOutputChannels]
	kernel = view{
		dims:    []int{c.groups * p.outputs / p.panel, c.channels},
		strides: []int{p.panel * stepO, c.w.strides[c.axes.KernelInputChannels]}, offset: c.w.offset,
	}
	for _, s := range spatial {
		order = append(order, c.axes.OutputSpatial[s])
		a := c.axes.KernelSpatial[s]
		kernel.dims, kernel.strides = append(kernel.dims, c.w.dims[a]), append(kernel.strides, c.w.strides[a])
	}
	kernel.dims, kernel.strides = append(kernel.dims, p.panel), append(kernel.strides, stepO)
	return p, kernel, order, true
}

// lowerDirect adds a convolution without patches; false if it is not of this
// kind.
func (g *graph) lowerDirect(c convGeometry, dims []int, x, w operand) (operand, bool) {
	p, kernel, order, ok := c.direct()
	if !ok {
		return operand{}, false
	}
	p.start, p.sizeX = x.view.offset, x.size()
	w = g.materialise(operand{w.value, kernel})
	canonical := slices.Clone(order)
	for i, axis := range order {
		canonical[i] = dims[axis]
	}
	v := g.merge(&value{op: compute.OpTypeConvGeneral, dtype: x.dtype, dims: canonical, in: []operand{x, w}, attr: p})
	return ordered(v.whole(), order), true
}
