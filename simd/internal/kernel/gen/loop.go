package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise is a loop that computes arrays from arrays of the same length,
// and from scalars.
type elementwise struct {
	name    string
	doc     string
	out, in []string // parameters, arrays of float32
	scalar  []string // parameters, float32
	unroll  int
	body    func(v *vector, in, scalar []value) []value
}

// write emits the loop: groups of registers first, then single registers under
// a mask that covers what is left.
func (e *elementwise) write(v *vector) {
	begin(v.Context, e.name+v.set, e.signature())
	v.Doc(e.name + v.set + " " + e.doc)
	pointers := map[string]reg.Register{}
	for _, p := range append(e.out, e.in...) {
		pointers[p] = v.Load(v.Param(p), v.GP64())
	}
	n, offset := v.Load(v.Param("n"), v.GP64()), v.GP64()
	v.XORQ(offset, offset)
	at := func(p string, i int) Mem {
		return Mem{Base: pointers[p], Index: offset, Scale: 1, Disp: 4 * v.lanes * i}
	}
	v.group = e.unroll
	scalars := make([]value, len(e.scalar))
	for i, s := range e.scalar {
		scalars[i] = v.repeat(paramAddr(v, s))
	}

	step := v.group * v.lanes
	v.Label("groups")
	v.CMPQ(n, U32(uint32(step)))
	v.JL(LabelRef("rest"))
	in := make([]value, len(e.in))
	for i, p := range e.in {
		in[i] = v.each(func(j int, d reg.VecVirtual) { v.VMOVUPS(at(p, j), d) })
	}
	for i, result := range e.body(v, in, scalars) {
		for j, r := range result {
			v.VMOVUPS(r, at(e.out[i], j))
		}
	}
	v.ADDQ(U32(uint32(4*step)), offset)
	v.SUBQ(U32(uint32(step)), n)
	v.JMP(LabelRef("groups"))

	v.group = 1
	v.Label("rest")
	v.TESTQ(n, n)
	v.JLE(LabelRef("done"))
	m := v.tailMask(n)
	for i, p := range e.in {
		in[i] = value{v.register()}
		v.maskedLoad(at(p, 0), m, in[i][0])
	}
	for i, result := range e.body(v, in, scalars) {
		v.maskedStore(result[0], m, at(e.out[i], 0))
	}
	v.ADDQ(U32(uint32(4*v.lanes)), offset)
	v.SUBQ(U32(uint32(v.lanes)), n)
	v.JMP(LabelRef("rest"))
	v.Label("done")
	v.VZEROUPPER()
	v.RET()
}

func (e *elementwise) signature() string {
	s := "func(" + strings.Join(append(e.out, e.in...), ", ") + " *float32, "
	if len(e.scalar) > 0 {
		s += strings.Join(e.scalar, ", ") + " float32, "
	}
	return s + "n int)"
}

func paramAddr(v *vector, name string) Op {
	b, err := v.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// tailMask returns the mask of the first n lanes, of all if n is greater.
func (v *vector) tailMask(n reg.Register) reg.Virtual {
	if v.wide() {
		m := v.K()
		ones := v.GP64()
		v.MOVQ(I64(-1), ones)
		v.BZHIQ(n, ones, ones)
		v.KMOVW(ones.As32(), m)
		return m
	}
	// Eight lanes from a table of eight ones and eight zeros.
	base, at := v.GP64(), v.GP64()
	v.LEAQ(v.tailTable(), base)
	v.MOVQ(U32(8), at)
	v.CMPQ(n, at)
	v.CMOVQLT(n, at)
	v.NEGQ(at)
	m := v.YMM()
	v.VMOVUPS(Mem{Base: base, Index: at, Scale: 4, Disp: 32}, m)
	return m
}

func (v *vector) maskedLoad(at Mem, m reg.Virtual, dst reg.VecVirtual) {
	if v.wide() {
		v.VMOVUPS_Z(at, m, dst)
	} else {
		v.VMASKMOVPS(at, m, dst)
	}
}

func (v *vector) maskedStore(src reg.VecVirtual, m reg.Virtual, at Mem) {
	if v.wide() {
		v.VMOVUPS(src, m, at)
	} else {
		v.VMASKMOVPS(src, m, at)
	}
}
