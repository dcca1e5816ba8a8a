package kernel

import "math"

// Pow sets dst[i] = a[i]^b[i]: math.Pow in float64, rounded.
func Pow(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = pow(a[i], b[i])
	}
}

// PowS sets dst[i] = a[i]^s. It has fast loops for s = 1, 2 and -1, with the
// bits of [Pow].
func PowS(dst, a []float32, s float32) {
	a = a[:len(dst)]
	switch s {
	case 1:
		copy(dst, a)
	case 2:
		Square(dst, a)
	case -1:
		Reciprocal(dst, a)
	default:
		for i, x := range a {
			dst[i] = pow(x, s)
		}
	}
}

// PowSV sets dst[i] = s^b[i], with the bits of [Pow].
func PowSV(dst []float32, s float32, b []float32) {
	b = b[:len(dst)]
	for i, y := range b {
		dst[i] = pow(s, y)
	}
}

func pow(x, y float32) float32 { return float32(math.Pow(float64(x), float64(y))) }
