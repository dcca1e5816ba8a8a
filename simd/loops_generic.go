package simd

import (
	"math"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

type (
	signedInteger interface{ int8 | int16 | int32 | int64 }
	integer       interface {
		signedInteger | uint8 | uint16 | uint32 | uint64
	}
	floating interface{ float32 | float64 }
	number   interface{ integer | floating }
)

// mapLoop calls a function for each element, where that takes longer than the
// call.
func mapLoop[T, U any](f func(T) U) unaryLoop {
	return func(dst, a unsafe.Pointer, n int) {
		d, s := at[U](dst, n), at[T](a, n)
		for i := range d {
			d[i] = f(s[i])
		}
	}
}

// zipLoops is mapLoop for two operands.
func zipLoops[T, U any](f func(a, b T) U) binaryLoops {
	return binaryLoops{
		vv: func(dst, a, b unsafe.Pointer, n int) {
			d, x, y := at[U](dst, n), at[T](a, n), at[T](b, n)
			for i := range d {
				d[i] = f(x[i], y[i])
			}
		},
		vs: func(dst, a, b unsafe.Pointer, n int) {
			d, x, s := at[U](dst, n), at[T](a, n), *(*T)(b)
			for i := range d {
				d[i] = f(x[i], s)
			}
		},
		sv: func(dst, a, b unsafe.Pointer, n int) {
			d, s, y := at[U](dst, n), *(*T)(a), at[T](b, n)
			for i := range d {
				d[i] = f(s, y[i])
			}
		},
	}
}

// numberLoops are the loops of every numeric type.
func numberLoops[T number](lowest, highest T) *loopTable {
	t := movingTable[T]()
	for _, op := range arithmeticOps {
		t.binary[op] = arithmeticLoops[T](op)
	}
	for op := range mirrors {
		t.binary[op] = comparisonLoops[T](op)
	}
	numberFolds(t, lowest, highest)
	convertLoops[T](t)
	t.iota = func(dst unsafe.Pointer, from, n int) {
		d := at[T](dst, n)
		for i := range d {
			d[i] = T(from + i)
		}
	}
	return t
}

// integerLoops are the loops of an unsigned type, and of a signed one but for
// those that mind the sign.
func integerLoops[T integer]() *loopTable {
	dtype := dtypes.FromGenericsType[T]()
	t := numberLoops(dtype.LowestValue().(T), dtype.HighestValue().(T))
	t.binary[compute.OpTypeRem] = zipLoops(func(a, b T) T { return a % b })
	for _, op := range []compute.OpType{compute.OpTypeBitwiseAnd, compute.OpTypeBitwiseOr, compute.OpTypeBitwiseXor} {
		t.binary[op] = bitwise[T](op)
	}
	t.unary[compute.OpTypeBitwiseNot] = func(dst, a unsafe.Pointer, n int) {
		bitwiseVS(compute.OpTypeBitwiseXor, at[T](dst, n), at[T](a, n), ^T(0))
	}
	bitFolds[T](t)
	return t
}

func signedLoops[T signedInteger]() *loopTable {
	t := integerLoops[T]()
	t.unary[compute.OpTypeNeg] = negate[T]
	t.unary[compute.OpTypeAbs] = func(dst, a unsafe.Pointer, n int) {
		d, s := at[T](dst, n), at[T](a, n)
		for i := range d {
			d[i] = max(s[i], -s[i])
		}
	}
	t.unary[compute.OpTypeSign] = mapLoop(signOf[T])
	return t
}

func negate[T signedInteger | floating](dst, a unsafe.Pointer, n int) {
	d, s := at[T](dst, n), at[T](a, n)
	s = s[:len(d)]
	for i := range d {
		d[i] = -s[i]
	}
}

func signOf[T signedInteger | floating](x T) T {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

// floatLoops are the portable loops of a floating-point type.
func floatLoops[T floating]() *loopTable {
	t := numberLoops(T(math.Inf(-1)), T(math.Inf(1)))
	through := func(f func(float64) float64) unaryLoop {
		return mapLoop(func(x T) T { return T(f(float64(x))) })
	}
	for op, f := range map[compute.OpType]func(float64) float64{
		compute.OpTypeExp: math.Exp, compute.OpTypeExpm1: math.Expm1, compute.OpTypeLog: math.Log,
		compute.OpTypeLog1p: math.Log1p, compute.OpTypeSin: math.Sin,
		compute.OpTypeCos: math.Cos, compute.OpTypeTanh: math.Tanh, compute.OpTypeErf: math.Erf,
		compute.OpTypeLogistic: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	} {
		t.unary[op] = through(f)
	}
	for _, op := range instructionOps {
		t.unary[op] = func(dst, a unsafe.Pointer, n int) { instructionLoop(op, at[T](dst, n), at[T](a, n)) }
	}
	t.unary[compute.OpTypeNeg] = negate[T]
	t.unary[compute.OpTypeSign] = mapLoop(signOf[T])
	t.unary[compute.OpTypeIsNaN] = func(dst, a unsafe.Pointer, n int) {
		compareVV(compute.OpTypeNotEqual, at[bool](dst, n), at[T](a, n), at[T](a, n))
	}
	t.unary[compute.OpTypeIsFinite] = func(dst, a unsafe.Pointer, n int) {
		d, s := at[bool](dst, n), at[T](a, n)
		for i := range d {
			d[i] = s[i]-s[i] == 0
		}
	}
	t.binary[compute.OpTypePow] = zipLoops(func(a, b T) T { return T(math.Pow(float64(a), float64(b))) })
	t.binary[compute.OpTypeRem] = zipLoops(func(a, b T) T { return T(math.Mod(float64(a), float64(b))) })
	return t
}

// instructionOps are functions that processors have instructions for, which
// the compiler uses where a loop names them.
var instructionOps = []compute.OpType{
	compute.OpTypeAbs, compute.OpTypeSqrt, compute.OpTypeRsqrt, compute.OpTypeCeil, compute.OpTypeFloor, compute.OpTypeRound,
}

func instructionLoop[T floating](op compute.OpType, d, s []T) {
	s = s[:len(d)]
	switch op {
	case compute.OpTypeAbs:
		for i := range d {
			d[i] = T(math.Abs(float64(s[i])))
		}
	case compute.OpTypeSqrt:
		for i := range d {
			d[i] = T(math.Sqrt(float64(s[i])))
		}
	case compute.OpTypeRsqrt:
		for i := range d {
			d[i] = T(1 / math.Sqrt(float64(s[i])))
		}
	case compute.OpTypeCeil:
		for i := range d {
			d[i] = T(math.Ceil(float64(s[i])))
		}
	case compute.OpTypeFloor:
		for i := range d {
			d[i] = T(math.Floor(float64(s[i])))
		}
	case compute.OpTypeRound:
		for i := range d {
			d[i] = T(math.RoundToEven(float64(s[i])))
		}
	}
}

// boolLoops are the loops of truth values.
func boolLoops() *loopTable {
	t := movingTable[bool]()
	for _, op := range []struct{ logical, bits compute.OpType }{
		{compute.OpTypeLogicalAnd, compute.OpTypeBitwiseAnd}, {compute.OpTypeLogicalOr, compute.OpTypeBitwiseOr}, {compute.OpTypeLogicalXor, compute.OpTypeBitwiseXor},
	} {
		t.binary[op.logical] = logical(op.bits)
	}
	one := uint8(1)
	t.unary[compute.OpTypeLogicalNot] = func(dst, a unsafe.Pointer, n int) {
		t.binary[compute.OpTypeLogicalXor].vs(dst, a, unsafe.Pointer(&one), n)
	}
	logicalFolds(t)
	numbers := newTable()
	convertLoops[uint8](numbers) // false is 0 and true is 1
	t.convert = numbers.convert
	delete(t.convert, dtypes.Bool)
	return t
}
