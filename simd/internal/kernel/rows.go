package kernel

import "math"

// LayerNorm normalises each row of src [rows, cols] to zero mean and unit
// variance, then scales and shifts it:
//
//	dst = (src - mean) / sqrt(variance + eps) · gamma + beta
//
// gamma and beta are [cols], or nil for 1 and 0. Both passes over a row run
// while it is in the first-level cache. dst may be src.
func LayerNorm(dst, src, gamma, beta []float32, rows, cols int, eps float32) {
	for r := range rows {
		d, s := dst[r*cols:][:cols], src[r*cols:][:cols]
		layerNormRow(d, s, gamma, beta, eps)
	}
}

func layerNormRow(dst, src, gamma, beta []float32, eps float32) {
	n := float32(len(src))
	SubS(dst, src, Sum(src)/n)
	variance := SumSquares(dst) / n
	MulS(dst, dst, float32(1/math.Sqrt(float64(variance)+float64(eps))))
	if gamma != nil {
		Mul(dst, dst, gamma)
	}
	if beta != nil {
		Add(dst, dst, beta)
	}
}

// Softmax sets each row of dst [rows, cols] to exp(src - max) divided by its
// sum. dst may be src.
func Softmax(dst, src []float32, rows, cols int) {
	for r := range rows {
		d, s := dst[r*cols:][:cols], src[r*cols:][:cols]
		SubS(d, s, ReduceMax(s))
		Exp(d, d)
		MulS(d, d, 1/Sum(d))
	}
}
