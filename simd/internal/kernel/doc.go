// Package kernel holds the single-thread numeric loops of a CPU backend:
// float32 matrix multiplication, element-wise functions, reductions,
// transposition and random bits.
//
// Every function works on plain slices, takes any length (zero included) and
// any alignment, and allocates nothing. Element-wise functions write
// len(dst) values, need operands at least that long, and allow dst to be
// exactly one of its operands; slices that overlap otherwise are not allowed.
//
// Each loop exists up to four times: in portable Go, for AVX2 with FMA and for
// AVX-512 on amd64, and for NEON on arm64. [Choose] picks the level once for the process. The bits of a
// result depend on the level and on the operands' shape and values, never on
// alignment, on neighbouring elements, or on how work was divided among
// threads: cutting an element-wise call or a matrix product ([GemmArgs.RunTile])
// into pieces changes nothing.
//
// Where the processor has AVX512_BF16, matrix products can also round their operands to
// bfloat16 ([HasBFloat16]).
//
// Start reading at gemm.go for matrix products, at unary.go for how an
// element-wise function finds its loop, and at interpret.go for several
// element-wise operations at once. The assembly is generated: gen/ holds
// the generator, a module of its own.
package kernel

//go:generate go -C gen run . ..
