package kernel

import "math"

// portableUnary holds the loops in Go. The transcendental ones round what
// package math computes in float64.
var portableUnary = [unaryOps]func(dst, src []float32){
	absOp:        mapped(func(x float64) float64 { return math.Abs(x) }),
	negOp:        each(func(x float32) float32 { return -x }),
	signOp:       each(sign),
	reluOp:       each(func(x float32) float32 { return max(x, 0) }),
	squareOp:     each(func(x float32) float32 { return x * x }),
	reciprocalOp: each(func(x float32) float32 { return 1 / x }),
	sqrtOp:       mapped(math.Sqrt),
	rsqrtOp:      mapped(func(x float64) float64 { return 1 / math.Sqrt(x) }),
	floorOp:      mapped(math.Floor),
	ceilOp:       mapped(math.Ceil),
	roundOp:      mapped(math.RoundToEven),
	expOp:        mapped(math.Exp),
	expm1Op:      mapped(math.Expm1),
	logOp:        mapped(math.Log),
	log1pOp:      mapped(math.Log1p),
	tanhOp:       mapped(math.Tanh),
	logisticOp:   mapped(logistic),
	siluOp:       mapped(func(x float64) float64 { return x * logistic(x) }),
	erfOp:        mapped(math.Erf),
	sinOp:        mapped(math.Sin),
	cosOp:        mapped(math.Cos),
}

func each(f func(float32) float32) func(dst, src []float32) {
	return func(dst, src []float32) {
		for i, x := range src {
			dst[i] = f(x)
		}
	}
}

func mapped(f func(float64) float64) func(dst, src []float32) {
	return func(dst, src []float32) {
		for i, x := range src {
			dst[i] = float32(f(float64(x)))
		}
	}
}

func sign(x float32) float32 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func logistic(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}
