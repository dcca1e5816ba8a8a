package main

import (
	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// copyAVX512 writes the copy of narrow rows into a packed panel.
func copyAVX512(ctx *build.Context) {
	begin(ctx, "copyStripAVX512", stripSignature)
	ctx.Doc("copyStripAVX512 sets dst[r·ldd+c] = src[r·lds+c] for any rows and 1 to 32 cols.")
	dst, src := ctx.Load(ctx.Param("dst"), ctx.GP64()), ctx.Load(ctx.Param("src"), ctx.GP64())
	ldd, lds := ctx.Load(ctx.Param("ldd"), ctx.GP64()), ctx.Load(ctx.Param("lds"), ctx.GP64())
	rows, cols := ctx.Load(ctx.Param("rows"), ctx.GP64()), ctx.Load(ctx.Param("cols"), ctx.GP64())
	ctx.SHLQ(Imm(2), ldd)
	ctx.SHLQ(Imm(2), lds)
	left, right := ctx.K(), ctx.K()
	lowBits(ctx, cols, left)
	bits := ctx.GP64()
	ctx.MOVQ(I64(-1), bits)
	ctx.BZHIQ(cols, bits, bits)
	ctx.SHRQ(Imm(16), bits)
	ctx.KMOVW(bits.As32(), right)

	ctx.Label("loop")
	v, w := ctx.ZMM(), ctx.ZMM()
	ctx.VMOVUPS_Z(Mem{Base: src}, left, v)
	ctx.VMOVUPS_Z(Mem{Base: src, Disp: 64}, right, w)
	ctx.VMOVUPS(v, left, Mem{Base: dst})
	ctx.VMOVUPS(w, right, Mem{Base: dst, Disp: 64})
	ctx.ADDQ(lds, src)
	ctx.ADDQ(ldd, dst)
	ctx.DECQ(rows)
	ctx.JNZ(LabelRef("loop"))
	ctx.VZEROUPPER()
	ctx.RET()
}
