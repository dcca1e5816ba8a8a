package main

import (
	"fmt"
	"math"
	"slices"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowLoops writes the functions that normalise or sum row after row.
func rowLoops(v *vector) {
	layerNorm(v, false)
	layerNorm(v, true)
	softmax(v)
	sumRows(v)
	sumColumns(v)
}

// rows is a loop that takes a few rows at a time, one register of each, so
// that the sums across the lanes of one row overlap with those of the others.
// Where fewer rows are left, it repeats the last one.
type rows struct {
	*vector
	height   int
	src, dst []reg.Register
	n, cols  reg.Register
}

// startRows begins the loop; each pass over the rows is a call of pass.
func (v *vector) startRows(height int) *rows {
	r := &rows{vector: v, height: height}
	first := []reg.Register{v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())}
	r.n, r.cols = v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64())
	v.Label("row")
	r.dst, r.src = r.pointers(first[0]), r.pointers(first[1])
	return r
}

// pointers returns where the rows start, given the first.
func (r *rows) pointers(first reg.Register) []reg.Register {
	all := []reg.Register{first}
	for i := 1; i < r.height; i++ {
		p, next := r.GP64(), r.GP64()
		r.MOVQ(all[i-1], p)
		r.LEAQ(asm.Mem{Base: p, Index: r.cols, Scale: 4}, next)
		r.CMPQ(r.n, asm.Imm(uint64(i)))
		r.CMOVQGT(next, p)
		all = append(all, p)
	}
	return all
}

// end goes on to the next rows.
func (r *rows) end() {
	for _, ps := range [][]reg.Register{r.dst, r.src} {
		r.LEAQ(asm.Mem{Base: ps[r.height-1], Index: r.cols, Scale: 4}, ps[0])
	}
	r.SUBQ(asm.Imm(uint64(r.height)), r.n)
	r.JG(asm.LabelRef("row"))
	r.VZEROUPPER()
	r.RET()
}

// pass sweeps over the columns with a group of one register per row.
func (r *rows) pass(label string, body func(s span)) {
	r.sweep(label, r.cols, 1, func(s span) {
		r.group = r.height
		body(s)
	})
	r.group = r.height
}

// load reads the span of every row.
func (r *rows) load(s span, p []reg.Register) value {
	var all value
	r.group = 1
	for _, row := range p {
		all = append(all, s.load(row)[0])
	}
	r.group = r.height
	return all
}

// store writes the span of every row.
func (r *rows) store(s span, x value, p []reg.Register) {
	for i, row := range p {
		s.store(x[i:i+1], row)
	}
}

// fold sweeps over the rows and merges what the body returns into one number
// per row, in the lowest lane.
func (r *rows) fold(label string, identity float64, merge combine, body func(s span) value) value {
	r.group = r.height
	start := r.constant(identity)
	acc := r.each(func(i int, d reg.VecVirtual) { r.VMOVAPS(start[i], d) })
	r.pass(label, func(s span) {
		for i, x := range merge(r.vector, acc, s.orElse(body(s), r.constant(identity))) {
			r.VMOVAPS(x, acc[i])
		}
	})
	return r.foldLanes(acc, merge)
}

// spread repeats the lowest lane of every register.
func (r *rows) spread(x value) value {
	return r.each(func(i int, d reg.VecVirtual) { r.VBROADCASTSS(x[i].AsX(), d) })
}

// sum is fold with addition; what becomes of it stands in every lane. Dividing
// four lanes, of which one counts, takes a fraction of the time of sixteen.
func (r *rows) sum(label string, body func(s span) value, then func(sum value) value) value {
	low := narrower(r.fold(label, 0, (*vector).add, body), reg.VecVirtual.AsX)
	lanes := r.lanes
	r.lanes = 4
	low = then(low)
	r.lanes = lanes
	return r.spread(low)
}

// average divides by the number of columns.
func (r *rows) average(sum value) value {
	n := r.XMM()
	r.VCVTSI2SSQ(r.cols, n, n)
	return r.div(sum, r.repeat(n))
}

// rowsAtOnce suits the number of registers.
func rowsAtOnce(v *vector) int {
	if v.wide() {
		return 3
	}
	return 1
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
	r := v.startRows(rowsAtOnce(v))
	mean := r.sum("mean", func(s span) value { return r.load(s, r.src) }, r.average)
	scale := r.sum("variance", func(s span) value {
		d := v.sub(r.load(s, r.src), mean)
		return v.mul(d, d)
	}, func(sum value) value {
		return v.div(v.constant(1), v.sqrt(v.add(r.average(sum), v.repeat(paramAddr(v, "eps")))))
	})
	r.pass("normalise", func(s span) {
		y := v.mul(v.sub(r.load(s, r.src), mean), scale)
		if affine {
			y = v.add(v.mul(y, r.shared(s, gamma)), r.shared(s, beta))
		}
		r.store(s, y, r.dst)
	})
	r.end()
}

// shared reads the span of an array that all rows use.
func (r *rows) shared(s span, p reg.Register) value {
	r.group = 1
	one := s.load(p)[0]
	r.group = r.height
	return slices.Repeat(value{one}, r.height)
}

func softmax(v *vector) {
	begin(v.Context, "softmax"+v.set, "func(dst, src *float32, rows, cols int)")
	v.Doc("softmax" + v.set + " is the loop of Softmax.")
	r := v.startRows(rowsAtOnce(v))
	// A NaN that this maximum loses comes back with the sum.
	peak := r.spread(r.fold("peak", math.Inf(-1), (*vector).max, func(s span) value { return r.load(s, r.src) }))
	scale := r.sum("exp", func(s span) value {
		e := expDown(v, v.sub(r.load(s, r.src), peak))
		r.store(s, e, r.dst)
		return e
	}, func(sum value) value { return v.div(v.constant(1), sum) })
	r.pass("scale", func(s span) { r.store(s, v.mul(r.load(s, r.dst), scale), r.dst) })
	r.end()
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
