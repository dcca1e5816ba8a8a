package npz

import "math"

// IEEE 754 binary16: a sign, five bits of exponent biased by 15, ten bits of
// fraction.
const (
	halfFraction = 10
	halfBias     = 15
	halfInf      = 0x7c00
)

// halfFloat returns the value of a half-precision number.
func halfFloat(bits uint16) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	exponent, fraction := int(bits>>halfFraction&31), float64(bits&(1<<halfFraction-1))
	switch exponent {
	case 0: // subnormal
		return sign * math.Ldexp(fraction, 1-halfBias-halfFraction)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(fraction+1<<halfFraction, exponent-halfBias-halfFraction)
}

// halfBits returns the nearest half-precision number, ties to even; what is too
// large becomes infinite.
func halfBits(x float64) uint16 {
	var sign uint16
	if math.Signbit(x) {
		sign = 1 << 15
	}
	switch x = math.Abs(x); {
	case math.IsNaN(x):
		return sign | halfInf | 1<<(halfFraction-1)
	case x >= 65520: // half a unit above the largest
		return sign | halfInf
	case x < 1.0/(1<<14): // subnormal; a result of 1024 is the smallest normal number
		return sign | uint16(math.RoundToEven(math.Ldexp(x, halfBias+halfFraction-1)))
	}
	fraction, exponent := math.Frexp(x) // x = fraction 2^exponent, fraction in [1/2, 1)
	rounded := math.RoundToEven(math.Ldexp(fraction, halfFraction+1))
	// A fraction that rounds up to 2048 carries into the exponent by addition.
	return sign | uint16((exponent-1+halfBias)<<halfFraction+int(rounded)-1<<halfFraction)
}
