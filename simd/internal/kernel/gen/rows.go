package main

import (
	"fmt"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowLoops writes the functions that sum row after row.
func rowLoops(v *vector) {
	sumRows(v)
	sumColumns(v)
}

// sumRows adds each row in the order of the sum of a whole array.
func sumRows(v *vector) {
	begin(v.Context, "sumRows"+v.set, "func(dst, src *float32, rows, cols int)")
	v.Doc("sumRows" + v.set + " is the loop of SumRows.")
	dst, src := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())
	rows, cols := v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64())
	v.Label("row")
	acc := v.accumulate("sum", cols, sumRegisters, 0, func(s span, acc value) value {
		return v.add(acc, s.load(src))
	})
	total := v.foldLanes(v.foldGroup(acc, (*vector).add), (*vector).add)
	v.VMOVSS(total[0], asm.Mem{Base: dst})
	v.ADDQ(asm.Imm(4), dst)
	v.LEAQ(asm.Mem{Base: src, Index: cols, Scale: 4}, src)
	v.DECQ(rows)
	v.JNZ(asm.LabelRef("row"))
	v.VZEROUPPER()
	v.RET()
}

// sumColumns keeps the sums of a few columns in registers on the way down.
func sumColumns(v *vector) {
	begin(v.Context, "sumColumns"+v.set, "func(dst, src *float32, lds, rows, cols int)")
	v.Doc("sumColumns" + v.set + " is the loop of SumColumns.")
	dst, src := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())
	lds, rows := v.Load(v.Param("lds"), v.GP64()), v.Load(v.Param("rows"), v.GP64())
	v.sweep("columns", v.Load(v.Param("cols"), v.GP64()), sumRegisters, func(s span) {
		label := fmt.Sprintf("down%d", v.group)
		acc := v.each(func(_ int, d reg.VecVirtual) { v.VXORPS(d.AsX(), d.AsX(), d.AsX()) })
		p, left := v.GP64(), v.GP64()
		v.MOVQ(src, p)
		v.MOVQ(rows, left)
		v.Label(label)
		for i, x := range s.load(p) {
			v.VADDPS(x, acc[i], acc[i])
		}
		v.LEAQ(asm.Mem{Base: p, Index: lds, Scale: 4}, p)
		v.DECQ(left)
		v.JNZ(asm.LabelRef(label))
		s.store(acc, dst)
	})
	v.VZEROUPPER()
	v.RET()
}
