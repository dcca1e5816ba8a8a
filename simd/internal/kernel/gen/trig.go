package main

import "math"

// trigLimit bounds the arguments that sin and cos reduce; they return greater
// ones as they are, for the caller to see and replace.
const trigLimit = 65536

// π/2 in three parts of float32, each the rounded rest of the one before.
var (
	halfPi1 = float64(float32(math.Pi / 2))
	halfPi2 = float64(float32(math.Pi/2 - halfPi1))
	halfPi3 = math.Pi/2 - halfPi1 - halfPi2 + 6.123233995736766e-17 // and what float64 lacks of π/2
)

// With s = r², sin(r) = r + r·s·sinTail(s) and cos(r) = 1 - s/2 + s²·cosTail(s)
// on |r| ≤ π/4.
var (
	sinTail = interpolate(func(s float64) float64 { r := math.Sqrt(s); return (math.Sin(r)/r - 1) / s }, 0, 0.63, 3)
	cosTail = interpolate(cosRest, 0, 0.63, 2)
)

// cosRest is (cos(√s)-1+s/2)/s², by its series near 0.
func cosRest(s float64) float64 {
	if s < 0.05 {
		return 1./24 - s/720 + s*s/40320 - s*s*s/3628800
	}
	return (math.Cos(math.Sqrt(s)) - 1 + s/2) / (s * s)
}

func sin(v *vector, x value) value { return quadrant(v, x, 0) }
func cos(v *vector, x value) value { return quadrant(v, x, 1) }

// quadrant returns sin(x + shift·π/2).
func quadrant(v *vector, x value, shift uint32) value {
	n := v.round(nearest, v.mul(x, v.constant(2/math.Pi)))
	r := v.fnma(n, v.constant(halfPi1), x)
	r = v.fnma(n, v.constant(halfPi2), r)
	r = v.fnma(n, v.constant(halfPi3), r)
	s := v.mul(r, r)
	odd := v.fma(v.mul(r, s), v.polynomial(s, sinTail), r)
	half := v.fnma(s, v.constant(0.5), v.constant(1))
	even := v.fma(v.mul(s, s), v.polynomial(s, cosTail), half)

	q := v.toInt(n)
	if shift > 0 {
		q = v.addInt(q, v.bits(shift))
	}
	useCos := v.testBit(q, 0)
	y := v.choose(useCos, even, odd)
	y = v.xor(y, v.shiftLeft(v.and(q, v.bits(2)), 30))
	return v.choose(v.compare(greater, v.abs(x), v.constant(trigLimit)), x, y)
}

// testBit tells where a bit of integers is set.
func (v *vector) testBit(a value, bit uint64) choice {
	top := v.shiftLeft(a, 31-bit)
	if v.neon != nil {
		return v.negative(top)
	}
	if v.wide() {
		out := make(choice, v.group)
		for i := range out {
			k := v.K()
			v.VPMOVD2M(top[i], k)
			out[i] = k
		}
		return out
	}
	out := make(choice, v.group)
	for i := range out {
		out[i] = top[i] // blends look at the top bit
	}
	return out
}
