package simd

import (
	"math"
	"unsafe"

	"github.com/gomlx/compute"
)

// float64Loops are those of float64.
func float64Loops() *loopTable {
	t := floatLoops[float64]()
	t.unary[compute.OpTypeExp] = expLoop
	return t
}

// expLoop is the exponential function of float64, in place of a call of math.Exp for each
// element. With n the nearest integer to x/ln 2 and r = x - n·ln 2, it is 2ⁿ times the
// Taylor polynomial of exp at r, which is at most ln 2/2 in size. Its largest error is
// below one unit in the last place. Where 2ⁿ is no normal number, and for NaN, math.Exp
// answers.
func expLoop(dst, a unsafe.Pointer, n int) {
	const (
		upper = 708
		lower = -708
		shift = 3 << 51 // added and subtracted, it rounds to an integer
		// ln 2 in two parts: the first has zeros at its end, so that n times it is exact.
		high = 6.93147180369123816490e-01
		low  = 1.90821492927058770002e-10
	)
	d, s := at[float64](dst, n), at[float64](a, n)
	s = s[:len(d)]
	for i := range d {
		x := s[i]
		if !(x > lower && x < upper) {
			d[i] = math.Exp(x)
			continue
		}
		whole := x*math.Log2E + shift
		whole -= shift
		r := x - whole*high - whole*low
		r2 := r * r
		r4 := r2 * r2
		// The terms from the fourth power on, in pairs, so that they need not wait for one another.
		tail := 1./24 + r*(1./120) + r2*(1./720+r*(1./5040)) +
			r4*(1./40320+r*(1./362880)+r2*(1./3628800+r*(1./39916800))) + r4*r4*(1./479001600+r*(1./6227020800))
		exp := 1 + (r + (r2*(0.5+r*(1./6)) + r4*tail))
		d[i] = exp * math.Float64frombits(uint64(int64(whole)+1023)<<52)
	}
}
