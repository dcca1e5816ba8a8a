package main

import (
	"math"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// combine merges a value into an accumulator.
type combine func(v *vector, acc, x value) value

// How many registers a reduction over a whole array keeps: enough to hide the
// latency of an addition, or as many as the mask registers of extremes allow.
const (
	sumRegisters     = 4
	extremeRegisters = 2
)

// reduction folds an array into a number.
type reduction struct {
	name     string
	doc      string
	in       []string
	identity float64
	unroll   int
	// merge takes an element of each array; fold takes partial results.
	merge func(v *vector, acc value, in []value) value
	fold  combine
}

var reductions = []reduction{
	{"sum", "returns the sum of src.", []string{"src"}, 0, sumRegisters,
		func(v *vector, acc value, in []value) value { return v.add(acc, in[0]) }, (*vector).add},
	{"reduceMax", "returns the greatest of src.", []string{"src"}, math.Inf(-1), extremeRegisters,
		func(v *vector, acc value, in []value) value { return maximum(v, acc, in[0]) }, maximum},
	{"reduceMin", "returns the least of src.", []string{"src"}, math.Inf(1), extremeRegisters,
		func(v *vector, acc value, in []value) value { return minimum(v, acc, in[0]) }, minimum},
}

func reduceLoops(v *vector) {
	for _, r := range reductions {
		r.write(v)
	}
}

func (r *reduction) write(v *vector) {
	if v.neon != nil {
		r.writeNEON(v.neon)
		return
	}
	e := elementwise{out: r.in}
	s := e.signature()
	begin(v.Context, r.name+v.set, s+" float32")
	v.Doc(r.name + v.set + " " + r.doc)
	pointers := make([]reg.Register, len(r.in))
	for i, p := range r.in {
		pointers[i] = v.Load(v.Param(p), v.GP64())
	}
	n := v.Load(v.Param("n"), v.GP64())
	acc := v.accumulate("loop", n, r.unroll, r.identity, func(s span, acc value) value {
		in := make([]value, len(pointers))
		for i, p := range pointers {
			in[i] = s.load(p)
			if r.identity != 0 {
				in[i] = s.orElse(in[i], v.constant(r.identity))
			}
		}
		return r.merge(v, acc, in)
	})
	total := v.foldLanes(v.foldGroup(acc, r.fold), r.fold)
	v.VMOVSS(total[0], returnAddr(v))
	v.VZEROUPPER()
	v.RET()
}

func returnAddr(v *vector) asm.Op {
	b, err := v.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// accumulate sweeps over n elements and returns the accumulators.
func (v *vector) accumulate(label string, n reg.Register, unroll int, identity float64, body func(s span, acc value) value) value {
	v.group = unroll
	start := v.constant(identity)
	acc := v.each(func(i int, d reg.VecVirtual) { v.VMOVAPS(start[i], d) })
	v.sweep(label, n, unroll, func(s span) {
		for i, r := range body(s, acc[:v.group]) {
			v.VMOVAPS(r, acc[i])
		}
	})
	return acc
}

// foldGroup merges the registers of a value pairwise into one.
func (v *vector) foldGroup(x value, f combine) value {
	for len(x) > 1 {
		half := len(x) / 2
		v.group = half
		x = f(v, x[:half], x[half:])
	}
	v.group = 1
	return x
}

// foldLanes merges the lanes of each register pairwise; the results are in the
// lowest lanes.
func (v *vector) foldLanes(x value, f combine) value {
	lanes := v.lanes
	defer func() { v.lanes = lanes }()
	if v.lanes == 16 {
		v.lanes = 8
		high := v.each(func(i int, d reg.VecVirtual) { v.VEXTRACTF64X4(asm.Imm(1), x[i], d) })
		x = f(v, narrower(x, reg.VecVirtual.AsY), high)
	}
	v.lanes = 4
	high := v.each(func(i int, d reg.VecVirtual) {
		if v.wide() {
			v.VEXTRACTF32X4(asm.Imm(1), x[i], d)
		} else {
			v.VEXTRACTF128(asm.Imm(1), x[i], d)
		}
	})
	x = f(v, narrower(x, reg.VecVirtual.AsX), high)
	for _, swap := range []uint64{0x4e, 0xb1} {
		x = f(v, x, v.each(func(i int, d reg.VecVirtual) { v.VPERMILPS(asm.Imm(swap), x[i], d) }))
	}
	return x
}

// narrower returns the low parts of registers.
func narrower(x value, part func(reg.VecVirtual) reg.Register) value {
	low := make(value, len(x))
	for i, r := range x {
		low[i] = part(r).(reg.VecVirtual)
	}
	return low
}
