package kernel

import "math"

// Axpy adds alpha·x[i] to dst[i], rounding once (a fused multiply-add).
func Axpy(dst []float32, alpha float32, x []float32) {
	x = x[:len(dst)]
	if f := tables[active].axpy; f != nil && len(dst) > 0 {
		f(&dst[0], &x[0], alpha, len(dst))
		return
	}
	for i, v := range x {
		dst[i] = fma(alpha, v, dst[i])
	}
}

// MulAdd sets dst[i] = a[i]·b[i] + c[i], rounding once.
func MulAdd(dst, a, b, c []float32) {
	a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
	if f := tables[active].mulAdd; f != nil && len(dst) > 0 {
		f(&dst[0], &a[0], &b[0], &c[0], len(dst))
		return
	}
	for i := range dst {
		dst[i] = fma(a[i], b[i], c[i])
	}
}

// fma returns x·y+z; the product of two float32 is exact in float64, so that
// at most the sum rounds twice.
func fma(x, y, z float32) float32 { return float32(math.FMA(float64(x), float64(y), float64(z))) }
