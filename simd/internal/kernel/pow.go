package kernel

import "math"

// Pow sets dst[i] = a[i]^b[i], within 0.52 ulp, with the special cases of
// math.Pow.
func Pow(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for len(dst) > powBlock {
		powPart(dst[:powBlock], a, b)
		dst, a, b = dst[powBlock:], a[powBlock:], b[powBlock:]
	}
	powPart(dst, a, b)
}

// PowS sets dst[i] = a[i]^s. It has fast loops for s = 1, 2 and -1, which
// round correctly.
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
		var b [powBlock]float32
		repeat(b[:min(len(dst), powBlock)], s)
		for len(dst) > 0 {
			n := min(len(dst), powBlock)
			powPart(dst[:n], a, b[:])
			dst, a = dst[n:], a[n:]
		}
	}
}

// PowSV sets dst[i] = s^b[i], with the bits of [Pow].
func PowSV(dst []float32, s float32, b []float32) {
	b = b[:len(dst)]
	var a [powBlock]float32
	repeat(a[:min(len(dst), powBlock)], s)
	for len(dst) > 0 {
		n := min(len(dst), powBlock)
		powPart(dst[:n], a[:], b)
		dst, b = dst[n:], b[n:]
	}
}

func repeat(dst []float32, s float32) {
	for i := range dst {
		dst[i] = s
	}
}

const (
	// powBlock elements at once stay in the first-level cache.
	powBlock = 256
	// powGrain divides how many elements the active level's loop takes.
	powGrain = 32
)

// powPart is Pow of at most powBlock elements. The loop computes all of them,
// and those it cannot do are computed again one by one.
func powPart(dst, a, b []float32) {
	f, n := tables[active].pow, len(dst)
	if f == nil || n == 0 {
		for i := range dst {
			dst[i] = pow(a[i], b[i])
		}
		return
	}
	var x, y, z [powBlock]float32
	padded := (n + powGrain - 1) / powGrain * powGrain
	special := false
	for i := range n {
		x[i], y[i] = a[i], b[i]
		special = special || !ordinary(a[i], b[i])
	}
	f(&z[0], &x[0], &y[0], padded)
	if special {
		for i := range n {
			if !ordinary(x[i], y[i]) {
				z[i] = pow(x[i], y[i])
			}
		}
	}
	copy(dst, z[:n])
}

// ordinary reports whether the loops compute x^y: x is positive, and both are
// finite.
func ordinary(x, y float32) bool {
	return x > 0 && x <= math.MaxFloat32 && y-y == 0
}

// pow rounds what package math computes in float64.
func pow(x, y float32) float32 { return float32(math.Pow(float64(x), float64(y))) }
