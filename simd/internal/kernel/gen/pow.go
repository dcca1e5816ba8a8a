package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// powStep is how many elements one pass of the loop takes.
const powStep = 32

// powLoop writes a^b = 2^(b·log2 a) for positive finite a and finite b, in
// float64: the product may be 150 times as large as its error may be. n is a
// multiple of powStep.
func powLoop(v *vector) {
	begin(v.Context, "pow"+v.set, "func(dst, a, b *float32, n int)")
	v.Doc("pow" + v.set + " sets dst[i] = a[i]^b[i]; n is a multiple of 32.")
	dst, a, b := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("a"), v.GP64()), v.Load(v.Param("b"), v.GP64())
	n := v.Load(v.Param("n"), v.GP64())
	v.group = 4
	if !v.wide() {
		v.group = 2 // registers
	}
	d := doubles{v, map[uint64]asm.Mem{}}
	step := v.group * v.lanes / 2
	v.Label("loop")
	y := d.load(b)
	d.store(d.pow(d.load(a), y), dst)
	for _, p := range []reg.Register{dst, a, b} {
		v.ADDQ(asm.U32(uint32(4*step)), p)
	}
	v.SUBQ(asm.U32(uint32(step)), n)
	v.JG(asm.LabelRef("loop"))
	v.VZEROUPPER()
	v.RET()
}

// powNEON is powLoop for NEON.
func powNEON(n *neon) {
	n.function("powNEON", "func(dst, a, b *float32, n int)", "sets dst[i] = a[i]^b[i]; n is a multiple of 32.", 0, func() {
		dst, a, b, count := n.argument("dst"), n.argument("a"), n.argument("b"), n.argument("n")
		const group = 4 // registers of two float64
		n.vector.group = group
		d := doubles{vector: n.vector}
		n.label("loop")
		z := d.pow(n.loadDoubles(a), n.loadDoubles(b))
		for i := 0; i < group; i += 2 {
			n.two(fcvtn, z[i], z[i])
			n.two(fcvtn2, z[i], z[i+1])
			n.storeQ(z[i], dst, 8*i)
		}
		for _, p := range []string{dst, a, b} {
			n.go_("ADD $%d, %s", 8*group, p)
		}
		n.go_("SUBS $%d, %s", 2*group, count)
		n.jump("BGT", "loop")
		n.go_("RET")
	})
}

// loadDoubles converts float32.
func (n *neon) loadDoubles(p string) value {
	var x value
	for i := range n.vector.group / 2 {
		four, low, high := n.vector.register(), n.vector.register(), n.vector.register()
		n.loadQ(four, p, 16*i)
		n.two(fcvtl, low, four)
		n.two(fcvtl2, high, four)
		x = append(x, low, high)
	}
	return x
}

// doubles writes code for float64, half as many to a register.
type doubles struct {
	*vector
	placed map[uint64]asm.Mem
}

// pow returns a^b.
func (d doubles) pow(a, b value) value {
	t := d.either(d.VMULPD, fmul2, b, d.log2(a))
	t = d.either(d.VMAXPD, fmax2, t, d.constant(-200))
	t = d.either(d.VMINPD, fmin2, t, d.constant(200))
	return d.exp2(t)
}

// load converts float32.
func (d doubles) load(p reg.Register) value {
	return d.each(func(i int, r reg.VecVirtual) { d.VCVTPS2PD(asm.Mem{Base: p, Disp: 2 * d.lanes * i}, r) })
}

// store converts to float32.
func (d doubles) store(x value, p reg.Register) {
	for i, r := range x {
		at := asm.Mem{Base: p, Disp: 2 * d.lanes * i}
		if d.wide() {
			half := d.YMM()
			d.VCVTPD2PS(r, half)
			d.VMOVUPS(half, at)
			continue
		}
		half := d.XMM()
		d.VCVTPD2PSY(r, half)
		d.VMOVUPS(half, at)
	}
}

func (d doubles) constant(x float64) value { return d.bits(math.Float64bits(x)) }

// bits returns a pattern of 64 bits in all lanes: one register that the group
// shares.
func (d doubles) bits(b uint64) value {
	if d.neon != nil {
		return slices.Repeat(value{d.neon.constant(b)}, d.group)
	}
	at, ok := d.placed[b]
	if !ok {
		at = d.StaticGlobal(fmt.Sprintf("wide%016x", b))
		d.DataAttributes(attr.RODATA | attr.NOPTR)
		d.AppendDatum(asm.U64(b))
		d.placed[b] = at
	}
	r := d.register()
	d.VBROADCASTSD(at, r)
	out := make(value, d.group)
	for i := range out {
		out[i] = r
	}
	return out
}

// polynomial evaluates coefficients, lowest first, at x by Horner's rule.
func (d doubles) polynomial(x value, coefficients []float64) value {
	last := len(coefficients) - 1
	top := d.constant(coefficients[last])
	if d.neon != nil {
		p := top
		for i := last - 1; i >= 0; i-- {
			p = d.neon.into(fmla2, d.constant(coefficients[i]), p, x)
		}
		return p
	}
	p := d.each(func(i int, r reg.VecVirtual) { d.VMOVAPS(top[i], r) })
	for i := last - 1; i >= 0; i-- {
		c := d.constant(coefficients[i])
		for j := range p {
			d.VFMADD213PD(c[j], x[j], p[j])
		}
	}
	return p
}

// log2 writes x = 2^k·m with m ∈ [3/4, 3/2) and f = (m-1)/(m+1), |f| ≤ 1/5:
// log2 m = 2/ln2·(f + f³/3 + f⁵/5 + …), of which eight terms are exact to 2^-41.
func (d doubles) log2(x value) value {
	const bias = 1023 << 52
	u := d.either(d.VPSUBQ, isub2, x, d.bits(math.Float64bits(0.75)-bias)) // k + 1023 in the exponent
	m := d.either(d.VPSUBQ, isub2, x, d.either(d.VPSUBQ, isub2, d.either(d.VANDPD, band, u, d.bits(0xfff<<52)), d.bits(bias)))
	// 2^52 + k + 1023 has the exponent in its last bits.
	var k value
	if d.neon != nil {
		k = d.neon.unary(shr52, u)
	} else {
		k = d.each(func(i int, r reg.VecVirtual) { d.VPSRLQ(asm.Imm(52), u[i], r) })
	}
	k = d.either(d.VSUBPD, fsub2, d.either(d.VORPD, borr, k, d.constant(1<<52)), d.constant(1<<52+1023))
	one := d.constant(1)
	f := d.either(d.VDIVPD, fdiv2, d.either(d.VSUBPD, fsub2, m, one), d.either(d.VADDPD, fadd2, m, one))
	var series []float64
	for i := range 8 {
		series = append(series, 2/(math.Ln2*float64(2*i+1)))
	}
	p := d.polynomial(d.either(d.VMULPD, fmul2, f, f), series)
	if d.neon != nil {
		return d.neon.into(fmla2, k, p, f)
	}
	for i := range p {
		d.VFMADD213PD(k[i], f[i], p[i])
	}
	return p
}

// exp2 writes t = n + r with |r| ≤ 1/2: 2^r is a polynomial, and n is added to
// its exponent.
func (d doubles) exp2(t value) value {
	const whole = 1.5 * (1 << 52) // whose last place is 1
	q := d.either(d.VADDPD, fadd2, t, d.constant(whole))
	r := d.either(d.VSUBPD, fsub2, t, d.either(d.VSUBPD, fsub2, q, d.constant(whole)))
	series := []float64{1}
	for i := 1; i <= 9; i++ {
		series = append(series, series[i-1]*math.Ln2/float64(i))
	}
	p := d.polynomial(r, series)
	if d.neon != nil {
		return d.neon.binary(iadd2, p, d.neon.unary(shl52, q))
	}
	n := d.each(func(i int, r reg.VecVirtual) { d.VPSLLQ(asm.Imm(52), q[i], r) })
	return d.either(d.VPADDQ, iadd2, p, n)
}
