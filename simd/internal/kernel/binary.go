package kernel

import "math"

type binaryOp int

const (
	addOp binaryOp = iota
	subOp
	mulOp
	divOp
	maxOp
	minOp
	binaryOps
)

// zip runs the active level's loop for op over two vectors.
func zip(op binaryOp, dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	if len(dst) == 0 {
		return
	}
	f := tables[active].binary[op].vv
	if f == nil {
		zipPortable(op, dst, a, b)
		return
	}
	for at := 0; at < len(dst); at += longestCall {
		zipPart(f, dst[at:], a[at:], b[at:])
	}
}

// longestCall is how many elements one call of an assembly loop works on where
// arrays may be long: the Go scheduler cannot interrupt it, so that a garbage
// collection waits for it.
const longestCall = 1 << 16

// zipPart calls the loop for the first part of the vectors. It is a function
// of its own because the scheduler gets its turn where a Go function begins.
//
//go:noinline
func zipPart(f func(dst, a, b *float32, n int), dst, a, b []float32) {
	f(&dst[0], &a[0], &b[0], min(longestCall, len(dst)))
}

// zipPortable has loops of its own for the commonest operations.
func zipPortable(op binaryOp, dst, a, b []float32) {
	switch op {
	case addOp:
		for i := range dst {
			dst[i] = a[i] + b[i]
		}
	case subOp:
		for i := range dst {
			dst[i] = a[i] - b[i]
		}
	case mulOp:
		for i := range dst {
			dst[i] = a[i] * b[i]
		}
	default:
		f := portableBinary[op]
		for i := range dst {
			dst[i] = f(a[i], b[i])
		}
	}
}

// zipVS runs the active level's loop for op over a vector and a scalar.
func zipVS(op binaryOp, dst, a []float32, s float32) {
	a = a[:len(dst)]
	if len(dst) == 0 {
		return
	}
	if f := tables[active].binary[op].vs; f != nil {
		f(&dst[0], &a[0], s, len(dst))
		return
	}
	f := portableBinary[op]
	for i := range dst {
		dst[i] = f(a[i], s)
	}
}

// zipSV runs the active level's loop for op over a scalar and a vector.
func zipSV(op binaryOp, dst []float32, s float32, b []float32) {
	b = b[:len(dst)]
	if len(dst) == 0 {
		return
	}
	if f := tables[active].binary[op].sv; f != nil {
		f(&dst[0], &b[0], s, len(dst))
		return
	}
	f := portableBinary[op]
	for i := range dst {
		dst[i] = f(s, b[i])
	}
}

// portableBinary holds the operations in Go.
var portableBinary = [binaryOps]func(a, b float32) float32{
	addOp: func(a, b float32) float32 { return a + b },
	subOp: func(a, b float32) float32 { return a - b },
	mulOp: func(a, b float32) float32 { return a * b },
	divOp: func(a, b float32) float32 { return a / b },
	maxOp: func(a, b float32) float32 { return max(a, b) },
	minOp: func(a, b float32) float32 { return min(a, b) },
}

// Add sets dst[i] = a[i] + b[i]. With dst = a it adds a row to an accumulator.
func Add(dst, a, b []float32) { zip(addOp, dst, a, b) }

// AddS sets dst[i] = a[i] + s.
func AddS(dst, a []float32, s float32) { zipVS(addOp, dst, a, s) }

// Sub sets dst[i] = a[i] - b[i].
func Sub(dst, a, b []float32) { zip(subOp, dst, a, b) }

// SubS sets dst[i] = a[i] - s.
func SubS(dst, a []float32, s float32) { zipVS(subOp, dst, a, s) }

// SubSV sets dst[i] = s - b[i].
func SubSV(dst []float32, s float32, b []float32) { zipSV(subOp, dst, s, b) }

// Mul sets dst[i] = a[i] * b[i].
func Mul(dst, a, b []float32) { zip(mulOp, dst, a, b) }

// MulS sets dst[i] = a[i] * s.
func MulS(dst, a []float32, s float32) { zipVS(mulOp, dst, a, s) }

// Div sets dst[i] = a[i] / b[i].
func Div(dst, a, b []float32) { zip(divOp, dst, a, b) }

// DivS sets dst[i] = a[i] / s.
func DivS(dst, a []float32, s float32) { zipVS(divOp, dst, a, s) }

// DivSV sets dst[i] = s / b[i].
func DivSV(dst []float32, s float32, b []float32) { zipSV(divOp, dst, s, b) }

// Max sets dst[i] = max(a[i], b[i]) as the builtin max does: NaN if either
// is NaN, and +0 above -0.
func Max(dst, a, b []float32) { zip(maxOp, dst, a, b) }

// MaxS sets dst[i] = max(a[i], s), with the rules of [Max].
func MaxS(dst, a []float32, s float32) {
	if math.Float32bits(s) == 0 {
		Relu(dst, a[:len(dst)])
		return
	}
	zipVS(maxOp, dst, a, s)
}

// Min sets dst[i] = min(a[i], b[i]) as the builtin min does: NaN if either
// is NaN, and -0 below +0.
func Min(dst, a, b []float32) { zip(minOp, dst, a, b) }

// MinS sets dst[i] = min(a[i], s), with the rules of [Min].
func MinS(dst, a []float32, s float32) { zipVS(minOp, dst, a, s) }
