package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd/internal/kernel"
)

// float32Loops are the loops of the type that the kernels are made for.
func float32Loops() *loopTable {
	t := floatLoops[float32]()
	for op, f := range map[compute.OpType]func(dst, a []float32){
		compute.OpTypeAbs: kernel.Abs, compute.OpTypeNeg: kernel.Neg, compute.OpTypeSign: kernel.Sign,
		compute.OpTypeCeil: kernel.Ceil, compute.OpTypeFloor: kernel.Floor, compute.OpTypeRound: kernel.Round,
		compute.OpTypeExp: kernel.Exp, compute.OpTypeExpm1: kernel.Expm1, compute.OpTypeLog: kernel.Log,
		compute.OpTypeLog1p: kernel.Log1p, compute.OpTypeSqrt: kernel.Sqrt, compute.OpTypeRsqrt: kernel.Rsqrt,
		compute.OpTypeSin: kernel.Sin, compute.OpTypeCos: kernel.Cos, compute.OpTypeTanh: kernel.Tanh,
		compute.OpTypeErf: kernel.Erf, compute.OpTypeLogistic: kernel.Logistic, opSiLU: kernel.SiLU,
	} {
		t.unary[op] = func(dst, a unsafe.Pointer, n int) { f(at[float32](dst, n), at[float32](a, n)) }
	}
	t.binary[compute.OpTypeAdd] = zip32(kernel.Add, kernel.AddS, mirrored(kernel.AddS))
	t.binary[compute.OpTypeMul] = zip32(kernel.Mul, kernel.MulS, mirrored(kernel.MulS))
	t.binary[compute.OpTypeMax] = zip32(kernel.Max, kernel.MaxS, mirrored(kernel.MaxS))
	t.binary[compute.OpTypeMin] = zip32(kernel.Min, kernel.MinS, mirrored(kernel.MinS))
	t.binary[compute.OpTypeSub] = zip32(kernel.Sub, kernel.SubS, kernel.SubSV)
	t.binary[compute.OpTypeDiv] = zip32(kernel.Div, kernel.DivS, kernel.DivSV)
	t.binary[compute.OpTypePow] = zip32(kernel.Pow, kernel.PowS, kernel.PowSV)
	t.binary[compute.OpTypeEqual] = compare32(kernel.Equal, kernel.EqualS, kernel.EqualS)
	t.binary[compute.OpTypeNotEqual] = compare32(kernel.NotEqual, kernel.NotEqualS, kernel.NotEqualS)
	t.binary[compute.OpTypeLessThan] = compare32(kernel.Less, kernel.LessS, kernel.GreaterS)
	t.binary[compute.OpTypeLessOrEqual] = compare32(kernel.LessEq, kernel.LessEqS, kernel.GreaterEqS)
	t.binary[compute.OpTypeGreaterThan] = compare32(kernel.Greater, kernel.GreaterS, kernel.LessS)
	t.binary[compute.OpTypeGreaterOrEqual] = compare32(kernel.GreaterEq, kernel.GreaterEqS, kernel.LessEqS)
	for op, r := range map[compute.OpType]struct {
		row  func([]float32) float32
		over func(dst, a, b []float32)
	}{
		compute.OpTypeReduceSum: {kernel.Sum, kernel.Add},
		compute.OpTypeReduceMax: {kernel.ReduceMax, kernel.Max},
		compute.OpTypeReduceMin: {kernel.ReduceMin, kernel.Min},
	} {
		loops := t.reduce[op]
		loops.row = func(dst, a unsafe.Pointer, n int) { *(*float32)(dst) = r.row(at[float32](a, n)) }
		loops.over = vector32(r.over)
		t.reduce[op] = loops
	}
	sums := t.reduce[compute.OpTypeReduceSum]
	sums.rows = func(dst, a unsafe.Pointer, rows, cols int) {
		kernel.SumRows(at[float32](dst, rows), at[float32](a, rows*cols), rows, cols)
	}
	sums.cols = func(dst, a unsafe.Pointer, rows, cols int) {
		kernel.SumColumns(at[float32](dst, cols), at[float32](a, rows*cols), cols, rows, cols)
	}
	t.reduce[compute.OpTypeReduceSum] = sums
	t.selects.vv = func(dst, cond, a, b unsafe.Pointer, n int) {
		kernel.Select(at[float32](dst, n), at[bool](cond, n), at[float32](a, n), at[float32](b, n))
	}
	t.selects.vs = func(dst, cond, a, b unsafe.Pointer, n int) {
		kernel.SelectVS(at[float32](dst, n), at[bool](cond, n), at[float32](a, n), *(*float32)(b))
	}
	t.selects.sv = func(dst, cond, a, b unsafe.Pointer, n int) {
		kernel.SelectSV(at[float32](dst, n), at[bool](cond, n), *(*float32)(a), at[float32](b, n))
	}
	return t
}

// The first step from random bits to uniform numbers has a kernel of its own.
func init() {
	tables[dtypes.Uint32].convert[dtypes.Float32] = func(dst, a unsafe.Pointer, n int) {
		kernel.FromUint32(at[float32](dst, n), at[uint32](a, n))
	}
}

func vector32(f func(dst, a, b []float32)) binaryLoop {
	return func(dst, a, b unsafe.Pointer, n int) {
		f(at[float32](dst, n), at[float32](a, n), at[float32](b, n))
	}
}

func zip32(vv func(dst, a, b []float32), vs func(dst, a []float32, s float32), sv func(dst []float32, s float32, b []float32)) binaryLoops {
	return binaryLoops{
		vv: vector32(vv),
		vs: func(dst, a, b unsafe.Pointer, n int) { vs(at[float32](dst, n), at[float32](a, n), *(*float32)(b)) },
		sv: func(dst, a, b unsafe.Pointer, n int) { sv(at[float32](dst, n), *(*float32)(a), at[float32](b, n)) },
	}
}

// mirrored puts the scalar of a commutative operation on the left.
func mirrored(vs func(dst, a []float32, s float32)) func(dst []float32, s float32, b []float32) {
	return func(dst []float32, s float32, b []float32) { vs(dst, b, s) }
}

// compare32 takes for a scalar on the left the mirrored comparison.
func compare32(vv func(dst []bool, a, b []float32), vs, mirror func(dst []bool, a []float32, s float32)) binaryLoops {
	return binaryLoops{
		vv: func(dst, a, b unsafe.Pointer, n int) { vv(at[bool](dst, n), at[float32](a, n), at[float32](b, n)) },
		vs: func(dst, a, b unsafe.Pointer, n int) { vs(at[bool](dst, n), at[float32](a, n), *(*float32)(b)) },
		sv: func(dst, a, b unsafe.Pointer, n int) { mirror(at[bool](dst, n), at[float32](b, n), *(*float32)(a)) },
	}
}
