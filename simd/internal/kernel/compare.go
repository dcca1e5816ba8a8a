package kernel

type compareOp int

const (
	equalOp compareOp = iota
	notEqualOp
	lessOp
	lessEqOp
	greaterOp
	greaterEqOp
	compareOps
)

// wholeGrains returns how many of n elements the active level's loops over
// bools can do.
func wholeGrains(n int) int {
	if grain := tables[active].logic.grain; grain > 0 {
		return n / grain * grain
	}
	return 0
}

func compare(op compareOp, dst []bool, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	done := wholeGrains(len(dst))
	if done > 0 {
		tables[active].logic.compare[op].vv(&dst[0], &a[0], &b[0], done)
	}
	f := portableCompare[op]
	for i := done; i < len(dst); i++ {
		dst[i] = f(a[i], b[i])
	}
}

func compareVS(op compareOp, dst []bool, a []float32, s float32) {
	a = a[:len(dst)]
	done := wholeGrains(len(dst))
	if done > 0 {
		tables[active].logic.compare[op].vs(&dst[0], &a[0], s, done)
	}
	f := portableCompare[op]
	for i := done; i < len(dst); i++ {
		dst[i] = f(a[i], s)
	}
}

// portableCompare holds the comparisons in Go.
var portableCompare = [compareOps]func(a, b float32) bool{
	equalOp:     func(a, b float32) bool { return a == b },
	notEqualOp:  func(a, b float32) bool { return a != b },
	lessOp:      func(a, b float32) bool { return a < b },
	lessEqOp:    func(a, b float32) bool { return a <= b },
	greaterOp:   func(a, b float32) bool { return a > b },
	greaterEqOp: func(a, b float32) bool { return a >= b },
}

// Equal sets dst[i] = a[i] == b[i]. Comparisons with NaN are false, here and
// below, but for [NotEqual]. A scalar on the left is the mirrored comparison
// with it on the right.
func Equal(dst []bool, a, b []float32) { compare(equalOp, dst, a, b) }

// EqualS sets dst[i] = a[i] == s.
func EqualS(dst []bool, a []float32, s float32) { compareVS(equalOp, dst, a, s) }

// NotEqual sets dst[i] = a[i] != b[i]; true with NaN.
func NotEqual(dst []bool, a, b []float32) { compare(notEqualOp, dst, a, b) }

// NotEqualS sets dst[i] = a[i] != s; true with NaN.
func NotEqualS(dst []bool, a []float32, s float32) { compareVS(notEqualOp, dst, a, s) }

// Less sets dst[i] = a[i] < b[i].
func Less(dst []bool, a, b []float32) { compare(lessOp, dst, a, b) }

// LessS sets dst[i] = a[i] < s.
func LessS(dst []bool, a []float32, s float32) { compareVS(lessOp, dst, a, s) }

// LessEq sets dst[i] = a[i] <= b[i].
func LessEq(dst []bool, a, b []float32) { compare(lessEqOp, dst, a, b) }

// LessEqS sets dst[i] = a[i] <= s.
func LessEqS(dst []bool, a []float32, s float32) { compareVS(lessEqOp, dst, a, s) }

// Greater sets dst[i] = a[i] > b[i].
func Greater(dst []bool, a, b []float32) { compare(greaterOp, dst, a, b) }

// GreaterS sets dst[i] = a[i] > s.
func GreaterS(dst []bool, a []float32, s float32) { compareVS(greaterOp, dst, a, s) }

// GreaterEq sets dst[i] = a[i] >= b[i].
func GreaterEq(dst []bool, a, b []float32) { compare(greaterEqOp, dst, a, b) }

// GreaterEqS sets dst[i] = a[i] >= s.
func GreaterEqS(dst []bool, a []float32, s float32) { compareVS(greaterEqOp, dst, a, s) }
