package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// The loops of this file are written out, one for each operation: a loop that
// calls a function for each element runs at a third of the speed.

// arithmeticLoops returns the loops of one of the operations that every number has.
func arithmeticLoops[T number](op compute.OpType) binaryLoops {
	vs := func(dst, a, b unsafe.Pointer, n int) { arithmeticVS(op, at[T](dst, n), at[T](a, n), *(*T)(b)) }
	loops := binaryLoops{
		vv: func(dst, a, b unsafe.Pointer, n int) { arithmeticVV(op, at[T](dst, n), at[T](a, n), at[T](b, n)) },
		vs: vs,
		sv: func(dst, a, b unsafe.Pointer, n int) { vs(dst, b, a, n) }, // these commute
	}
	if op == compute.OpTypeSub || op == compute.OpTypeDiv {
		loops.sv = func(dst, a, b unsafe.Pointer, n int) { arithmeticSV(op, at[T](dst, n), *(*T)(a), at[T](b, n)) }
	}
	return loops
}

var arithmeticOps = []compute.OpType{
	compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul, compute.OpTypeDiv, compute.OpTypeMax, compute.OpTypeMin,
}

func arithmeticVV[T number](op compute.OpType, d, x, y []T) {
	x, y = x[:len(d)], y[:len(d)]
	switch op {
	case compute.OpTypeAdd:
		for i := range d {
			d[i] = x[i] + y[i]
		}
	case compute.OpTypeSub:
		for i := range d {
			d[i] = x[i] - y[i]
		}
	case compute.OpTypeMul:
		for i := range d {
			d[i] = x[i] * y[i]
		}
	case compute.OpTypeDiv:
		for i := range d {
			d[i] = x[i] / y[i]
		}
	case compute.OpTypeMax:
		for i := range d {
			d[i] = max(x[i], y[i])
		}
	case compute.OpTypeMin:
		for i := range d {
			d[i] = min(x[i], y[i])
		}
	}
}

func arithmeticVS[T number](op compute.OpType, d, x []T, s T) {
	x = x[:len(d)]
	switch op {
	case compute.OpTypeAdd:
		for i := range d {
			d[i] = x[i] + s
		}
	case compute.OpTypeSub:
		for i := range d {
			d[i] = x[i] - s
		}
	case compute.OpTypeMul:
		for i := range d {
			d[i] = x[i] * s
		}
	case compute.OpTypeDiv:
		for i := range d {
			d[i] = x[i] / s
		}
	case compute.OpTypeMax:
		for i := range d {
			d[i] = max(x[i], s)
		}
	case compute.OpTypeMin:
		for i := range d {
			d[i] = min(x[i], s)
		}
	}
}

func arithmeticSV[T number](op compute.OpType, d []T, s T, y []T) {
	y = y[:len(d)]
	if op == compute.OpTypeSub {
		for i := range d {
			d[i] = s - y[i]
		}
		return
	}
	for i := range d {
		d[i] = s / y[i]
	}
}

// A comparison's mirror has the operands exchanged.
var mirrors = map[compute.OpType]compute.OpType{
	compute.OpTypeEqual: compute.OpTypeEqual, compute.OpTypeNotEqual: compute.OpTypeNotEqual,
	compute.OpTypeLessThan: compute.OpTypeGreaterThan, compute.OpTypeLessOrEqual: compute.OpTypeGreaterOrEqual,
	compute.OpTypeGreaterThan: compute.OpTypeLessThan, compute.OpTypeGreaterOrEqual: compute.OpTypeLessOrEqual,
}

// comparisonLoops returns the loops of a comparison of numbers.
func comparisonLoops[T number](op compute.OpType) binaryLoops {
	mirror := mirrors[op]
	return binaryLoops{
		vv: func(dst, a, b unsafe.Pointer, n int) { compareVV(op, at[bool](dst, n), at[T](a, n), at[T](b, n)) },
		vs: func(dst, a, b unsafe.Pointer, n int) { compareVS(op, at[bool](dst, n), at[T](a, n), *(*T)(b)) },
		sv: func(dst, a, b unsafe.Pointer, n int) { compareVS(mirror, at[bool](dst, n), at[T](b, n), *(*T)(a)) },
	}
}

func compareVV[T number](op compute.OpType, d []bool, x, y []T) {
	switch op {
	case compute.OpTypeGreaterThan:
		op, x, y = compute.OpTypeLessThan, y, x
	case compute.OpTypeGreaterOrEqual:
		op, x, y = compute.OpTypeLessOrEqual, y, x
	}
	x, y = x[:len(d)], y[:len(d)]
	switch op {
	case compute.OpTypeEqual:
		for i := range d {
			d[i] = x[i] == y[i]
		}
	case compute.OpTypeNotEqual:
		for i := range d {
			d[i] = x[i] != y[i]
		}
	case compute.OpTypeLessThan:
		for i := range d {
			d[i] = x[i] < y[i]
		}
	case compute.OpTypeLessOrEqual:
		for i := range d {
			d[i] = x[i] <= y[i]
		}
	}
}

func compareVS[T number](op compute.OpType, d []bool, x []T, s T) {
	x = x[:len(d)]
	switch op {
	case compute.OpTypeEqual:
		for i := range d {
			d[i] = x[i] == s
		}
	case compute.OpTypeNotEqual:
		for i := range d {
			d[i] = x[i] != s
		}
	case compute.OpTypeLessThan:
		for i := range d {
			d[i] = x[i] < s
		}
	case compute.OpTypeLessOrEqual:
		for i := range d {
			d[i] = x[i] <= s
		}
	case compute.OpTypeGreaterThan:
		for i := range d {
			d[i] = x[i] > s
		}
	case compute.OpTypeGreaterOrEqual:
		for i := range d {
			d[i] = x[i] >= s
		}
	}
}

// bitwise returns the loops of an operation on the bits of integers.
func bitwise[T integer](op compute.OpType) binaryLoops {
	vs := func(dst, a, b unsafe.Pointer, n int) { bitwiseVS(op, at[T](dst, n), at[T](a, n), *(*T)(b)) }
	return binaryLoops{
		vv: func(dst, a, b unsafe.Pointer, n int) { bitwiseVV(op, at[T](dst, n), at[T](a, n), at[T](b, n)) },
		vs: vs,
		sv: func(dst, a, b unsafe.Pointer, n int) { vs(dst, b, a, n) },
	}
}

func bitwiseVV[T integer](op compute.OpType, d, x, y []T) {
	x, y = x[:len(d)], y[:len(d)]
	switch op {
	case compute.OpTypeBitwiseAnd:
		for i := range d {
			d[i] = x[i] & y[i]
		}
	case compute.OpTypeBitwiseOr:
		for i := range d {
			d[i] = x[i] | y[i]
		}
	case compute.OpTypeBitwiseXor:
		for i := range d {
			d[i] = x[i] ^ y[i]
		}
	}
}

func bitwiseVS[T integer](op compute.OpType, d, x []T, s T) {
	x = x[:len(d)]
	switch op {
	case compute.OpTypeBitwiseAnd:
		for i := range d {
			d[i] = x[i] & s
		}
	case compute.OpTypeBitwiseOr:
		for i := range d {
			d[i] = x[i] | s
		}
	case compute.OpTypeBitwiseXor:
		for i := range d {
			d[i] = x[i] ^ s
		}
	}
}

// logical returns the loops of an operation on truth values: the same on their
// bits, eight at a time. A scalar is repeated in a word.
func logical(op compute.OpType) binaryLoops {
	const ones = 0x0101010101010101
	vs := func(dst, a, b unsafe.Pointer, n int) {
		s := *(*uint8)(b)
		words := n / 8
		bitwiseVS(op, at[uint64](dst, words), at[uint64](a, words), ones*uint64(s))
		bitwiseVS(op, at[uint8](dst, n)[8*words:], at[uint8](a, n)[8*words:], s)
	}
	return binaryLoops{
		vv: func(dst, a, b unsafe.Pointer, n int) {
			words := n / 8
			bitwiseVV(op, at[uint64](dst, words), at[uint64](a, words), at[uint64](b, words))
			bitwiseVV(op, at[uint8](dst, n)[8*words:], at[uint8](a, n)[8*words:], at[uint8](b, n)[8*words:])
		},
		vs: vs,
		sv: func(dst, a, b unsafe.Pointer, n int) { vs(dst, b, a, n) },
	}
}

// convertLoop converts one type of numbers to another, as Go does.
func convertLoop[T, U number](dst, a unsafe.Pointer, n int) {
	d, s := at[U](dst, n), at[T](a, n)
	s = s[:len(d)]
	for i := range d {
		d[i] = U(s[i])
	}
}

// convertLoops fills in the conversions of a type to every other.
func convertLoops[T number](t *loopTable) {
	t.convert[dtypes.Float32], t.convert[dtypes.Float64] = convertLoop[T, float32], convertLoop[T, float64]
	t.convert[dtypes.Int8], t.convert[dtypes.Int16] = convertLoop[T, int8], convertLoop[T, int16]
	t.convert[dtypes.Int32], t.convert[dtypes.Int64] = convertLoop[T, int32], convertLoop[T, int64]
	t.convert[dtypes.Uint8], t.convert[dtypes.Uint16] = convertLoop[T, uint8], convertLoop[T, uint16]
	t.convert[dtypes.Uint32], t.convert[dtypes.Uint64] = convertLoop[T, uint32], convertLoop[T, uint64]
	t.convert[dtypes.Bool] = func(dst, a unsafe.Pointer, n int) {
		compareVS(compute.OpTypeNotEqual, at[bool](dst, n), at[T](a, n), 0)
	}
}
