package simd

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

// convAttr has the parameters of compute.Function.ConvGeneral, with one value
// for each spatial axis.
type convAttr struct {
	axes                   compute.ConvolveAxesConfig
	strides                []int
	paddings               [][2]int
	dilations, kernelDils  []int // of the input and of the kernel
	channelGroups, batches int   // numbers of groups
}

func (f *function) ConvGeneral(
	input, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	inputDilations, kernelDilations []int, channelGroups, batchGroups int,
) (compute.Value, error) {
	n := len(axes.InputSpatial)
	a := convAttr{
		axes.Clone(), orOnes(strides, n), orZeros(paddings, n), orOnes(inputDilations, n), orOnes(kernelDilations, n),
		max(channelGroups, 1), max(batchGroups, 1),
	}
	return f.one(operation{
		op:   compute.OpTypeConvGeneral,
		attr: a,
		check: func(in []shapes.Shape) error {
			return checkConvolution(in[0], in[1], strides, paddings, inputDilations, kernelDilations)
		},
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.ConvGeneral(in[0], in[1], a.axes, a.strides, a.paddings, a.dilations, a.kernelDils, a.channelGroups, a.batches)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.ConvGeneral(in[0], in[1], a.axes, a.strides, a.paddings, a.dilations, a.kernelDils, a.channelGroups, a.batches))
		},
	}, input, kernel)
}

// orOnes returns a copy of the values; n ones if there are none.
func orOnes(values []int, n int) []int {
	if len(values) == 0 {
		return slices.Repeat([]int{1}, max(n, 0))
	}
	return slices.Clone(values)
}

func orZeros(values [][2]int, n int) [][2]int {
	if len(values) == 0 {
		return make([][2]int, max(n, 0))
	}
	return slices.Clone(values)
}

// windowAttr has the parameters of compute.Function.ReduceWindow and of
// SelectAndScatterMax and -Min, with one value for each axis.
type windowAttr struct {
	reduction               compute.ReduceOpType
	window, strides         []int
	dilations, windowDils   []int // of the input and of the window
	paddings                [][2]int
	givenDils, givenWinDils []int // as the caller gave them
}

func windowOf(rank int, reduction compute.ReduceOpType, window, strides, dilations, windowDilations []int, paddings [][2]int) windowAttr {
	a := windowAttr{
		reduction: reduction, window: orOnes(window, rank), dilations: orOnes(dilations, rank), windowDils: orOnes(windowDilations, rank),
		paddings: orZeros(paddings, rank), givenDils: slices.Clone(dilations), givenWinDils: slices.Clone(windowDilations),
	}
	a.strides = slices.Clone(strides)
	if len(strides) == 0 {
		a.strides = a.window
	}
	return a
}

func (f *function) ReduceWindow(
	x compute.Value, reduction compute.ReduceOpType,
	window, strides, inputDilations, windowDilations []int, paddings [][2]int,
) (compute.Value, error) {
	nodes, err := f.resolve(compute.OpTypeReduceWindow, []compute.Value{x})
	if err != nil {
		return nil, err
	}
	a := windowOf(nodes[0].shape.Rank(), reduction, window, strides, inputDilations, windowDilations, paddings)
	return f.one(operation{
		op:   compute.OpTypeReduceWindow,
		attr: a,
		check: func(in []shapes.Shape) error {
			return checkWindow(in[0], window, strides, inputDilations, windowDilations, paddings)
		},
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.ReduceWindow(in[0], a.window, a.strides, a.dilations, a.windowDils, a.paddings)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(g.ReduceWindow(in[0], reduction, a.window, a.strides, a.givenDils, a.givenWinDils, a.paddings))
		},
	}, x)
}

type selectMethod func(f compute.Function, operand, source compute.Value, window, strides []int, paddings [][2]int) (compute.Value, error)

func (f *function) selectAndScatter(op compute.OpType, m selectMethod, operand, source compute.Value, window, strides []int, paddings [][2]int) (compute.Value, error) {
	nodes, err := f.resolve(op, []compute.Value{operand})
	if err != nil {
		return nil, err
	}
	a := windowOf(nodes[0].shape.Rank(), compute.ReduceOpUndefined, window, strides, nil, nil, paddings)
	return f.one(operation{
		op:    op,
		attr:  a,
		check: func(in []shapes.Shape) error { return checkWindow(in[0], window, strides, nil, nil, paddings) },
		infer: func(in []shapes.Shape) (shapes.Shape, error) {
			return shapeinference.SelectAndScatter(in[0], in[1], a.window, a.strides, a.paddings)
		},
		emit: func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
			return emit1(m(g, in[0], in[1], a.window, a.strides, a.paddings))
		},
	}, operand, source)
}

func (f *function) SelectAndScatterMax(operand, source compute.Value, window, strides []int, paddings [][2]int) (compute.Value, error) {
	return f.selectAndScatter(compute.OpTypeSelectAndScatterMax, compute.Function.SelectAndScatterMax, operand, source, window, strides, paddings)
}

func (f *function) SelectAndScatterMin(operand, source compute.Value, window, strides []int, paddings [][2]int) (compute.Value, error) {
	return f.selectAndScatter(compute.OpTypeSelectAndScatterMin, compute.Function.SelectAndScatterMin, operand, source, window, strides, paddings)
}
