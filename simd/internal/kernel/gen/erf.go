package main

import "math"

// Below 1, erf(x)/x is a polynomial in x²; above, erf(x) = 1 - exp(-q(x)),
// where q = -log(erfc) is nearly a parabola. From 4 on, erf is 1 in float32.
var (
	erfLow  = interpolate(func(s float64) float64 { return math.Erf(math.Sqrt(s)) / math.Sqrt(s) }, 0, 1, 7)
	erfHigh = interpolate(func(x float64) float64 { return -math.Log(math.Erfc(x)) }, 1, 4, 9)
)

func erf(v *vector, x value) value {
	a := v.min(v.constant(4), v.abs(x))
	one := v.constant(1)
	high := v.sub(one, exp(v, v.xor(v.polynomial(a, erfHigh), v.bits(0x80000000))))
	low := v.mul(a, v.polynomial(v.mul(a, a), erfLow))
	return v.or(v.choose(v.compare(less, a, one), low, high), v.sign(x))
}
