package kernel_test

import (
	"math"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// binaries lists the functions of two operands with what they must return, bit
// for bit.
var binaries = []struct {
	name string
	vv   func(dst, a, b []float32)
	vs   func(dst, a []float32, s float32)
	sv   func(dst []float32, s float32, b []float32)
	want func(a, b float32) float32
}{
	{"Add", kernel.Add, kernel.AddS, nil, func(a, b float32) float32 { return a + b }},
	{"Sub", kernel.Sub, kernel.SubS, kernel.SubSV, func(a, b float32) float32 { return a - b }},
	{"Mul", kernel.Mul, kernel.MulS, nil, func(a, b float32) float32 { return a * b }},
	{"Div", kernel.Div, kernel.DivS, kernel.DivSV, func(a, b float32) float32 { return a / b }},
	{"Max", kernel.Max, kernel.MaxS, nil, func(a, b float32) float32 { return max(a, b) }},
	{"Min", kernel.Min, kernel.MinS, nil, func(a, b float32) float32 { return min(a, b) }},
	{"Pow", kernel.Pow, kernel.PowS, kernel.PowSV, func(a, b float32) float32 { return float32(math.Pow(float64(a), float64(b))) }},
}

// comparisons lists the comparisons likewise.
var comparisons = []struct {
	name string
	vv   func(dst []bool, a, b []float32)
	vs   func(dst []bool, a []float32, s float32)
	want func(a, b float32) bool
}{
	{"Equal", kernel.Equal, kernel.EqualS, func(a, b float32) bool { return a == b }},
	{"NotEqual", kernel.NotEqual, kernel.NotEqualS, func(a, b float32) bool { return a != b }},
	{"Less", kernel.Less, kernel.LessS, func(a, b float32) bool { return a < b }},
	{"LessEq", kernel.LessEq, kernel.LessEqS, func(a, b float32) bool { return a <= b }},
	{"Greater", kernel.Greater, kernel.GreaterS, func(a, b float32) bool { return a > b }},
	{"GreaterEq", kernel.GreaterEq, kernel.GreaterEqS, func(a, b float32) bool { return a >= b }},
}

// pairs returns every pair of some telling numbers.
func pairs() (a, b []float32) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	some := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 2, 3, -1.5, 0.5, 1e-40, -1e-45, math.MaxFloat32, inf, -inf, nan}
	for _, x := range some {
		for _, y := range some {
			a, b = append(a, x), append(b, y)
		}
	}
	return a, b
}

func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

func TestBinaryExact(t *testing.T) {
	a, b := pairs()
	got := make([]float32, len(a))
	atEveryLevel(t, func(t *testing.T) {
		for _, op := range binaries {
			op.vv(got, a, b)
			for i := range got {
				if want := op.want(a[i], b[i]); !same(got[i], want) {
					t.Errorf("%s(%g, %g) = %g, want %g", op.name, a[i], b[i], got[i], want)
				}
			}
			for i, s := range b {
				checkScalar(t, op.name, s, a[i], op.vs, op.sv, op.want)
			}
		}
	})
}

// checkScalar tries the forms with a scalar.
func checkScalar(t *testing.T, name string, s, x float32, vs func(dst, a []float32, s float32),
	sv func(dst []float32, s float32, b []float32), want func(a, b float32) float32) {
	t.Helper()
	v := []float32{0}
	if vs(v, []float32{x}, s); !same(v[0], want(x, s)) {
		t.Errorf("%sS(%g, %g) = %g, want %g", name, x, s, v[0], want(x, s))
	}
	if sv == nil {
		return
	}
	if sv(v, s, []float32{x}); !same(v[0], want(s, x)) {
		t.Errorf("%sSV(%g, %g) = %g, want %g", name, s, x, v[0], want(s, x))
	}
}

func TestBinaryTails(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, op := range binaries {
			checkTails(t, op.name, 2, func(dst []float32, in [][]float32) { op.vv(dst, in[0], in[1]) })
			checkTails(t, op.name+"S", 1, func(dst []float32, in [][]float32) { op.vs(dst, in[0], 1.5) })
			if op.sv != nil {
				checkTails(t, op.name+"SV", 1, func(dst []float32, in [][]float32) { op.sv(dst, 1.5, in[0]) })
			}
		}
	})
}

func TestComparisons(t *testing.T) {
	a, b := pairs()
	atEveryLevel(t, func(t *testing.T) {
		for _, op := range comparisons {
			for n := 0; n <= len(a); n++ {
				got := guardedBools(n)
				op.vv(got[1:n+1], a[:n], b[:n])
				for i := range n {
					if want := op.want(a[i], b[i]); got[i+1] != want {
						t.Fatalf("%s(%g, %g) = %v", op.name, a[i], b[i], got[i+1])
					}
				}
				checkGuards(t, op.name, got)
				op.vs(got[1:n+1], a[:n], 1)
				for i := range n {
					if want := op.want(a[i], 1); got[i+1] != want {
						t.Fatalf("%sS(%g, 1) = %v", op.name, a[i], got[i+1])
					}
				}
				checkGuards(t, op.name+"S", got)
			}
		}
	})
}

// guardedBools returns n+33 trues, of which all but [1, n] must stay.
func guardedBools(n int) []bool {
	b := make([]bool, n+33)
	for i := range b {
		b[i] = true
	}
	return b
}

func checkGuards(t *testing.T, name string, b []bool) {
	t.Helper()
	for i := len(b) - 32; i < len(b); i++ {
		if !b[i] || !b[0] {
			t.Fatalf("%s of %d elements wrote beyond dst", name, len(b)-33)
		}
	}
}

func TestSelect(t *testing.T) {
	x := arguments()
	cond := make([]bool, longest)
	for i := range cond {
		cond[i] = i%3 == 0 || i%7 == 1
	}
	pick := func(c bool, a, b float32) float32 {
		if c {
			return a
		}
		return b
	}
	atEveryLevel(t, func(t *testing.T) {
		for n := 0; n <= longest; n++ {
			a, b := x[:n], x[200:200+n]
			vv, vs, sv := make([]float32, n+1), make([]float32, n+1), make([]float32, n+1)
			vv[n], vs[n], sv[n] = guard, guard, guard
			kernel.Select(vv[:n], cond, a, b)
			kernel.SelectVS(vs[:n], cond, a, 7)
			kernel.SelectSV(sv[:n], cond, 7, b)
			for i := range n {
				if !same(vv[i], pick(cond[i], a[i], b[i])) || !same(vs[i], pick(cond[i], a[i], 7)) || !same(sv[i], pick(cond[i], 7, b[i])) {
					t.Fatalf("n = %d, element %d: got %g, %g, %g", n, i, vv[i], vs[i], sv[i])
				}
			}
			if vv[n] != guard || vs[n] != guard || sv[n] != guard {
				t.Fatalf("n = %d: wrote beyond dst", n)
			}
		}
	})
}
