package main

import (
	"fmt"
	"math"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowRegisters is how many registers at a time a row is read; rows are short.
const rowRegisters = 2

// rowLoops writes the functions that normalise one row after another.
func rowLoops(v *vector) {
	layerNorm(v, false)
	layerNorm(v, true)
	softmax(v)
	sumRows(v)
	sumColumns(v)
}

// rows holds the state of a loop over rows.
type rows struct {
	dst, src, n, cols reg.Register
}

func (v *vector) startRows() rows {
	r := rows{v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64()),
		v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64())}
	v.Label("row")
	return r
}

func (v *vector) nextRow(r rows) {
	v.LEAQ(asm.Mem{Base: r.dst, Index: r.cols, Scale: 4}, r.dst)
	v.LEAQ(asm.Mem{Base: r.src, Index: r.cols, Scale: 4}, r.src)
	v.DECQ(r.n)
	v.JNZ(asm.LabelRef("row"))
	v.VZEROUPPER()
	v.RET()
}

// broadcast repeats the lowest lane for the widest group.
func (v *vector) broadcast(x reg.Register) value {
	v.group = rowRegisters
	return v.repeat(x)
}

func layerNorm(v *vector, affine bool) {
	name, arrays := "layerNorm", "dst, src"
	if affine {
		name, arrays = "layerNormAffine", "dst, src, gamma, beta"
	}
	begin(v.Context, name+v.set, "func("+arrays+" *float32, rows, cols int, eps float32)")
	v.Doc(name + v.set + " is the loop of LayerNorm.")
	var gamma, beta reg.Register
	if affine {
		gamma, beta = v.Load(v.Param("gamma"), v.GP64()), v.Load(v.Param("beta"), v.GP64())
	}
	r := v.startRows()
	mean := v.meanOf("mean", r, func(s span, acc value) value { return v.add(acc, s.load(r.src)) })
	variance := v.meanOf("variance", r, func(s span, acc value) value {
		d := s.orElse(v.sub(s.load(r.src), mean[:v.group]), v.constant(0))
		return v.fma(d, d, acc)
	})
	v.group = 1
	root := v.sqrt(v.add(variance[:1], v.repeat(paramAddr(v, "eps"))))
	scale := v.broadcast(v.div(v.constant(1)[:1], root)[0].AsX())
	v.sweep("normalise", r.cols, rowRegisters, func(s span) {
		y := v.mul(v.sub(s.load(r.src), mean[:v.group]), scale[:v.group])
		if affine {
			y = v.add(v.mul(y, s.load(gamma)), s.load(beta))
		}
		s.store(y, r.dst)
	})
	v.nextRow(r)
}

// meanOf sums over a row and divides by its length.
func (v *vector) meanOf(label string, r rows, body func(s span, acc value) value) value {
	acc := v.accumulate(label, r.cols, rowRegisters, 0, body)
	total := v.foldLanes(v.foldGroup(acc, (*vector).add), (*vector).add)
	n := v.XMM()
	v.VCVTSI2SSQ(r.cols, n, n)
	v.VDIVSS(n, total, total)
	return v.broadcast(total)
}

func softmax(v *vector) {
	begin(v.Context, "softmax"+v.set, "func(dst, src *float32, rows, cols int)")
	v.Doc("softmax" + v.set + " is the loop of Softmax.")
	r := v.startRows()
	lowest := math.Inf(-1)
	// A NaN that this maximum loses comes back with the sum.
	peaks := v.accumulate("peak", r.cols, rowRegisters, lowest, func(s span, acc value) value {
		return v.max(acc, s.orElse(s.load(r.src), v.constant(lowest)))
	})
	peak := v.broadcast(v.foldLanes(v.foldGroup(peaks, (*vector).max), (*vector).max))
	unroll := rowRegisters
	if !v.wide() {
		unroll = 1
	}
	sums := v.accumulate("exp", r.cols, unroll, 0, func(s span, acc value) value {
		e := exp(v, v.sub(s.load(r.src), peak[:v.group]))
		s.store(e, r.dst)
		return v.add(acc, s.orElse(e, v.constant(0)))
	})
	total := v.foldLanes(v.foldGroup(sums, (*vector).add), (*vector).add)
	one := v.XMM()
	v.VMOVSS(v.static(math.Float32bits(1)), one)
	v.VDIVSS(total, one, one)
	scale := v.broadcast(one)
	v.sweep("scale", r.cols, rowRegisters, func(s span) {
		s.store(v.mul(s.load(r.dst), scale[:v.group]), r.dst)
	})
	v.nextRow(r)
}

// sumRows adds each row in the order of the sum of a whole array.
func sumRows(v *vector) {
	begin(v.Context, "sumRows"+v.set, "func(dst, src *float32, rows, cols int)")
	v.Doc("sumRows" + v.set + " is the loop of SumRows.")
	r := v.startRows()
	acc := v.accumulate("sum", r.cols, sumRegisters, 0, func(s span, acc value) value {
		return v.add(acc, s.load(r.src))
	})
	total := v.foldLanes(v.foldGroup(acc, (*vector).add), (*vector).add)
	v.VMOVSS(total, asm.Mem{Base: r.dst})
	v.ADDQ(asm.Imm(4), r.dst)
	v.LEAQ(asm.Mem{Base: r.src, Index: r.cols, Scale: 4}, r.src)
	v.DECQ(r.n)
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
