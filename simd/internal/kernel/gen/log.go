package main

import (
	"math"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// logTail is (log(1+f) - f + f²/2)/f³ on f ∈ [-1/4, 1/2].
var logTail = interpolate(func(f float64) float64 {
	return (math.Log1p(f) - f + f*f/2) / (f * f * f)
}, -0.25, 0.5, 8)

// logParts returns e·ln2 + log(1+f).
func logParts(v *vector, e, f value) value {
	f2 := v.mul(f, f)
	y := v.mul(v.mul(f2, f), v.polynomial(f, logTail))
	y = v.fma(e, v.constant(ln2Lo), y)
	y = v.fnma(f2, v.constant(0.5), y)
	return v.fma(e, v.constant(ln2Hi), v.add(f, y))
}

// logarithm splits x = 2ᵉ·m with m ∈ [3/4, 3/2).
func logarithm(v *vector, x value) value {
	one := v.constant(1)
	if v.wide() {
		// Exponent and mantissa of 0, Inf and negative numbers are such
		// that the sum comes out as -Inf, Inf and NaN.
		m := v.mantissa(x)
		e := v.sub(v.exponent(x), v.exponent(m))
		return logParts(v, e, v.sub(m, one))
	}
	tiny := v.compare(less, x, v.bits(0x00800000))
	scaled := v.choose(tiny, v.mul(x, v.constant(1<<24)), x)
	e, m := v.split(scaled)
	e = v.sub(v.toFloat(e), v.choose(tiny, v.constant(24), v.constant(0)))
	return v.logLimits(x, x, logParts(v, e, v.sub(m, one)))
}

// log1p takes exponent e from u = 1+x, and f = (1+x)/2ᵉ - 1 from x itself,
// since u has lost the end of a small x.
func log1p(v *vector, x value) value {
	u := v.add(x, v.constant(1))
	var e value
	if v.wide() {
		e = v.sub(v.exponent(u), v.exponent(v.mantissa(u)))
	} else {
		whole, _ := v.split(u)
		e = v.toFloat(whole)
	}
	down := v.sub(v.constant(0), e)
	s := v.scale(v.constant(1), down)
	f := v.add(v.scale(x, down), v.sub(s, v.constant(1)))
	y := v.logLimits(x, u, logParts(v, e, f))
	return v.or(y, v.sign(x))
}

// logLimits replaces y by x for x = +Inf and by the logarithm's values where u
// is not above 0.
func (v *vector) logLimits(x, u, y value) value {
	inf, zero := v.constant(math.Inf(1)), v.constant(0)
	y = v.choose(v.compare(equal, x, inf), x, y)
	y = v.choose(v.compare(equal, u, zero), v.constant(math.Inf(-1)), y)
	return v.choose(v.compare(notGreaterEq, u, zero), v.bits(0x7fc00000), y)
}

// split returns e and m of 2ᵉ·m with m ∈ [3/4, 3/2), for normal positive x.
func (v *vector) split(x value) (e, m value) {
	e = v.shiftRight(v.subInt(x, v.constant(0.75)), 23)
	return e, v.subInt(x, v.shiftLeft(e, 23))
}

// exponent and mantissa split as split does, with AVX-512; negative numbers
// have a NaN mantissa.
func (v *vector) exponent(x value) value {
	return v.each(func(i int, d reg.VecVirtual) { v.VGETEXPPS(x[i], d) })
}

func (v *vector) mantissa(x value) value {
	const threeQuarters, nanIfNegative = 3, 2 << 2
	return v.each(func(i int, d reg.VecVirtual) { v.VGETMANTPS(asm.Imm(threeQuarters|nanIfNegative), x[i], d) })
}

// scalePower returns 2ⁿ for whole n of normal results.
func (v *vector) scalePower(n value) value {
	if v.wide() {
		return v.scale(v.constant(1), n)
	}
	return v.power(v.toInt(n))
}
