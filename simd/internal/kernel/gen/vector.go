package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector writes vector code for one instruction set. Functions are written
// once, in terms of its methods; every value is a group of registers that the
// same instruction is applied to, so that loops can be unrolled.
type vector struct {
	*build.Context
	set   string // "AVX2", "AVX512", "BF16" (AVX512 with AVX512_BF16) or "NEON"
	lanes int    // float32 per register
	group int    // registers per value
	known map[uint32]asm.Mem
	table asm.Mem // see tailTable
	ones  asm.Mem // see repeatBytes
	roots asm.Mem // see powers
	neon  *neon   // writes NEON code in place of the context
}

func newVector(ctx *build.Context, set string) *vector {
	v := &vector{Context: ctx, set: set, lanes: 8, group: 1, known: map[uint32]asm.Mem{}}
	if set == "AVX512" {
		v.lanes = 16
	}
	return v
}

func (v *vector) wide() bool { return v.set == "AVX512" || v.set == "BF16" }

// value is one register per member of the group.
type value []reg.VecVirtual

// choice is one comparison result per member: a mask register for AVX-512, a
// vector of all-zero or all-one lanes for AVX2.
type choice []reg.Virtual

// register allocates one vector register.
func (v *vector) register() reg.VecVirtual {
	switch v.lanes {
	case 16:
		return v.ZMM()
	case 8:
		return v.YMM()
	}
	return v.XMM()
}

// each makes a new value by calling f for every member.
func (v *vector) each(f func(i int, dst reg.VecVirtual)) value {
	out := make(value, v.group)
	for i := range out {
		out[i] = v.register()
		f(i, out[i])
	}
	return out
}

// constant returns x in all lanes: one register that the group shares.
func (v *vector) constant(x float64) value { return v.bits(math.Float32bits(float32(x))) }

// bits returns a bit pattern in all lanes.
func (v *vector) bits(b uint32) value {
	if v.neon != nil {
		return slices.Repeat(value{v.neon.constant(uint64(b)<<32 | uint64(b))}, v.group)
	}
	return v.repeat(v.static(b))
}

// repeat returns the value at an address in all lanes.
func (v *vector) repeat(at asm.Op) value {
	r := v.register()
	v.VBROADCASTSS(at, r)
	out := make(value, v.group)
	for i := range out {
		out[i] = r
	}
	return out
}

// static places four bytes in the file's data once.
func (v *vector) static(b uint32) asm.Mem {
	if at, ok := v.known[b]; ok {
		return at
	}
	at := v.StaticGlobal(fmt.Sprintf("bits%08x", b))
	v.DataAttributes(attr.RODATA | attr.NOPTR)
	v.AppendDatum(asm.U32(b))
	v.known[b] = at
	return at
}

type instruction func(ops ...asm.Op)

func (v *vector) two(op instruction, a, b value) value {
	return v.each(func(i int, d reg.VecVirtual) { op(b[i], a[i], d) })
}

// either applies an instruction of AVX or of NEON.
func (v *vector) either(op instruction, arm three, a, b value) value {
	if v.neon != nil {
		return v.neon.binary(arm, a, b)
	}
	return v.two(op, a, b)
}

func (v *vector) add(a, b value) value { return v.either(v.VADDPS, fadd, a, b) }
func (v *vector) sub(a, b value) value { return v.either(v.VSUBPS, fsub, a, b) }
func (v *vector) mul(a, b value) value { return v.either(v.VMULPS, fmul, a, b) }
func (v *vector) div(a, b value) value { return v.either(v.VDIVPS, fdiv, a, b) }

// powers places 2^(j/32) for j from 0 to 31.
func (v *vector) powers() asm.Mem {
	if v.roots.Symbol.Name == "" {
		v.roots = v.StaticGlobal("powers")
		v.DataAttributes(attr.RODATA | attr.NOPTR)
		for j := range 32 {
			v.AppendDatum(asm.F32(math.Exp2(float64(j) / 32)))
		}
	}
	return v.roots
}

// pick returns, of the 32 numbers in memory, those that the last five bits name.
func (v *vector) pick(table asm.Mem, bits value) value {
	low, high := v.register(), v.register()
	v.VMOVUPS(table, low)
	v.VMOVUPS(table.Offset(4*v.lanes), high)
	return v.each(func(i int, d reg.VecVirtual) {
		v.VMOVAPS(bits[i], d)
		v.VPERMI2PS(high, low, d)
	})
}

// min and max return b if either is NaN or both are zero; those of NEON, NaN
// if either is, and +0 above -0.
func (v *vector) min(a, b value) value { return v.either(v.VMINPS, fmin, a, b) }
func (v *vector) max(a, b value) value { return v.either(v.VMAXPS, fmax, a, b) }

func (v *vector) and(a, b value) value    { return v.either(v.VANDPS, band, a, b) }
func (v *vector) or(a, b value) value     { return v.either(v.VORPS, borr, a, b) }
func (v *vector) xor(a, b value) value    { return v.either(v.VXORPS, beor, a, b) }
func (v *vector) addInt(a, b value) value { return v.either(v.VPADDD, iadd, a, b) }
func (v *vector) subInt(a, b value) value { return v.either(v.VPSUBD, isub, a, b) }

func (v *vector) sqrt(a value) value {
	if v.neon != nil {
		return v.neon.unary(fsqrt, a)
	}
	return v.each(func(i int, d reg.VecVirtual) { v.VSQRTPS(a[i], d) })
}

func (v *vector) abs(a value) value {
	if v.neon != nil {
		return v.neon.unary(fabs, a)
	}
	return v.and(a, v.bits(0x7fffffff))
}

func (v *vector) sign(a value) value { return v.and(a, v.bits(0x80000000)) }

// fma returns a·b + c.
func (v *vector) fma(a, b, c value) value {
	if v.neon != nil {
		return v.neon.into(fmla, c, a, b)
	}
	return v.each(func(i int, d reg.VecVirtual) {
		v.VMOVAPS(c[i], d)
		v.VFMADD231PS(b[i], a[i], d)
	})
}

// fnma returns c - a·b.
func (v *vector) fnma(a, b, c value) value {
	if v.neon != nil {
		return v.neon.into(fmls, c, a, b)
	}
	return v.each(func(i int, d reg.VecVirtual) {
		v.VMOVAPS(c[i], d)
		v.VFNMADD231PS(b[i], a[i], d)
	})
}

// polynomial evaluates coefficients, lowest first, at x by Horner's rule.
func (v *vector) polynomial(x value, coefficients []float32) value {
	last := len(coefficients) - 1
	top := v.constant(float64(coefficients[last]))
	if v.neon != nil {
		p := top
		for i := last - 1; i >= 0; i-- {
			p = v.fma(p, x, v.constant(float64(coefficients[i])))
		}
		return p
	}
	p := v.each(func(i int, d reg.VecVirtual) { v.VMOVAPS(top[i], d) })
	for i := last - 1; i >= 0; i-- {
		c := v.constant(float64(coefficients[i]))
		for j := range p {
			v.VFMADD213PS(c[j], x[j], p[j])
		}
	}
	return p
}

// The rounding modes of round.
const (
	nearest = 8
	down    = 9
	up      = 10
)

// round rounds to a whole number.
func (v *vector) round(mode int, a value) value {
	if v.neon != nil {
		return v.neon.round(mode, a)
	}
	return v.each(func(i int, d reg.VecVirtual) {
		if v.wide() {
			v.VRNDSCALEPS(asm.Imm(uint64(mode)), a[i], d)
		} else {
			v.VROUNDPS(asm.Imm(uint64(mode)), a[i], d)
		}
	})
}

func (v *vector) toInt(a value) value {
	if v.neon != nil {
		return v.neon.unary(fcvtns, a)
	}
	return v.each(func(i int, d reg.VecVirtual) { v.VCVTPS2DQ(a[i], d) })
}

func (v *vector) toFloat(a value) value {
	if v.neon != nil {
		return v.neon.unary(scvtf, a)
	}
	return v.each(func(i int, d reg.VecVirtual) { v.VCVTDQ2PS(a[i], d) })
}

func (v *vector) shiftLeft(a value, n uint64) value {
	if v.neon != nil {
		return v.neon.shiftLeft(a, n)
	}
	return v.each(func(i int, d reg.VecVirtual) { v.VPSLLD(asm.Imm(n), a[i], d) })
}

// shiftRight keeps the sign.
func (v *vector) shiftRight(a value, n uint64) value {
	if v.neon != nil {
		return v.neon.shiftRight(a, n)
	}
	return v.each(func(i int, d reg.VecVirtual) { v.VPSRAD(asm.Imm(n), a[i], d) })
}

// The predicates of compare, false with NaN but for unequal, unordered, notLess and
// notGreaterEq.
const (
	equal     = 0x00
	less      = 0x11
	lessEq    = 0x12
	unordered = 0x03
	unequal   = 0x04
	greaterEq = 0x1d
	greater   = 0x1e
	notLess   = 0x15

	notGreaterEq = 0x19
)

func (v *vector) compare(predicate uint64, a, b value) choice {
	if v.neon != nil {
		return choices(v.neon.masks(predicate, a, b))
	}
	out := make(choice, v.group)
	for i := range out {
		if v.wide() {
			out[i] = v.K()
		} else {
			out[i] = v.register()
		}
		v.VCMPPS(asm.Imm(predicate), b[i], a[i], out[i])
	}
	return out
}

// negative tells the lanes whose sign is set.
func (v *vector) negative(a value) choice {
	if v.neon != nil {
		return choices(v.neon.unary(cmlt0, a))
	}
	out := make(choice, v.group)
	for i, r := range a {
		if out[i] = r; v.wide() { // else VBLENDVPS looks at the sign alone
			out[i] = v.K()
			v.VPMOVD2M(r, out[i])
		}
	}
	return out
}

// choose returns a where c holds, else b.
func (v *vector) choose(c choice, a, b value) value {
	if v.neon != nil {
		return v.neon.into(bsl, values(c), a, b)
	}
	return v.each(func(i int, d reg.VecVirtual) {
		if v.wide() {
			v.VBLENDMPS(a[i], b[i], c[i], d)
		} else {
			v.VBLENDVPS(c[i], a[i], b[i], d)
		}
	})
}

// scale returns a·2ⁿ for whole n in [-250, 250], rounding once.
func (v *vector) scale(a, n value) value {
	if v.wide() {
		return v.two(v.VSCALEFPS, a, n)
	}
	whole := v.toInt(n)
	half := v.shiftRight(whole, 1)
	return v.mul(v.mul(a, v.power(half)), v.power(v.subInt(whole, half)))
}

// power returns 2ⁿ for integers n of normal results.
func (v *vector) power(n value) value {
	return v.shiftLeft(v.addInt(n, v.bits(127)), 23)
}

// tailTable places the table that tailMask reads.
func (v *vector) tailTable() asm.Mem {
	if v.table.Symbol.Name == "" {
		v.table = v.table16("tail", 0xffffffff, 0)
	}
	return v.table
}

// table16 places eight times one pattern of bits, then eight times another.
func (v *vector) table16(name string, first, second uint32) asm.Mem {
	at := v.StaticGlobal(name)
	v.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		v.AppendDatum(asm.U32([]uint32{first, second}[i/8]))
	}
	return at
}
