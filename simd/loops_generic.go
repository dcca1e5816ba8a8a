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

func mapLoop[T, U any](f func(T) U) unaryLoop {
	return func(dst, a unsafe.Pointer, n int) {
		d, s := at[U](dst, n), at[T](a, n)
		for i := range d {
			d[i] = f(s[i])
		}
	}
}

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

func foldLoops[T any](identity T, f func(a, b T) T) reduceLoops {
	return reduceLoops{
		row: func(dst, a unsafe.Pointer, n int) {
			acc := identity
			for _, x := range at[T](a, n) {
				acc = f(acc, x)
			}
			*(*T)(dst) = acc
		},
		over:     zipLoops(f).vv,
		identity: bytesOfValue(identity),
	}
}

func bytesOfValue[T any](v T) []byte {
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(&v)), unsafe.Sizeof(v))...)
}

// movingLoops are the loops that only move elements.
func movingLoops[T any](t *loopTable) *loopTable {
	size := int(unsafe.Sizeof(*new(T)))
	t.copies = func(dst, a unsafe.Pointer, n int) { copyBytes(at[byte](dst, n*size), at[byte](a, n*size)) }
	t.fill = func(dst, a unsafe.Pointer, n int) {
		d, s := at[T](dst, n), *(*T)(a)
		for i := range d {
			d[i] = s
		}
	}
	t.gatherer = func(dst, a unsafe.Pointer, step, n int) {
		d := at[T](dst, n)
		size := int(unsafe.Sizeof(d[0]))
		for i := range d {
			d[i] = *(*T)(unsafe.Add(a, i*step*size))
		}
	}
	t.selects = selectLoops{
		vv: func(dst, cond, a, b unsafe.Pointer, n int) { choose(at[T](dst, n), cond, at[T](a, n), at[T](b, n)) },
		vs: func(dst, cond, a, b unsafe.Pointer, n int) {
			d, c, x, s := at[T](dst, n), at[bool](cond, n), at[T](a, n), *(*T)(b)
			for i := range d {
				if c[i] {
					d[i] = x[i]
				} else {
					d[i] = s
				}
			}
		},
		sv: func(dst, cond, a, b unsafe.Pointer, n int) {
			d, c, s, y := at[T](dst, n), at[bool](cond, n), *(*T)(a), at[T](b, n)
			for i := range d {
				if c[i] {
					d[i] = s
				} else {
					d[i] = y[i]
				}
			}
		},
		ss: func(dst, cond, a, b unsafe.Pointer, n int) {
			d, c, s, z := at[T](dst, n), at[bool](cond, n), *(*T)(a), *(*T)(b)
			for i := range d {
				if c[i] {
					d[i] = s
				} else {
					d[i] = z
				}
			}
		},
	}
	t.unary[compute.OpTypeIdentity] = t.copies
	return t
}

func choose[T any](d []T, cond unsafe.Pointer, x, y []T) {
	for i, c := range at[bool](cond, len(d)) {
		if c {
			d[i] = x[i]
		} else {
			d[i] = y[i]
		}
	}
}

func newTable() *loopTable {
	return &loopTable{
		unary:   map[compute.OpType]unaryLoop{},
		binary:  map[compute.OpType]binaryLoops{},
		reduce:  map[compute.OpType]reduceLoops{},
		convert: map[dtypes.DType]unaryLoop{},
	}
}

// numberLoops are the loops of every numeric type.
func numberLoops[T number](lowest, highest T) *loopTable {
	t := movingLoops[T](newTable())
	t.binary[compute.OpTypeAdd] = zipLoops(func(a, b T) T { return a + b })
	t.binary[compute.OpTypeSub] = zipLoops(func(a, b T) T { return a - b })
	t.binary[compute.OpTypeMul] = zipLoops(func(a, b T) T { return a * b })
	t.binary[compute.OpTypeDiv] = zipLoops(func(a, b T) T { return a / b })
	t.binary[compute.OpTypeMax] = zipLoops(func(a, b T) T { return max(a, b) })
	t.binary[compute.OpTypeMin] = zipLoops(func(a, b T) T { return min(a, b) })
	t.binary[compute.OpTypeEqual] = zipLoops(func(a, b T) bool { return a == b })
	t.binary[compute.OpTypeNotEqual] = zipLoops(func(a, b T) bool { return a != b })
	t.binary[compute.OpTypeLessThan] = zipLoops(func(a, b T) bool { return a < b })
	t.binary[compute.OpTypeLessOrEqual] = zipLoops(func(a, b T) bool { return a <= b })
	t.binary[compute.OpTypeGreaterThan] = zipLoops(func(a, b T) bool { return a > b })
	t.binary[compute.OpTypeGreaterOrEqual] = zipLoops(func(a, b T) bool { return a >= b })
	t.reduce[compute.OpTypeReduceSum] = foldLoops(0, func(a, b T) T { return a + b })
	t.reduce[compute.OpTypeReduceProduct] = foldLoops(1, func(a, b T) T { return a * b })
	t.reduce[compute.OpTypeReduceMax] = foldLoops(lowest, func(a, b T) T { return max(a, b) })
	t.reduce[compute.OpTypeReduceMin] = foldLoops(highest, func(a, b T) T { return min(a, b) })
	t.iota = func(dst unsafe.Pointer, from, n int) {
		for i := range at[T](dst, n) {
			at[T](dst, n)[i] = T(from + i)
		}
	}
	t.convert[dtypes.Float32] = mapLoop(func(x T) float32 { return float32(x) })
	t.convert[dtypes.Float64] = mapLoop(func(x T) float64 { return float64(x) })
	t.convert[dtypes.Int8] = mapLoop(func(x T) int8 { return int8(x) })
	t.convert[dtypes.Int16] = mapLoop(func(x T) int16 { return int16(x) })
	t.convert[dtypes.Int32] = mapLoop(func(x T) int32 { return int32(x) })
	t.convert[dtypes.Int64] = mapLoop(func(x T) int64 { return int64(x) })
	t.convert[dtypes.Uint8] = mapLoop(func(x T) uint8 { return uint8(x) })
	t.convert[dtypes.Uint16] = mapLoop(func(x T) uint16 { return uint16(x) })
	t.convert[dtypes.Uint32] = mapLoop(func(x T) uint32 { return uint32(x) })
	t.convert[dtypes.Uint64] = mapLoop(func(x T) uint64 { return uint64(x) })
	t.convert[dtypes.Bool] = mapLoop(func(x T) bool { return x != 0 })
	return t
}

// integerLoops are the loops of an unsigned type, and of a signed one but for
// those that mind the sign.
func integerLoops[T integer]() *loopTable {
	dtype := dtypes.FromGenericsType[T]()
	t := numberLoops(dtype.LowestValue().(T), dtype.HighestValue().(T))
	t.binary[compute.OpTypeRem] = zipLoops(func(a, b T) T { return a % b })
	t.binary[compute.OpTypeBitwiseAnd] = zipLoops(func(a, b T) T { return a & b })
	t.binary[compute.OpTypeBitwiseOr] = zipLoops(func(a, b T) T { return a | b })
	t.binary[compute.OpTypeBitwiseXor] = zipLoops(func(a, b T) T { return a ^ b })
	t.unary[compute.OpTypeBitwiseNot] = mapLoop(func(x T) T { return ^x })
	t.reduce[compute.OpTypeReduceBitwiseAnd] = foldLoops(^T(0), func(a, b T) T { return a & b })
	t.reduce[compute.OpTypeReduceBitwiseOr] = foldLoops(0, func(a, b T) T { return a | b })
	t.reduce[compute.OpTypeReduceBitwiseXor] = foldLoops(0, func(a, b T) T { return a ^ b })
	return t
}

func signedLoops[T signedInteger]() *loopTable {
	t := integerLoops[T]()
	t.unary[compute.OpTypeNeg] = mapLoop(func(x T) T { return -x })
	t.unary[compute.OpTypeAbs] = mapLoop(func(x T) T { return max(x, -x) })
	t.unary[compute.OpTypeSign] = mapLoop(func(x T) T {
		switch {
		case x < 0:
			return -1
		case x > 0:
			return 1
		}
		return 0
	})
	return t
}

// floatLoops are the portable loops of a floating-point type.
func floatLoops[T floating]() *loopTable {
	t := numberLoops(T(math.Inf(-1)), T(math.Inf(1)))
	through := func(f func(float64) float64) unaryLoop {
		return mapLoop(func(x T) T { return T(f(float64(x))) })
	}
	for op, f := range map[compute.OpType]func(float64) float64{
		compute.OpTypeCeil: math.Ceil, compute.OpTypeFloor: math.Floor, compute.OpTypeRound: math.RoundToEven,
		compute.OpTypeExp: math.Exp, compute.OpTypeExpm1: math.Expm1, compute.OpTypeLog: math.Log,
		compute.OpTypeLog1p: math.Log1p, compute.OpTypeSqrt: math.Sqrt, compute.OpTypeSin: math.Sin,
		compute.OpTypeCos: math.Cos, compute.OpTypeTanh: math.Tanh, compute.OpTypeErf: math.Erf,
		compute.OpTypeAbs:      math.Abs,
		compute.OpTypeRsqrt:    func(x float64) float64 { return 1 / math.Sqrt(x) },
		compute.OpTypeLogistic: func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	} {
		t.unary[op] = through(f)
	}
	t.unary[compute.OpTypeNeg] = mapLoop(func(x T) T { return -x })
	t.unary[compute.OpTypeSign] = mapLoop(func(x T) T {
		switch {
		case x < 0:
			return -1
		case x > 0:
			return 1
		}
		return 0
	})
	t.unary[compute.OpTypeIsNaN] = mapLoop(func(x T) bool { return x != x })
	t.unary[compute.OpTypeIsFinite] = mapLoop(func(x T) bool { return x-x == 0 })
	t.binary[compute.OpTypePow] = zipLoops(func(a, b T) T { return T(math.Pow(float64(a), float64(b))) })
	t.binary[compute.OpTypeRem] = zipLoops(func(a, b T) T { return T(math.Mod(float64(a), float64(b))) })
	return t
}

// boolLoops are the loops of truth values.
func boolLoops() *loopTable {
	t := movingLoops[bool](newTable())
	t.unary[compute.OpTypeLogicalNot] = mapLoop(func(x bool) bool { return !x })
	t.binary[compute.OpTypeLogicalAnd] = zipLoops(func(a, b bool) bool { return a && b })
	t.binary[compute.OpTypeLogicalOr] = zipLoops(func(a, b bool) bool { return a || b })
	t.binary[compute.OpTypeLogicalXor] = zipLoops(func(a, b bool) bool { return a != b })
	t.reduce[compute.OpTypeReduceLogicalAnd] = foldLoops(true, func(a, b bool) bool { return a && b })
	t.reduce[compute.OpTypeReduceLogicalOr] = foldLoops(false, func(a, b bool) bool { return a || b })
	t.reduce[compute.OpTypeReduceLogicalXor] = foldLoops(false, func(a, b bool) bool { return a != b })
	t.convert[dtypes.Float32] = boolTo[float32]()
	t.convert[dtypes.Float64] = boolTo[float64]()
	t.convert[dtypes.Int8], t.convert[dtypes.Int16] = boolTo[int8](), boolTo[int16]()
	t.convert[dtypes.Int32], t.convert[dtypes.Int64] = boolTo[int32](), boolTo[int64]()
	t.convert[dtypes.Uint8], t.convert[dtypes.Uint16] = boolTo[uint8](), boolTo[uint16]()
	t.convert[dtypes.Uint32], t.convert[dtypes.Uint64] = boolTo[uint32](), boolTo[uint64]()
	return t
}

func boolTo[T number]() unaryLoop {
	return func(dst, a unsafe.Pointer, n int) {
		d := at[T](dst, n)
		for i, x := range at[uint8](a, n) {
			d[i] = T(x)
		}
	}
}
