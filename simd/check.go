package simd

import (
	"math"
	"math/bits"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// The checks of this file are made when an operation is recorded. They refuse
// what shape inference lets through although it would overflow an int or make
// a step read or write outside of an array.

// maxBytes is the size of the largest array that a shape may describe: the
// address space of a process. Sums of a few sizes and products of two factors
// below it are then far from overflowing what steps compute with.
const maxBytes = min(1<<48, math.MaxInt)

// checkSize returns an error if an axis of the shape is negative, unless it is
// dynamic, or if the array would have more than maxBytes. Axes of size 0 are
// left out of the product, since strides are products of the others.
func checkSize(s shapes.Shape) error {
	if !s.Ok() || s.IsTuple() {
		return errors.Errorf("the shape %s is not that of an array", s)
	}
	n := max(1, s.DType.Size())
	for _, d := range s.Dimensions {
		if d < shapes.DynamicDim {
			return errors.Errorf("an axis of the shape %s is negative", s)
		}
		if d < 1 {
			continue
		}
		if !fits(n, d) {
			return errors.Errorf("an array of the shape %s is too large: it has more than %d bytes", s, maxBytes)
		}
		n *= d
	}
	return nil
}

// fits reports whether the product of two positive numbers is at most maxBytes.
func fits(a, b int) bool {
	high, low := bits.Mul64(uint64(a), uint64(b))
	return high == 0 && low <= maxBytes
}

// A check looks at the operands' shapes before an operation is recorded. The
// shapes may be dynamic.
type check func(in []shapes.Shape) error

// checkBroadcast refuses an axis of size 0 against one of size 1: shape
// inference takes the larger for the result, which then has elements that the
// empty operand has not.
func checkBroadcast(in []shapes.Shape) error {
	a, b := in[0], in[1]
	if a.Rank() != b.Rank() {
		return nil // a scalar, or refused by shape inference
	}
	for axis := range a.Dimensions {
		x, y := a.Dimensions[axis], b.Dimensions[axis]
		if min(x, y) == 0 && max(x, y) != 0 {
			return errors.Errorf("axis %d of the shapes %s and %s: an empty axis cannot be broadcast against one of size %d", axis, a, b, max(x, y))
		}
	}
	return nil
}

// checkReduced refuses axes that the shape has not.
func checkReduced(s shapes.Shape, axes []int) error {
	for _, a := range axes {
		if a < 0 || a >= s.Rank() {
			return errors.Errorf("axis %d is not one of %s", a, s)
		}
	}
	return nil
}

// checkPad refuses amounts of padding that overflow the size of an axis.
func checkPad(in []shapes.Shape, axes []compute.PadAxis) error {
	for a, p := range axes {
		if err := checkAmounts("padding", p.Start, p.End, p.Interior); err != nil {
			return err
		}
		if a < in[0].Rank() {
			if err := checkDilation("interior padding", in[0].Dimensions[a], p.Interior+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkAmounts refuses numbers whose sum with a size may overflow.
func checkAmounts(what string, values ...int) error {
	for _, v := range values {
		if v > maxBytes || v < -maxBytes {
			return errors.Errorf("the %s of %d is too large", what, v)
		}
	}
	return nil
}

// checkDilation refuses a factor that makes an axis longer than any array.
func checkDilation(what string, size, factor int) error {
	if size > 0 && factor > 0 && !fits(size, factor) {
		return errors.Errorf("the %s of %d is too large for an axis of size %d", what, factor, size)
	}
	return nil
}

// checkWindow refuses windows, strides, dilations and paddings whose extent
// overflows.
func checkWindow(in shapes.Shape, window, strides, dilations, windowDilations []int, paddings [][2]int) error {
	if err := checkAmounts("window or stride", slices.Concat(window, strides)...); err != nil {
		return err
	}
	for _, p := range paddings {
		if err := checkAmounts("padding", p[0], p[1]); err != nil {
			return err
		}
	}
	for a, d := range dilations {
		if a < in.Rank() {
			if err := checkDilation("dilation", in.Dimensions[a], d); err != nil {
				return err
			}
		}
	}
	for a, d := range windowDilations {
		if a < len(window) {
			if err := checkDilation("dilation of the window", window[a], d); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkConvolution is checkWindow for a kernel whose axes may be in any order.
func checkConvolution(in, kernel shapes.Shape, strides []int, paddings [][2]int, dilations, kernelDilations []int) error {
	if err := checkWindow(in, nil, strides, nil, nil, paddings); err != nil {
		return err
	}
	for _, p := range []struct {
		shape     shapes.Shape
		dilations []int
	}{{in, dilations}, {kernel, kernelDilations}} {
		for _, d := range p.dilations {
			if p.shape.Rank() == 0 {
				continue
			}
			if err := checkDilation("dilation", slices.Max(p.shape.Dimensions), d); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkDistinct refuses a list of axes that names one twice.
func checkDistinct(what string, axes []int) error {
	if countDistinct(axes) != len(axes) {
		return errors.Errorf("the %s %v name an axis twice", what, axes)
	}
	return nil
}

// checkGather refuses an index vector that moves along one axis twice, which
// could leave the operand.
func checkGather(in []shapes.Shape, a gatherAttr) error {
	if a.indexAxis == in[1].Rank() {
		return errors.Errorf("the axis %d of index vectors is not one of %s", a.indexAxis, in[1])
	}
	return checkDistinct("axes of the index vectors", a.startMap)
}

// checkScatter refuses updates that do not have a window for each index
// vector, and axes that are named twice.
func checkScatter(in []shapes.Shape, a scatterAttr) error {
	for _, axes := range []struct {
		what string
		axes []int
	}{{"axes of the update windows", a.windowAxes}, {"inserted axes", a.inserted}, {"axes of the index vectors", a.indexMap}} {
		if err := checkDistinct(axes.what, axes.axes); err != nil {
			return err
		}
	}
	var vectors, windows []int
	for axis, d := range in[1].Dimensions {
		if axis != a.indexAxis {
			vectors = append(vectors, d)
		}
	}
	for axis, d := range in[2].Dimensions {
		if !slices.Contains(a.windowAxes, axis) {
			windows = append(windows, d)
		}
	}
	if in[1].IsDynamic() || in[2].IsDynamic() || len(vectors) != len(windows) || slices.Equal(vectors, windows) {
		return nil // different ranks are refused by shape inference
	}
	return errors.Errorf("the updates %s have %v windows for %v index vectors in %s", in[2], windows, vectors, in[1])
}

// checkDynamicPad refuses static amounts of padding as checkPad does.
func checkDynamicPad(in []shapes.Shape, axes []compute.DynamicPadAxis) error {
	static := make([]compute.PadAxis, len(axes))
	for i, a := range axes {
		static[i] = compute.PadAxis{Start: a.Start, End: a.End, Interior: a.Interior}
	}
	return checkPad(in, static)
}

// checkUpdate refuses an update that is larger than the array it goes into.
func checkUpdate(in []shapes.Shape) error {
	x, update := in[0], in[1]
	if x.Rank() != update.Rank() {
		return nil // refused by shape inference
	}
	for a, d := range update.Dimensions {
		if d > x.Dimensions[a] && x.Dimensions[a] != shapes.DynamicDim {
			return errors.Errorf("the update %s does not fit into %s", update, x)
		}
	}
	return nil
}
