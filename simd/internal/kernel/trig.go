package kernel

import "math"

// Sin sets dst[i] = sin(src[i]), within 2 ulp; NaN for ±Inf.
func Sin(dst, src []float32) { trig(sinOp, math.Sin, dst, src) }

// Cos sets dst[i] = cos(src[i]), within 2 ulp; NaN for ±Inf.
func Cos(dst, src []float32) { trig(cosOp, math.Cos, dst, src) }

const (
	// trigLimit is the greatest argument that the vector loops reduce; they
	// copy greater ones.
	trigLimit = 65536
	// trigChunk elements stay in the first-level cache between the search
	// for great arguments and the loop.
	trigChunk = 2048
)

// trig runs the loop for op, and f for the few arguments it leaves as they are.
func trig(op unaryOp, f func(float64) float64, dst, src []float32) {
	src = src[:len(dst)]
	for len(dst) > 0 {
		n := min(trigChunk, len(dst))
		d, s := dst[:n], src[:n]
		dst, src = dst[n:], src[n:]
		great := !(ReduceMax(s) <= trigLimit && ReduceMin(s) >= -trigLimit)
		unary(op, d, s)
		if great {
			replaceGreat(f, d)
		}
	}
}

// replaceGreat sets y = f(y) where the loop copied: a sine is never that great.
func replaceGreat(f func(float64) float64, dst []float32) {
	for i, y := range dst {
		if y > trigLimit || y < -trigLimit {
			dst[i] = float32(f(float64(y)))
		}
	}
}
