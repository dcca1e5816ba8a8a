package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/simd/internal/kernel"
)

// powers returns pairs whose powers are of every size: any positive number and
// an exponent that brings it somewhere between underflow and overflow, then
// numbers near 1 with large exponents, whole numbers, and anything.
func powers(n int) (a, b []float32) {
	rng := rand.New(rand.NewPCG(21, 0))
	for range n {
		x := math.Float32frombits(rng.Uint32() & 0x7f7fffff)
		y := float32((300*rng.Float64() - 160) / math.Log2(float64(x)))
		near := 1 + float32(rng.NormFloat64())/(1<<16)
		a = append(a, x, near, float32(rng.IntN(40)), math.Float32frombits(rng.Uint32()))
		b = append(b, y, float32(1e6*rng.NormFloat64()), float32(rng.IntN(9)-4), math.Float32frombits(rng.Uint32()))
	}
	return a, b
}

func TestPowWithinBounds(t *testing.T) {
	a, b := powers(1 << 17)
	got := make([]float32, len(a))
	atEveryLevel(t, func(t *testing.T) {
		kernel.Pow(got, a, b)
		w, at := 0.0, 0
		for i := range got {
			// The unit at half of the least number is that of the least number.
			if d := ulps(got[i], math.Pow(float64(a[i]), float64(b[i]))); d > w {
				w, at = d, i
			}
		}
		t.Logf("%.3f ulp at %g^%g", w, a[at], b[at])
		if w > 0.52 {
			t.Errorf("%g^%g = %g, want %g: %.3f ulp", a[at], b[at], got[at], math.Pow(float64(a[at]), float64(b[at])), w)
		}
	})
}

// TestPowOfWholeNumbers is exact where the result is a whole float32.
func TestPowOfWholeNumbers(t *testing.T) {
	atEveryLevel(t, func(t *testing.T) {
		for x := range 100 {
			for y := range 4 {
				a, b, got := []float32{float32(x)}, []float32{float32(y)}, []float32{0}
				want := float32(math.Pow(float64(x), float64(y)))
				if kernel.Pow(got, a, b); got[0] != want {
					t.Errorf("%d^%d = %g, want %g", x, y, got[0], want)
				}
			}
		}
	})
}

// TestPowWithScalars has the bits of the form with two vectors, but for the
// exponents that have loops of their own.
func TestPowWithScalars(t *testing.T) {
	a, b := powers(200)
	atEveryLevel(t, func(t *testing.T) {
		got, want, s := make([]float32, len(a)), make([]float32, len(a)), make([]float32, len(a))
		for _, v := range []float32{0.5, 3, -2.5, 0, -1.5, float32(math.Inf(1)), float32(math.NaN())} {
			for i := range s {
				s[i] = v
			}
			kernel.Pow(want, a, s)
			kernel.PowS(got, a, v)
			compareBits(t, "PowS", got, want)
			kernel.Pow(want, s, b)
			kernel.PowSV(got, v, b)
			compareBits(t, "PowSV", got, want)
		}
	})
}
