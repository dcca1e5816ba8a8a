package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// unaries lists every function with its reference and its bound. Where less is
// not nil, it widens the bound, in absolute terms.
var unaries = []struct {
	name  string
	f     func(dst, src []float32)
	ref   func(float64) float64
	ulp   float64
	least float64 // absolute error always allowed
}{
	{"Abs", kernel.Abs, math.Abs, 0, 0},
	{"Neg", kernel.Neg, func(x float64) float64 { return -x }, 0, 0},
	{"Sign", kernel.Sign, sign, 0, 0},
	{"Relu", kernel.Relu, func(x float64) float64 { return max(x, 0) }, 0, 0},
	{"Square", kernel.Square, func(x float64) float64 { return x * x }, 0.5, 0},
	{"Reciprocal", kernel.Reciprocal, func(x float64) float64 { return 1 / x }, 0.5, 0},
	{"Sqrt", kernel.Sqrt, math.Sqrt, 0.5, 0},
	{"Rsqrt", kernel.Rsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 2, 0},
	{"Floor", kernel.Floor, math.Floor, 0, 0},
	{"Ceil", kernel.Ceil, math.Ceil, 0, 0},
	{"Round", kernel.Round, math.RoundToEven, 0, 0},
	{"Exp", kernel.Exp, math.Exp, 2, 0},
	{"Expm1", kernel.Expm1, math.Expm1, 2, 0},
	{"Log", kernel.Log, math.Log, 2, 0},
	{"Log1p", kernel.Log1p, math.Log1p, 2, 0},
	{"Tanh", kernel.Tanh, math.Tanh, 3, 0},
	{"Logistic", kernel.Logistic, logistic, 5, 0},
	{"SiLU", kernel.SiLU, func(x float64) float64 { return x * logistic(x) }, 8, 1e-43},
	{"Erf", kernel.Erf, math.Erf, 3, 0},
	{"Sin", kernel.Sin, math.Sin, 2, 0},
	{"Cos", kernel.Cos, math.Cos, 2, 0},
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func logistic(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	return math.Exp(x) / (1 + math.Exp(x))
}

// arguments returns special values, then numbers whose bits are random, then
// numbers of everyday size.
func arguments() []float32 {
	var x []float32
	for _, v := range []float32{0, 1e-45, 1e-40, 1.17549435e-38, 1e-20, 1e-8, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 87.3, 88.72283, 88.8, 103.9, 104, 65535, 65536, 65537, 1e6, 16777216, 1e20, math.MaxFloat32, float32(math.Inf(1)), math.Pi, math.Pi / 2} {
		x = append(x, v, -v, math.Nextafter32(v, 0), -math.Nextafter32(v, 0))
	}
	x = append(x, float32(math.NaN()), float32(math.Copysign(0, -1)))
	rng := rand.New(rand.NewPCG(7, 0))
	for range 1 << 16 {
		x = append(x, math.Float32frombits(rng.Uint32()), float32(rng.NormFloat64()), 20*float32(rng.NormFloat64()), 1e3*float32(rng.NormFloat64()))
	}
	return x
}

// ulps returns how far got is from want in units of the last place of want as
// a float32; 0 if they are the same, NaN included.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	switch {
	case got == w && (got != 0 || math.Signbit(float64(got)) == math.Signbit(want)):
		return 0
	case got != got && want != want:
		return 0
	case got != got || want != want || math.IsInf(float64(got), 0) && math.Abs(want) < math.MaxFloat32/2:
		return math.Inf(1)
	}
	_, e := math.Frexp(want)
	unit := math.Ldexp(1, max(e-24, -149))
	if math.IsInf(float64(w), 0) {
		want, unit = math.Copysign(math.MaxFloat32, want), math.Ldexp(1, 104)
	}
	if math.IsInf(float64(got), 0) {
		got = math.Float32frombits(math.Float32bits(got) - 1)
	}
	return math.Abs(float64(got)-want) / unit
}

func TestUnaryWithinBounds(t *testing.T) {
	x := arguments()
	got := make([]float32, len(x))
	atEveryLevel(t, func(t *testing.T) {
		for _, u := range unaries {
			u.f(got, x)
			worst, at := 0.0, 0
			for i, v := range x {
				want := u.ref(float64(v))
				if d := ulps(got[i], want); d > worst && !(math.Abs(float64(got[i])-want) <= u.least) {
					worst, at = d, i
				}
			}
			t.Logf("%-10s %.2f ulp at %g", u.name, worst, x[at])
			if worst > max(u.ulp, 0.5) {
				t.Errorf("%s(%g) = %g, want %g: %.2f ulp, bound %g", u.name, x[at], got[at], u.ref(float64(x[at])), worst, u.ulp)
			}
		}
	})
}

func TestUnaryTails(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for _, u := range unaries {
			checkTails(t, u.name, 1, func(dst []float32, in [][]float32) { u.f(dst, in[0]) })
		}
	})
}

// longest is the greatest length whose tails are tested: more than four
// registers of sixteen.
const longest = 65

// guard stands around the results; a loop that writes it writes too far.
const guard = float32(-12345)

// checkTails runs f at every length and alignment, with arrays of random
// numbers, and expects every element to have the bits it has when computed
// alone, nothing beyond dst to be written, and the same with dst an operand.
func checkTails(t *testing.T, name string, operands int, f func(dst []float32, in [][]float32)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 0))
	for n := 0; n <= longest; n++ {
		in := make([][]float32, operands)
		for k := range in {
			in[k] = normals(rng, n+3)[n%4%3:][:n]
		}
		want := make([]float32, n)
		for i := range want {
			one := make([][]float32, operands)
			for k := range one {
				one[k] = in[k][i : i+1]
			}
			f(want[i:i+1], one)
		}
		buffer := make([]float32, n+2*longest)
		for i := range buffer {
			buffer[i] = guard
		}
		dst := buffer[longest:][:n]
		f(dst, in)
		compareBits(t, name, dst, want)
		for i, v := range buffer {
			if (i < longest || i >= longest+n) && v != guard {
				t.Fatalf("%s of %d elements wrote element %d", name, n, i-longest)
			}
		}
		for k := range in {
			alias := append([][]float32(nil), in...)
			copy(dst, in[k])
			alias[k] = dst
			f(dst, alias)
			compareBits(t, name+" in place", dst, want)
		}
	}
}

func compareBits(t *testing.T, name string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) && (got[i] == got[i] || want[i] == want[i]) {
			t.Fatalf("%s of %d elements: element %d is %g, alone %g", name, len(want), i, got[i], want[i])
		}
	}
}
