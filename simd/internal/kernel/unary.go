package kernel

type unaryOp int

const (
	absOp unaryOp = iota
	negOp
	signOp
	reluOp
	squareOp
	reciprocalOp
	sqrtOp
	rsqrtOp
	floorOp
	ceilOp
	roundOp
	expOp
	expm1Op
	logOp
	log1pOp
	tanhOp
	logisticOp
	siluOp
	erfOp
	sinOp
	cosOp
	unaryOps
)

// unary runs the active level's loop for op over dst and src.
func unary(op unaryOp, dst, src []float32) {
	src = src[:len(dst)]
	if len(dst) == 0 {
		return
	}
	if f := tables[active].unary[op]; f != nil {
		f(&dst[0], &src[0], len(dst))
		return
	}
	portableUnary[op](dst, src)
}

// Abs sets dst[i] = |src[i]|. Exact.
func Abs(dst, src []float32) { unary(absOp, dst, src) }

// Neg sets dst[i] = -src[i]. Exact.
func Neg(dst, src []float32) { unary(negOp, dst, src) }

// Sign sets dst[i] to -1, 0 or 1, the sign of src[i]; 0 for NaN. Exact.
func Sign(dst, src []float32) { unary(signOp, dst, src) }

// Relu sets dst[i] = max(src[i], 0); NaN stays NaN. Exact.
func Relu(dst, src []float32) { unary(reluOp, dst, src) }

// Square sets dst[i] = src[i]², correctly rounded.
func Square(dst, src []float32) { unary(squareOp, dst, src) }

// Reciprocal sets dst[i] = 1/src[i], correctly rounded.
func Reciprocal(dst, src []float32) { unary(reciprocalOp, dst, src) }

// Sqrt sets dst[i] = √src[i], correctly rounded.
func Sqrt(dst, src []float32) { unary(sqrtOp, dst, src) }

// Rsqrt sets dst[i] = 1/√src[i], within 2 ulp.
func Rsqrt(dst, src []float32) { unary(rsqrtOp, dst, src) }

// Floor sets dst[i] to the greatest whole number ≤ src[i]. Exact.
func Floor(dst, src []float32) { unary(floorOp, dst, src) }

// Ceil sets dst[i] to the least whole number ≥ src[i]. Exact.
func Ceil(dst, src []float32) { unary(ceilOp, dst, src) }

// Round sets dst[i] to the nearest whole number, halves to even. Exact.
func Round(dst, src []float32) { unary(roundOp, dst, src) }

// Exp sets dst[i] = exp(src[i]), within 2 ulp.
func Exp(dst, src []float32) { unary(expOp, dst, src) }

// Expm1 sets dst[i] = exp(src[i])-1, within 2 ulp.
func Expm1(dst, src []float32) { unary(expm1Op, dst, src) }

// Log sets dst[i] = ln(src[i]), within 2 ulp; -Inf for 0, NaN below.
func Log(dst, src []float32) { unary(logOp, dst, src) }

// Log1p sets dst[i] = ln(1+src[i]), within 2 ulp; -Inf for -1, NaN below.
func Log1p(dst, src []float32) { unary(log1pOp, dst, src) }

// Tanh sets dst[i] = tanh(src[i]), within 3 ulp.
func Tanh(dst, src []float32) { unary(tanhOp, dst, src) }

// Logistic sets dst[i] = 1/(1+exp(-src[i])), within 5 ulp.
func Logistic(dst, src []float32) { unary(logisticOp, dst, src) }

// SiLU sets dst[i] = src[i]/(1+exp(-src[i])), within 8 ulp or 1e-43; the limit
// at -Inf is written as NaN, as multiplying src[i] by its logistic gives it.
func SiLU(dst, src []float32) { unary(siluOp, dst, src) }

// Erf sets dst[i] = erf(src[i]), within 3 ulp.
func Erf(dst, src []float32) { unary(erfOp, dst, src) }
