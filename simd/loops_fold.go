package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
)

// fold returns the loops of a reduction whose operation on two elements is one
// of the binary loops.
func fold[T any](identity T, row func(x []T) T, over binaryLoop) reduceLoops {
	return reduceLoops{
		row:      func(dst, a unsafe.Pointer, n int) { *(*T)(dst) = row(at[T](a, n)) },
		over:     over,
		identity: bytesOfValue(identity),
	}
}

// numberFolds fills in the reductions that every number has.
func numberFolds[T number](t *loopTable, lowest, highest T) {
	over := func(op compute.OpType) binaryLoop { return t.binary[op].vv }
	t.reduce[compute.OpTypeReduceSum] = fold(0, sumOf[T], over(compute.OpTypeAdd))
	t.reduce[compute.OpTypeReduceProduct] = fold(1, productOf[T], over(compute.OpTypeMul))
	t.reduce[compute.OpTypeReduceMax] = fold(lowest, func(x []T) T {
		m := lowest
		for _, v := range x {
			m = max(m, v)
		}
		return m
	}, over(compute.OpTypeMax))
	t.reduce[compute.OpTypeReduceMin] = fold(highest, func(x []T) T {
		m := highest
		for _, v := range x {
			m = min(m, v)
		}
		return m
	}, over(compute.OpTypeMin))
}

// sumOf adds in four lanes, whose sums do not wait for one another.
func sumOf[T number](x []T) T {
	var a, b, c, d T
	for len(x) >= 4 {
		a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
		x = x[4:]
	}
	for _, v := range x {
		a += v
	}
	return (a + c) + (b + d)
}

// productOf is sumOf for products.
func productOf[T number](x []T) T {
	var a, b, c, d T = 1, 1, 1, 1
	for len(x) >= 4 {
		a, b, c, d = a*x[0], b*x[1], c*x[2], d*x[3]
		x = x[4:]
	}
	for _, v := range x {
		a *= v
	}
	return (a * c) * (b * d)
}

// bitFolds fills in the reductions of integers' bits.
func bitFolds[T integer](t *loopTable) {
	over := func(op compute.OpType) binaryLoop { return t.binary[op].vv }
	t.reduce[compute.OpTypeReduceBitwiseAnd] = fold(^T(0), andOf[T], over(compute.OpTypeBitwiseAnd))
	t.reduce[compute.OpTypeReduceBitwiseOr] = fold(0, orOf[T], over(compute.OpTypeBitwiseOr))
	t.reduce[compute.OpTypeReduceBitwiseXor] = fold(0, xorOf[T], over(compute.OpTypeBitwiseXor))
}

// logicalFolds fills in the reductions of truth values, which are bits too.
func logicalFolds(t *loopTable) {
	over := func(op compute.OpType) binaryLoop { return t.binary[op].vv }
	t.reduce[compute.OpTypeReduceLogicalAnd] = fold[uint8](1, func(x []uint8) uint8 { return andOf(x) & 1 }, over(compute.OpTypeLogicalAnd))
	t.reduce[compute.OpTypeReduceLogicalOr] = fold(0, orOf[uint8], over(compute.OpTypeLogicalOr))
	t.reduce[compute.OpTypeReduceLogicalXor] = fold(0, xorOf[uint8], over(compute.OpTypeLogicalXor))
}

func andOf[T integer](x []T) T {
	r := ^T(0)
	for _, v := range x {
		r &= v
	}
	return r
}

func orOf[T integer](x []T) T {
	var r T
	for _, v := range x {
		r |= v
	}
	return r
}

func xorOf[T integer](x []T) T {
	var r T
	for _, v := range x {
		r ^= v
	}
	return r
}

func bytesOfValue[T any](v T) []byte {
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(&v)), unsafe.Sizeof(v))...)
}
