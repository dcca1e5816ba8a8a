package simd

import (
	"cmp"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// A convAttr becomes, for each group of channels, a product of the kernel with
// patches: a matrix that has a row for each place of the kernel and a column
// for each element of the output. Only a part of the patches is in memory at a
// time (step_conv.go).
type convPlan struct {
	patches
	// transposed: the patches are stored with a row for each element of the
	// output, and are the left side of the product.
	transposed    bool
	outputs       int // channels of a group
	cols, k       int // columns of patches and rows
	kernel        matrix
	groups        int
	groupX        int // how far the input, kernel and output move from group to group
	groupK        int
	groupC        int
	batch         int // products for each group, along the batch axis
	batchX        int
	batchC        int
	ldc           int
	start         int // of the input
	sizeX, sizeK  int
	outputsLength int
}

// convGeometry is a convolution with its operands' views.
type convGeometry struct {
	convAttr
	x, w         view
	out          []int // spatial
	groups       int
	channels     int // of the kernel's input
	outputs      int // of a group
	batch        int // of the output
	stepB, stepC int
}

func newConvGeometry(a convAttr, x, w view, dims []int) convGeometry {
	c := convGeometry{convAttr: a, x: x, w: w, groups: max(a.channelGroups, a.batches)}
	for _, axis := range a.axes.OutputSpatial {
		c.out = append(c.out, dims[axis])
	}
	c.channels = w.dims[a.axes.KernelInputChannels]
	c.outputs = w.dims[a.axes.KernelOutputChannels] / c.groups
	c.batch = dims[a.axes.OutputBatch]
	c.stepB, c.stepC = x.strides[a.axes.InputBatch], x.strides[a.axes.InputChannels]
	return c
}

// wideEnough is how many elements of an output channel a product of its own
// needs; below, a product goes over the batch.
const wideEnough = 64

// lowerConv adds a convolution.
func (g *graph) lowerConv(a convAttr, dims []int, x, w operand) operand {
	if product(dims) == 0 || x.size() == 0 || w.size() == 0 { // sums of nothing
		zero := g.constant(shapes.Make(x.dtype), make([]byte, x.dtype.Size()))
		return operand{zero.value, zero.view.broadcast(dims, nil)}
	}
	c := newConvGeometry(a, x.view, w.view, dims)
	if c.pointwise() {
		return g.lowerPointwise(c, x, w)
	}
	if y, ok := g.lowerDirect(c, dims, x, w); ok {
		return y
	}
	rows, ok := c.kernelRows()
	if !ok {
		order := append([]int{a.axes.KernelOutputChannels, a.axes.KernelInputChannels}, a.axes.KernelSpatial...)
		w = g.arrange(w, order)
		c.w = w.view
		rows, _ = c.kernelRows()
	}
	p, order := c.plan(rows)
	p.start, p.sizeX, p.sizeK = x.view.offset, x.size(), w.size()
	canonical := make([]int, len(order))
	for i, axis := range order {
		canonical[i] = dims[axis]
	}
	v := g.merge(&value{op: compute.OpTypeConvGeneral, dtype: x.dtype, dims: canonical, in: []operand{x, w}, attr: p})
	return ordered(v.whole(), order)
}

// ordered sees an operand whose axes are in another order as it should be:
// axis i of the operand is axis order[i].
func ordered(o operand, order []int) operand {
	permutation := make([]int, len(order))
	for i, axis := range order {
		permutation[axis] = i
	}
	return operand{o.value, o.view.transpose(permutation)}
}

// A kernelAxis is an axis of the sum: the channels, or a spatial axis.
type kernelAxis struct{ dim, step, spatial int }

// kernelRows returns the axes of the sum in the order in which they lie in the
// kernel, and whether they and the channels of the output make a matrix.
func (c *convGeometry) kernelRows() ([]kernelAxis, bool) {
	axes := []kernelAxis{{c.channels, c.w.strides[c.axes.KernelInputChannels], -1}}
	for i, a := range c.axes.KernelSpatial {
		axes = append(axes, kernelAxis{c.w.dims[a], c.w.strides[a], i})
	}
	slices.SortStableFunc(axes, func(a, b kernelAxis) int { return cmp.Compare(b.step, a.step) })
	var sum axisGroup
	for _, a := range axes {
		sum.add(a.dim, a.step)
	}
	size, step, rest := sum.collapse()
	if rest > 0 {
		return nil, false
	}
	_, ok := matrixOf(c.w.offset, c.outputs, c.w.strides[c.axes.KernelOutputChannels], size, step)
	return axes, ok
}

// plan lays the convolution out, and returns which axes of the output the axes
// of its value are.
func (c *convGeometry) plan(kernel []kernelAxis) (p convPlan, order []int) {
	var sum axisGroup
	var rows []walkAxis
	for _, a := range kernel {
		sum.add(a.dim, a.step)
		r := walkAxis{a.dim, a.spatial, c.stepC}
		if a.spatial >= 0 {
			r.step = c.kernelDils[a.spatial]
		}
		rows = append(rows, r)
	}
	_, step, _ := sum.collapse()
	p.k = product(sum.dims)
	stepO := c.w.strides[c.axes.KernelOutputChannels]
	p.kernel, _ = matrixOf(c.w.offset, c.outputs, stepO, p.k, step)
	p.groups, p.outputs, p.outputsLength = c.groups, c.outputs, c.groups*c.outputs
	p.groupK = c.outputs * stepO
	if p.groupX = c.channels * c.stepC; c.batches > 1 {
		p.groupX = c.batch * c.stepB
	}
	for i, a := range c.axes.InputSpatial {
		p.spatial = append(p.spatial, spatialAxis{c.x.dims[a], c.x.strides[a], c.dilations[i], -c.paddings[i][0]})
	}
	cols, names := c.columns()
	p.transposed = runLength(rows, p.spatial) > runLength(cols, p.spatial)
	p.batch = 1
	spatial := product(c.out)
	if !p.transposed && names[0] == c.axes.OutputBatch && spatial >= wideEnough {
		p.batch, p.batchX, p.batchC = c.batch, c.stepB, p.outputsLength*spatial
		cols = cols[1:]
	}
	p.cols = sizeOf(cols)
	switch {
	case p.transposed:
		p.outer, p.inner = significant(cols), significant(rows)
		p.ldc, p.groupC = p.outputsLength, c.outputs
		return p, append(names, c.axes.OutputChannels)
	case len(cols) < len(names):
		order = append([]int{names[0], c.axes.OutputChannels}, names[1:]...)
	default:
		order = append([]int{c.axes.OutputChannels}, names...)
	}
	p.outer, p.inner = significant(rows), significant(cols)
	p.ldc, p.groupC = p.cols, c.outputs*p.cols
	return p, order
}

// columns returns the axes of the output other than the channels, in the order
// in which the input lies in memory, and which axes they are.
func (c *convGeometry) columns() ([]walkAxis, []int) {
	type column struct {
		walkAxis
		name, memory int
	}
	all := []column{{walkAxis{c.batch, -1, c.stepB}, c.axes.OutputBatch, c.stepB}}
	for i, a := range c.axes.OutputSpatial {
		all = append(all, column{walkAxis{c.out[i], i, c.strides[i]}, a, c.x.strides[c.axes.InputSpatial[i]]})
	}
	slices.SortStableFunc(all, func(a, b column) int { return cmp.Compare(b.memory, a.memory) })
	var axes []walkAxis
	var names []int
	for _, a := range all {
		axes, names = append(axes, a.walkAxis), append(names, a.name)
	}
	return axes, names
}

// runLength is how many elements are copied at once along the last of some
// axes; elements that do not lie side by side count less.
func runLength(axes []walkAxis, spatial []spatialAxis) int {
	axes = significant(axes)
	if len(axes) == 0 {
		return 1
	}
	last := axes[len(axes)-1]
	step := last.step
	if last.spatial >= 0 {
		step *= spatial[last.spatial].step
	}
	if step != 1 {
		return max(1, last.dim/8)
	}
	return last.dim
}

// pointwise reports whether every window is one element of the input.
func (c *convGeometry) pointwise() bool {
	for i, a := range c.axes.KernelSpatial {
		if c.w.dims[a] != 1 || c.paddings[i] != [2]int{} || c.dilations[i] != 1 {
			return false
		}
	}
	return c.batches == 1
}

// lowerPointwise adds a convolution that is a product of the channels.
func (g *graph) lowerPointwise(c convGeometry, x, w operand) operand {
	stepO, stepI := c.w.strides[c.axes.KernelOutputChannels], c.w.strides[c.axes.KernelInputChannels]
	n := len(c.out)
	spatial, names := make([]int, n), c.axes.OutputSpatial
	for i, a := range c.axes.InputSpatial {
		spatial[i] = c.x.strides[a] * c.strides[i]
	}
	image := view{
		dims:    slices.Concat([]int{c.groups, c.batch}, c.out, []int{c.channels}),
		strides: slices.Concat([]int{c.channels * c.stepC, c.stepB}, spatial, []int{c.stepC}), offset: c.x.offset,
	}
	kernel := view{
		dims: []int{c.groups, c.outputs, c.channels}, strides: []int{c.outputs * stepO, stepO, stepI}, offset: c.w.offset,
	}
	groups := []int{0}
	if c.stepC == 1 && c.channels > 1 && c.groups == 1 {
		// [1, B, S…, O]
		a := dotAttr{lhsContract: []int{n + 2}, lhsBatch: groups, rhsContract: []int{2}, rhsBatch: groups}
		to := slices.Concat([]int{1, c.batch}, c.out, []int{c.outputs})
		y := g.lowerDot(a, to, operand{x.value, image}, operand{w.value, kernel})
		return ordered(g.reshape(y, to[1:]), slices.Concat([]int{c.axes.OutputBatch}, names, []int{c.axes.OutputChannels}))
	}
	if product(c.out) >= wideEnough && c.batch > 1 {
		// [B, G, O, S…], with the same kernel for all of the batch.
		kernel.dims, kernel.strides = append([]int{c.batch}, kernel.dims...), append([]int{0}, kernel.strides...)
		a := dotAttr{lhsContract: []int{3}, lhsBatch: []int{0, 1}, rhsContract: []int{n + 2}, rhsBatch: []int{1, 0}}
		to := slices.Concat([]int{c.batch, c.groups, c.outputs}, c.out)
		y := g.lowerDot(a, to, operand{w.value, kernel}, operand{x.value, image})
		y = g.reshape(y, slices.Concat([]int{c.batch, c.groups * c.outputs}, c.out))
		return ordered(y, slices.Concat([]int{c.axes.OutputBatch, c.axes.OutputChannels}, names))
	}
	// [G, O, B, S…]
	a := dotAttr{lhsContract: []int{2}, lhsBatch: groups, rhsContract: []int{n + 2}, rhsBatch: groups}
	to := slices.Concat([]int{c.groups, c.outputs, c.batch}, c.out)
	y := g.lowerDot(a, to, operand{w.value, kernel}, operand{x.value, image})
	y = g.reshape(y, slices.Concat([]int{c.groups * c.outputs, c.batch}, c.out))
	return ordered(y, slices.Concat([]int{c.axes.OutputChannels, c.axes.OutputBatch}, names))
}
