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
	if rows*cols == 0 {
		return
	}
	dst, src = dst[:rows*cols], src[:rows*cols]
	t := &tables[active].rows
	if t.layerNorm != nil {
		layerNormLoop(t, dst, src, gamma, beta, rows, cols, eps)
		return
	}
	for r := range rows {
		d, s := dst[r*cols:][:cols], src[r*cols:][:cols]
		layerNormRow(d, s, gamma, beta, eps)
	}
}

// layerNormLoop runs the loop that scales and shifts, if both are wanted, or
// else does the one that is wanted after the loop without.
func layerNormLoop(t *rowLoops, dst, src, gamma, beta []float32, rows, cols int, eps float32) {
	if gamma != nil && beta != nil {
		_, _ = gamma[cols-1], beta[cols-1]
		t.layerNormAffine(&dst[0], &src[0], &gamma[0], &beta[0], rows, cols, eps)
		return
	}
	t.layerNorm(&dst[0], &src[0], rows, cols, eps)
	for r := range rows {
		d := dst[r*cols:][:cols]
		if gamma != nil {
			Mul(d, d, gamma)
		}
		if beta != nil {
			Add(d, d, beta)
		}
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
	if rows*cols == 0 {
		return
	}
	dst, src = dst[:rows*cols], src[:rows*cols]
	if f := tables[active].rows.softmax; f != nil {
		f(&dst[0], &src[0], rows, cols)
		return
	}
	for r := range rows {
		d, s := dst[r*cols:][:cols], src[r*cols:][:cols]
		SubS(d, s, ReduceMax(s))
		Exp(d, d)
		MulS(d, d, 1/Sum(d))
	}
}
