package main

import (
	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// convertLoop writes the conversion from unsigned integers. AVX2 converts only
// signed ones: there the halves of 16 bits are converted and added, which
// rounds once.
func convertLoop(v *vector) {
	begin(v.Context, "fromUint32"+v.set, "func(dst *float32, src *uint32, n int)")
	v.Doc("fromUint32" + v.set + " is the loop of FromUint32.")
	dst, src := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())
	v.sweep("loop", v.Load(v.Param("n"), v.GP64()), 2, func(s span) {
		x := s.load(src)
		if v.wide() {
			s.store(v.each(func(i int, d reg.VecVirtual) { v.VCVTUDQ2PS(x[i], d) }), dst)
			return
		}
		high := v.each(func(i int, d reg.VecVirtual) { v.VPSRLD(asm.Imm(16), x[i], d) })
		low := v.and(x, v.bits(0xffff))
		s.store(v.fma(v.toFloat(high), v.constant(65536), v.toFloat(low)), dst)
	})
	v.VZEROUPPER()
	v.RET()
}
