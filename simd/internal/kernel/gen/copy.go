package main

import (
	"fmt"

	asm "github.com/mmcloughlin/avo/operand"
)

// copyStrip writes the copy of narrow rows into a packed panel.
func copyStrip(v *vector) {
	begin(v.Context, "copyStrip"+v.set, stripSignature)
	v.Doc(fmt.Sprintf("copyStrip%s sets dst[r·ldd+c] = src[r·lds+c] for any rows and 1 to %d cols.", v.set, 2*v.lanes))
	v.group = 1
	dst, src := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())
	ldd, lds := v.Load(v.Param("ldd"), v.GP64()), v.Load(v.Param("lds"), v.GP64())
	rows, cols := v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64())
	zero, lanes := v.GP64(), v.GP64()
	v.XORQ(zero, zero)
	v.MOVQ(asm.U32(uint32(v.lanes)), lanes)
	left := v.tailMask(cols)
	v.SUBQ(lanes, cols)
	v.CMOVQLT(zero, cols)
	right := v.tailMask(cols)

	v.Label("loop")
	first, second := span{v, zero, left}, span{v, lanes, right}
	x, y := first.load(src), second.load(src)
	first.store(x, dst)
	second.store(y, dst)
	v.LEAQ(asm.Mem{Base: src, Index: lds, Scale: 4}, src)
	v.LEAQ(asm.Mem{Base: dst, Index: ldd, Scale: 4}, dst)
	v.DECQ(rows)
	v.JNZ(asm.LabelRef("loop"))
	v.VZEROUPPER()
	v.RET()
}
