package kernel

// The loops of one level that are not portable Go. A nil entry means that the
// level has no loop of its own and the portable one runs.
type table struct {
	unary  [unaryOps]func(dst, src *float32, n int)
	binary [binaryOps]struct {
		vv     func(dst, a, b *float32, n int)
		vs, sv func(dst, a *float32, s float32, n int)
	}
	compare [compareOps]struct {
		vv func(dst *bool, a, b *float32, n int)
		vs func(dst *bool, a *float32, s float32, n int)
	}
	reduce [reduceOps]func(src *float32, n int) float32
	gemm   *gemmKernels
}

// tables is filled by the init functions of the architectures.
var tables [AVX512 + 1]table
