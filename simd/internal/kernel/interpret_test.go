package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// interpreted lists the operations of programs with the function that does the same: a is
// the accumulator, b the operand, of which scalar forms take the first element.
var interpreted = []struct {
	code  kernel.Opcode
	plain func(dst, a, b []float32)
}{
	{kernel.OpLoad, func(dst, _, b []float32) { copy(dst, b) }},
	{kernel.OpLoadS, func(dst, _, b []float32) { kernel.Fill(dst, b[0]) }},
	{kernel.OpAdd, kernel.Add},
	{kernel.OpAddR, func(dst, a, b []float32) { kernel.Add(dst, b, a) }},
	{kernel.OpAddS, func(dst, a, b []float32) { kernel.AddS(dst, a, b[0]) }},
	{kernel.OpSub, kernel.Sub},
	{kernel.OpSubR, func(dst, a, b []float32) { kernel.Sub(dst, b, a) }},
	{kernel.OpSubS, func(dst, a, b []float32) { kernel.SubS(dst, a, b[0]) }},
	{kernel.OpSubSR, func(dst, a, b []float32) { kernel.SubSV(dst, b[0], a) }},
	{kernel.OpMul, kernel.Mul},
	{kernel.OpMulR, func(dst, a, b []float32) { kernel.Mul(dst, b, a) }},
	{kernel.OpMulS, func(dst, a, b []float32) { kernel.MulS(dst, a, b[0]) }},
	{kernel.OpDiv, kernel.Div},
	{kernel.OpDivR, func(dst, a, b []float32) { kernel.Div(dst, b, a) }},
	{kernel.OpDivS, func(dst, a, b []float32) { kernel.DivS(dst, a, b[0]) }},
	{kernel.OpDivSR, func(dst, a, b []float32) { kernel.DivSV(dst, b[0], a) }},
	{kernel.OpDouble, func(dst, a, _ []float32) { kernel.Add(dst, a, a) }},
	{kernel.OpSquare, func(dst, a, _ []float32) { kernel.Mul(dst, a, a) }},
	{kernel.OpNeg, func(dst, a, _ []float32) { kernel.Neg(dst, a) }},
	{kernel.OpSqrt, func(dst, a, _ []float32) { kernel.Sqrt(dst, a) }},
	{kernel.OpRelu, func(dst, a, _ []float32) { kernel.Relu(dst, a) }},
	{kernel.OpSign, func(dst, a, _ []float32) { kernel.Sign(dst, a) }},
	{kernel.OpStep, func(dst, a, _ []float32) {
		kernel.Sign(dst, a)
		kernel.AddS(dst, dst, 1)
		kernel.Sign(dst, dst)
	}},
}

// telling returns numbers among which are NaNs of several bits, infinities and zeros.
func telling(rng *rand.Rand, n int) []float32 {
	special := []uint32{0, 1 << 31, 0x7fc00000, 0xffc00001, 0x7fc12345, 0x7f800000, 0xff800000, 1, 0x80000001, 0x7f7fffff}
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
		if rng.IntN(3) == 0 {
			x[i] = math.Float32frombits(special[rng.IntN(len(special))])
		}
	}
	return x
}

// TestInterpretIsThePlainSequence runs random programs, on operands that repeat from row
// to row and on those that lie apart, and wants the bits of the single functions.
func TestInterpretIsThePlainSequence(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		if !kernel.Interprets() {
			t.Skip("this level has no Interpret")
		}
		rng := rand.New(rand.NewPCG(1, 2))
		for range 300 {
			rows, cols := 1+rng.IntN(4), kernel.Strip*(1+rng.IntN(3))
			results := [][]float32{make([]float32, rows*cols), make([]float32, rows*cols)}
			want := [][]float32{make([]float32, rows*cols), make([]float32, rows*cols)}
			var ops []kernel.Op
			acc := make([]float32, rows*cols)
			step := func(k, stride int, operand []float32) {
				op := interpreted[k]
				ops = append(ops, kernel.Op{Code: op.code, At: unsafe.Pointer(&operand[0]), Stride: 4 * stride})
				for r := range rows {
					at := acc[r*cols : (r+1)*cols]
					op.plain(at, at, operand[r*stride:][:cols])
				}
			}
			step(0, cols, telling(rng, rows*cols))
			for range 1 + rng.IntN(10) {
				stride := []int{0, 1, cols, cols + 7}[rng.IntN(4)]
				step(rng.IntN(len(interpreted)), stride, telling(rng, (rows-1)*stride+cols))
			}
			for i := range results {
				ops = append(ops, kernel.Op{Code: kernel.OpStore, At: unsafe.Pointer(&results[i][0]), Stride: 4 * cols})
				copy(want[i], acc)
				if i == 0 {
					step(2+rng.IntN(len(interpreted)-2), cols, telling(rng, rows*cols))
				}
			}
			kernel.Interpret(append(ops, kernel.Op{Code: kernel.OpEnd}), rows, cols)
			for i := range results {
				for k := range want[i] {
					if math.Float32bits(results[i][k]) != math.Float32bits(want[i][k]) {
						t.Fatalf("program %v, result %d, element %d of %d×%d: got %x, want %x", ops, i, k, rows, cols, math.Float32bits(results[i][k]), math.Float32bits(want[i][k]))
					}
				}
			}
		}
	})
}

// TestFill writes what it is given, and nothing else.
func TestFill(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for n := range 200 {
			got := make([]float32, n+1)
			kernel.Fill(got[:n], 3)
			for i, x := range got {
				if i < n && x != 3 || i == n && x != 0 {
					t.Fatalf("element %d of %d: got %v", i, n, x)
				}
			}
		}
	})
}
