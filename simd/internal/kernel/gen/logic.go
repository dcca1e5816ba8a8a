package main

import (
	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// comparisons lists the predicates under their names in the package.
var comparisons = []struct {
	name      string
	predicate uint64
}{
	{"equal", equal}, {"notEqual", unequal}, {"less", less},
	{"lessEq", lessEq}, {"greater", greater}, {"greaterEq", greaterEq},
}

// logicLoops writes comparisons into bools, and selection by bools. AVX2 has
// no masks for bytes: there the loops stop at the last whole register and
// leave the rest to the caller.
func logicLoops(v *vector) {
	for _, c := range comparisons {
		begin(v.Context, c.name+"VV"+v.set, "func(dst *bool, a, b *float32, n int)")
		v.Doc(c.name + "VV" + v.set + " compares a[i] with b[i].")
		a, b := v.Load(v.Param("a"), v.GP64()), v.Load(v.Param("b"), v.GP64())
		v.bools("dst", func(s span) choice { return v.compare(c.predicate, s.load(a), s.load(b)) })

		begin(v.Context, c.name+"VS"+v.set, "func(dst *bool, a *float32, s float32, n int)")
		v.Doc(c.name + "VS" + v.set + " compares a[i] with s.")
		a = v.Load(v.Param("a"), v.GP64())
		v.group = 1
		scalar := v.repeat(paramAddr(v, "s"))
		v.bools("dst", func(s span) choice { return v.compare(c.predicate, s.load(a), scalar) })
	}
	selectLoop(v)
}

// bools finishes a function that writes a choice per element to dst.
func (v *vector) bools(dst string, body func(s span) choice) {
	p := v.Load(v.Param(dst), v.GP64())
	v.whole(func(s span) { s.storeBools(body(s), p) })
}

// whole sweeps over n single registers, masked at the end only with AVX-512,
// and returns.
func (v *vector) whole(body func(s span)) {
	n := v.Load(v.Param("n"), v.GP64())
	if v.wide() {
		v.sweep("loop", n, 1, body)
	} else {
		v.startSweep("loop", n, 1, body)
		v.Label("loop_rest")
	}
	v.VZEROUPPER()
	v.RET()
}

func (s span) bytes(p reg.Register) asm.Mem { return asm.Mem{Base: p, Index: s.at, Scale: 1} }

// storeBools writes one byte of 0 or 1 per lane.
func (s span) storeBools(c choice, p reg.Register) {
	v := s.v
	if v.wide() {
		ones := v.XMM()
		v.VMOVDQU8_Z(v.repeatBytes(), c[0], ones)
		if s.mask == nil {
			v.VMOVDQU8(ones, s.bytes(p))
		} else {
			v.VMOVDQU8(ones, s.mask, s.bytes(p))
		}
		return
	}
	low, high := c[0].(reg.VecVirtual).AsX(), v.XMM()
	v.VEXTRACTF128(asm.Imm(1), c[0], high)
	v.VPACKSSDW(high, low, high)
	v.VPACKSSWB(high, high, high)
	v.VPAND(v.repeatBytes(), high, high)
	v.VMOVQ(high, s.bytes(p))
}

// repeatBytes places sixteen bytes of 1.
func (v *vector) repeatBytes() asm.Mem {
	if v.ones.Symbol.Name == "" {
		v.ones = v.table16("ones", 0x01010101, 0x01010101)
	}
	return v.ones
}

// loadBools reads one byte per lane.
func (s span) loadBools(p reg.Register) choice {
	v := s.v
	wide := v.register()
	if !v.wide() {
		v.VPMOVZXBD(s.bytes(p), wide)
		zero := v.register()
		v.VPXOR(zero, zero, zero)
		v.VPCMPGTD(zero, wide, wide)
		return choice{wide}
	}
	if s.mask == nil {
		v.VPMOVZXBD(s.bytes(p), wide)
	} else {
		v.VPMOVZXBD_Z(s.bytes(p), s.mask, wide)
	}
	k := v.K()
	v.VPTESTMD(wide, wide, k)
	return choice{k}
}

func selectLoop(v *vector) {
	begin(v.Context, "select"+v.set, "func(dst *float32, cond *bool, a, b *float32, n int)")
	v.Doc("select" + v.set + " sets dst[i] to a[i] where cond[i], else to b[i].")
	dst, cond := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("cond"), v.GP64())
	a, b := v.Load(v.Param("a"), v.GP64()), v.Load(v.Param("b"), v.GP64())
	v.whole(func(s span) { s.store(v.choose(s.loadBools(cond), s.load(a), s.load(b)), dst) })

	begin(v.Context, "selectVS"+v.set, "func(dst *float32, cond *bool, a *float32, s float32, n int)")
	v.Doc("selectVS" + v.set + " sets dst[i] to a[i] where cond[i], else to s.")
	dst, cond = v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("cond"), v.GP64())
	a = v.Load(v.Param("a"), v.GP64())
	v.group = 1
	scalar := v.repeat(paramAddr(v, "s"))
	v.whole(func(s span) { s.store(v.choose(s.loadBools(cond), s.load(a), scalar), dst) })

	begin(v.Context, "selectSV"+v.set, "func(dst *float32, cond *bool, s float32, b *float32, n int)")
	v.Doc("selectSV" + v.set + " sets dst[i] to s where cond[i], else to b[i].")
	dst, cond = v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("cond"), v.GP64())
	b = v.Load(v.Param("b"), v.GP64())
	scalar = v.repeat(paramAddr(v, "s"))
	v.whole(func(s span) { s.store(v.choose(s.loadBools(cond), scalar, s.load(b)), dst) })
}
