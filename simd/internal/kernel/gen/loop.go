package main

import (
	"slices"
	"strings"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A span is the place where a sweep over arrays stands: a group of registers'
// worth of elements, or one register of which only some lanes exist.
type span struct {
	v    *vector
	at   reg.Register // index of the first element
	mask reg.Virtual  // nil for all lanes
}

// sweep emits a loop over n elements: groups of unroll registers, then single
// registers under a mask. The body is emitted twice, with the group set to
// suit; whole leaves the second loop out, for a multiple of the group.
func (v *vector) sweep(label string, n reg.Register, unroll int, body func(s span)) {
	left := v.startSweep(label, n, unroll, body)
	v.group = 1
	v.Label(label + "_rest")
	v.TESTQ(left.n, left.n)
	v.JLE(asm.LabelRef(label + "_done"))
	body(span{v, left.at, v.tailMask(left.n)})
	v.ADDQ(asm.Imm(uint64(v.lanes)), left.at)
	v.SUBQ(asm.Imm(uint64(v.lanes)), left.n)
	v.JMP(asm.LabelRef(label + "_rest"))
	v.Label(label + "_done")
}

// remainder is where the whole groups of a sweep end.
type remainder struct{ n, at reg.Register }

// startSweep emits the loop over whole groups, and leaves off at label_rest.
func (v *vector) startSweep(label string, n reg.Register, unroll int, body func(s span)) remainder {
	v.group = unroll
	left := remainder{v.GP64(), v.GP64()}
	v.MOVQ(n, left.n)
	v.XORQ(left.at, left.at)
	step := uint32(unroll * v.lanes)
	v.Label(label)
	v.CMPQ(left.n, asm.U32(step))
	v.JL(asm.LabelRef(label + "_rest"))
	body(span{v: v, at: left.at})
	v.ADDQ(asm.U32(step), left.at)
	v.SUBQ(asm.U32(step), left.n)
	v.JMP(asm.LabelRef(label))
	return left
}

func (s span) floats(p reg.Register, i int) asm.Mem {
	return asm.Mem{Base: p, Index: s.at, Scale: 4, Disp: 4 * s.v.lanes * i}
}

// load reads the span of the array at p; lanes that do not exist are 0.
func (s span) load(p reg.Register) value {
	return s.v.each(func(i int, d reg.VecVirtual) {
		switch at := s.floats(p, i); {
		case s.mask == nil:
			s.v.VMOVUPS(at, d)
		case s.v.wide():
			s.v.VMOVUPS_Z(at, s.mask, d)
		default:
			s.v.VMASKMOVPS(at, s.mask, d)
		}
	})
}

// store writes the span of the array at p.
func (s span) store(x value, p reg.Register) {
	for i, r := range x {
		switch at := s.floats(p, i); {
		case s.mask == nil:
			s.v.VMOVUPS(r, at)
		case s.v.wide():
			s.v.VMOVUPS(r, s.mask, at)
		default:
			s.v.VMASKMOVPS(r, s.mask, at)
		}
	}
}

// orElse replaces lanes that do not exist.
func (s span) orElse(x, other value) value {
	if s.mask == nil {
		return x
	}
	return s.v.choose(slices.Repeat(choice{s.mask}, s.v.group), x, other)
}

// elementwise is a loop that computes arrays from arrays of the same length,
// and from scalars.
type elementwise struct {
	name    string
	doc     string
	out, in []string // parameters, arrays of float32; one may be both
	scalar  []string // parameters, float32
	unroll  int
	body    func(v *vector, in, scalar []value) []value
}

func (e *elementwise) write(v *vector) {
	if v.neon != nil {
		e.writeNEON(v.neon)
		return
	}
	begin(v.Context, e.name+v.set, e.signature())
	v.Doc(e.name + v.set + " " + e.doc)
	pointers := map[string]reg.Register{}
	for _, p := range e.arrays() {
		pointers[p] = v.Load(v.Param(p), v.GP64())
	}
	n := v.Load(v.Param("n"), v.GP64())
	v.group = e.unroll
	scalars := make([]value, len(e.scalar))
	for i, s := range e.scalar {
		scalars[i] = v.repeat(paramAddr(v, s))
	}
	v.sweep("loop", n, e.unroll, func(s span) {
		in := make([]value, len(e.in))
		for i, p := range e.in {
			in[i] = s.load(pointers[p])
		}
		for i, result := range e.body(v, in, scalars) {
			s.store(result, pointers[e.out[i]])
		}
	})
	v.VZEROUPPER()
	v.RET()
}

// arrays returns the parameters that are arrays, each once.
func (e *elementwise) arrays() []string {
	all := slices.Clone(e.out)
	for _, p := range e.in {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func (e *elementwise) signature() string {
	s := "func(" + strings.Join(e.arrays(), ", ") + " *float32, "
	if len(e.scalar) > 0 {
		s += strings.Join(e.scalar, ", ") + " float32, "
	}
	return s + "n int)"
}

func paramAddr(v *vector, name string) asm.Op {
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
		v.MOVQ(asm.I64(-1), ones)
		v.BZHIQ(n, ones, ones)
		v.KMOVW(ones.As32(), m)
		return m
	}
	// Eight lanes from a table of eight ones and eight zeros.
	base, at := v.GP64(), v.GP64()
	v.LEAQ(v.tailTable(), base)
	v.MOVQ(asm.U32(8), at)
	v.CMPQ(n, at)
	v.CMOVQLT(n, at)
	v.NEGQ(at)
	m := v.YMM()
	v.VMOVUPS(asm.Mem{Base: base, Index: at, Scale: 4, Disp: 32}, m)
	return m
}
