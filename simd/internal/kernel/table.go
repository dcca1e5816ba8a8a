package kernel

// The loops of one level that are not portable Go. A nil entry means that the
// level has no loop of its own and the portable one runs. Lengths are above 0.
type table struct {
	unary     [unaryOps]func(dst, src *float32, n int)
	binary    [binaryOps]binaryLoops
	logic     logicLoops
	reduce    [reduceOps]func(src *float32, n int) float32
	rows      rowLoops
	strips    *stripKernels
	gemm      *gemmKernels
	bfloat16  *gemmKernels // nil where the processor lacks the instructions
	convert   func(dst *float32, src *uint32, n int)
	fill      func(dst *float32, s float32, n int)
	interpret func(ops *Op, rows, cols int)
	pow       func(dst, a, b *float32, n int) // of positive finite a and finite b; n divides by powGrain
}

type binaryLoops struct {
	vv     func(dst, a, b *float32, n int)
	vs, sv func(dst, a *float32, s float32, n int)
}

// logicLoops work on multiples of grain elements.
type logicLoops struct {
	grain   int
	compare [compareOps]struct {
		vv func(dst *bool, a, b *float32, n int)
		vs func(dst *bool, a *float32, s float32, n int)
	}
	vv func(dst *float32, cond *bool, a, b *float32, n int)
	vs func(dst *float32, cond *bool, a *float32, s float32, n int)
	sv func(dst *float32, cond *bool, s float32, b *float32, n int)
}

type rowLoops struct {
	sumRows    func(dst, src *float32, rows, cols int)
	sumColumns func(dst, src *float32, lds, rows, cols int)
}

// stripKernels move strips of a matrix: transpose takes up to height rows of
// src to columns of dst, copy up to width columns of src to columns of dst.
type stripKernels struct {
	height, width   int
	transpose, copy stripKernel
}

// A stripKernel moves rows × cols elements of src to dst.
type stripKernel func(dst *float32, ldd int, src *float32, lds int, rows, cols int)

// tables is filled by the init functions of the architectures.
var tables [NEON + 1]table
