package kernel

// Sin sets dst[i] = sin(src[i]), within 2 ulp; NaN for ±Inf.
func Sin(dst, src []float32) { unary(sinOp, dst, src) }

// Cos sets dst[i] = cos(src[i]), within 2 ulp; NaN for ±Inf.
func Cos(dst, src []float32) { unary(cosOp, dst, src) }
