package simd

import (
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Loops work on n elements in memory; dst may be one of the operands.
type (
	unaryLoop  func(dst, a unsafe.Pointer, n int)
	binaryLoop func(dst, a, b unsafe.Pointer, n int)
	selectLoop func(dst, cond, a, b unsafe.Pointer, n int)
	tileLoop   func(dst, a unsafe.Pointer, rows, cols int)
)

// binaryLoops are the forms of an operation on two operands: two vectors, or a
// scalar on the right or the left.
type binaryLoops struct{ vv, vs, sv binaryLoop }

// selectLoops are the forms of a choice: s stands for a scalar alternative.
type selectLoops struct{ vv, vs, sv, ss selectLoop }

// reduceLoops fold: row folds a vector into one element, over folds a vector
// into another element by element. Where they are set, rows folds each row of a
// tile, and cols all rows of a tile into one.
type reduceLoops struct {
	row        unaryLoop
	over       binaryLoop
	rows, cols tileLoop
	identity   []byte
}

// A loopTable holds what can be done with the elements of one type.
type loopTable struct {
	unary    map[compute.OpType]unaryLoop
	binary   map[compute.OpType]binaryLoops
	reduce   map[compute.OpType]reduceLoops
	convert  map[dtypes.DType]unaryLoop // to another type
	selects  selectLoops
	copies   unaryLoop
	fill     unaryLoop // from a scalar
	iota     func(dst unsafe.Pointer, from, n int)
	gatherer func(dst, a unsafe.Pointer, step, n int) // every step-th element
}

// tables has an entry for every type that loops exist for.
var tables = map[dtypes.DType]*loopTable{
	dtypes.Float32: float32Loops(),
	dtypes.Float64: float64Loops(),
	dtypes.Int8:    signedLoops[int8](),
	dtypes.Int16:   signedLoops[int16](),
	dtypes.Int32:   signedLoops[int32](),
	dtypes.Int64:   signedLoops[int64](),
	dtypes.Uint8:   integerLoops[uint8](),
	dtypes.Uint16:  integerLoops[uint16](),
	dtypes.Uint32:  integerLoops[uint32](),
	dtypes.Uint64:  integerLoops[uint64](),
	dtypes.Bool:    boolLoops(),
	// These are only moved.
	dtypes.Float16:    movingTable[uint16](),
	dtypes.BFloat16:   movingTable[uint16](),
	dtypes.Complex64:  movingTable[uint64](),
	dtypes.Complex128: movingTable[[2]uint64](),
}

// accelerated reports whether a step of this package can run the operation.
func accelerated(op compute.OpType, in []shapes.Shape, attr any) bool {
	for _, s := range in {
		if tables[s.DType] == nil || s.IsDynamic() {
			return false
		}
	}
	switch op {
	case compute.OpTypeIdentity, compute.OpTypeSchedulingBarrier, compute.OpTypeReshape, compute.OpTypeTranspose,
		compute.OpTypeBroadcastInDim, compute.OpTypeSlice, compute.OpTypeConcatenate:
		return true
	case compute.OpTypeIota:
		t := tables[attr.(iotaAttr).dtype]
		return t != nil && t.iota != nil
	case compute.OpTypeConvertDType:
		to := attr.(dtypes.DType)
		return to == in[0].DType || tables[in[0].DType].convert[to] != nil
	case compute.OpTypeDotGeneral:
		c := attr.(dotAttr).config
		return in[0].DType == dtypes.Float32 && in[1].DType == dtypes.Float32 && plain32(c.AccumulatorDType) && plain32(c.OutputDType)
	case compute.OpTypeWhere:
		return len(in) == 3
	case compute.OpTypePad:
		return !slices.ContainsFunc(attr.([]compute.PadAxis), func(a compute.PadAxis) bool { return a.Interior < 0 })
	case compute.OpTypeGather:
		return in[1].DType.IsInt()
	case compute.OpTypeReverse:
		return true
	case compute.OpTypeConvGeneral, compute.OpTypeReduceWindow, compute.OpTypeSelectAndScatterMax, compute.OpTypeSelectAndScatterMin:
		return acceleratedWindow(op, in, attr)
	case compute.OpTypeScatterSum, compute.OpTypeScatterMax, compute.OpTypeScatterMin:
		return in[1].DType.IsInt() && in[0].DType == in[2].DType && tables[in[0].DType].reduce[scatterFolds[op]].over != nil
	}
	return acceleratedElementwise(op, in, attr)
}

// acceleratedWindow is accelerated for operations with windows.
func acceleratedWindow(op compute.OpType, in []shapes.Shape, attr any) bool {
	switch op {
	case compute.OpTypeConvGeneral:
		return in[0].DType == dtypes.Float32 && in[1].DType == dtypes.Float32 && in[0].Rank()-2 <= maxSpatial
	case compute.OpTypeReduceWindow:
		_, ok := tables[in[0].DType].reduce[poolFolds[attr.(windowAttr).reduction]]
		return ok && in[0].Rank() <= maxSpatial
	}
	return in[0].DType == in[1].DType && selectLoopsOf[in[0].DType] != nil
}

func acceleratedElementwise(op compute.OpType, in []shapes.Shape, attr any) bool {
	t := tables[in[0].DType]
	if isReduction(op) {
		_, ok := t.reduce[op]
		return ok && len(attr.([]int)) == countDistinct(attr.([]int))
	}
	if len(in) == 1 {
		return t.unary[op] != nil
	}
	return len(in) == 2 && in[0].DType == in[1].DType && t.binary[op].vv != nil
}

func plain32(d dtypes.DType) bool { return d == dtypes.InvalidDType || d == dtypes.Float32 }

func countDistinct(s []int) int {
	seen := map[int]bool{}
	for _, x := range s {
		seen[x] = true
	}
	return len(seen)
}

func at[T any](p unsafe.Pointer, n int) []T { return unsafe.Slice((*T)(p), n) }
