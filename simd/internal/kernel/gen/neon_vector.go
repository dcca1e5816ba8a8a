package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/reg"
)

// three is an instruction of two operands and a result.
type three struct {
	word uint32
	text string
}

// The element-wise instructions on four lanes.
var (
	fadd  = three{0x4e20d400, "fadd v%d.4s, v%d.4s, v%d.4s"}
	fsub  = three{0x4ea0d400, "fsub v%d.4s, v%d.4s, v%d.4s"}
	fmul  = three{0x6e20dc00, "fmul v%d.4s, v%d.4s, v%d.4s"}
	fdiv  = three{0x6e20fc00, "fdiv v%d.4s, v%d.4s, v%d.4s"}
	fmax  = three{0x4e20f400, "fmax v%d.4s, v%d.4s, v%d.4s"}
	fmin  = three{0x4ea0f400, "fmin v%d.4s, v%d.4s, v%d.4s"}
	fmla  = three{0x4e20cc00, "fmla v%d.4s, v%d.4s, v%d.4s"}
	fmls  = three{0x4ea0cc00, "fmls v%d.4s, v%d.4s, v%d.4s"}
	fcmeq = three{0x4e20e400, "fcmeq v%d.4s, v%d.4s, v%d.4s"}
	fcmge = three{0x6e20e400, "fcmge v%d.4s, v%d.4s, v%d.4s"}
	fcmgt = three{0x6ea0e400, "fcmgt v%d.4s, v%d.4s, v%d.4s"}
	iadd  = three{0x4ea08400, "add v%d.4s, v%d.4s, v%d.4s"}
	isub  = three{0x6ea08400, "sub v%d.4s, v%d.4s, v%d.4s"}
	band  = three{0x4e201c00, "and v%d.16b, v%d.16b, v%d.16b"}
	borr  = three{0x4ea01c00, "orr v%d.16b, v%d.16b, v%d.16b"}
	beor  = three{0x6e201c00, "eor v%d.16b, v%d.16b, v%d.16b"}
	bic   = three{0x4e601c00, "bic v%d.16b, v%d.16b, v%d.16b"}
	bsl   = three{0x6e601c00, "bsl v%d.16b, v%d.16b, v%d.16b"}
	trn1  = three{0x4e802800, "trn1 v%d.4s, v%d.4s, v%d.4s"}
	trn2  = three{0x4e806800, "trn2 v%d.4s, v%d.4s, v%d.4s"}
	trn1d = three{0x4ec02800, "trn1 v%d.2d, v%d.2d, v%d.2d"}
	trn2d = three{0x4ec06800, "trn2 v%d.2d, v%d.2d, v%d.2d"}
	ext8  = three{0x6e004000, "ext v%d.16b, v%d.16b, v%d.16b, #8"}
)

// The same on two lanes of float64 or of integers.
var (
	fadd2 = three{0x4e60d400, "fadd v%d.2d, v%d.2d, v%d.2d"}
	fsub2 = three{0x4ee0d400, "fsub v%d.2d, v%d.2d, v%d.2d"}
	fmul2 = three{0x6e60dc00, "fmul v%d.2d, v%d.2d, v%d.2d"}
	fdiv2 = three{0x6e60fc00, "fdiv v%d.2d, v%d.2d, v%d.2d"}
	fmax2 = three{0x4e60f400, "fmax v%d.2d, v%d.2d, v%d.2d"}
	fmin2 = three{0x4ee0f400, "fmin v%d.2d, v%d.2d, v%d.2d"}
	fmla2 = three{0x4e60cc00, "fmla v%d.2d, v%d.2d, v%d.2d"}
	iadd2 = three{0x4ee08400, "add v%d.2d, v%d.2d, v%d.2d"}
	isub2 = three{0x6ee08400, "sub v%d.2d, v%d.2d, v%d.2d"}
)

// two is an instruction of one operand and a result.
type two struct {
	word uint32
	text string
}

var (
	fsqrt  = two{0x6ea1f800, "fsqrt v%d.4s, v%d.4s"}
	fabs   = two{0x4ea0f800, "fabs v%d.4s, v%d.4s"}
	frintn = two{0x4e218800, "frintn v%d.4s, v%d.4s"}
	frintm = two{0x4e219800, "frintm v%d.4s, v%d.4s"}
	frintp = two{0x4ea18800, "frintp v%d.4s, v%d.4s"}
	fcvtns = two{0x4e21a800, "fcvtns v%d.4s, v%d.4s"}
	scvtf  = two{0x4e21d800, "scvtf v%d.4s, v%d.4s"}
	ucvtf  = two{0x6e21d800, "ucvtf v%d.4s, v%d.4s"}
	mvn    = two{0x6e205800, "mvn v%d.16b, v%d.16b"}
	cmlt0  = two{0x4ea0a800, "cmlt v%d.4s, v%d.4s, #0"}
	rev64  = two{0x4ea00800, "rev64 v%d.4s, v%d.4s"}
	dup0   = two{0x4e040400, "dup v%d.4s, v%d.s[0]"}
	xtn4   = two{0x0e612800, "xtn v%d.4h, v%d.4s"}
	xtn8   = two{0x0e212800, "xtn v%d.8b, v%d.8h"}
	uxtl8  = two{0x2f08a400, "uxtl v%d.8h, v%d.8b"}
	uxtl4  = two{0x2f10a400, "uxtl v%d.4s, v%d.4h"}
	shr52  = two{0x6f4c0400, "ushr v%d.2d, v%d.2d, #52"}
	shl52  = two{0x4f745400, "shl v%d.2d, v%d.2d, #52"}
	fcvtl  = two{0x0e617800, "fcvtl v%d.2d, v%d.2s"}
	fcvtl2 = two{0x4e617800, "fcvtl2 v%d.2d, v%d.4s"}
	fcvtn  = two{0x0e616800, "fcvtn v%d.2s, v%d.2d"}
	fcvtn2 = two{0x4e616800, "fcvtn2 v%d.4s, v%d.2d"}
	cmgt0  = two{0x4ea08800, "cmgt v%d.4s, v%d.4s, #0"}
)

func (n *neon) three(o three, d, a, b reg.VecVirtual) { n.op(o.word, o.text, d, a, b) }
func (n *neon) two(o two, d, a reg.VecVirtual)        { n.op(o.word, o.text, d, a) }

// binary applies an instruction of two operands to a group.
func (n *neon) binary(o three, a, b value) value {
	return n.vector.each(func(i int, d reg.VecVirtual) { n.three(o, d, a[i], b[i]) })
}

// unary applies an instruction of one operand to a group.
func (n *neon) unary(o two, a value) value {
	return n.vector.each(func(i int, d reg.VecVirtual) { n.two(o, d, a[i]) })
}

// into applies an instruction that also reads its result, which begins as c.
func (n *neon) into(o three, c, a, b value) value {
	return n.vector.each(func(i int, d reg.VecVirtual) {
		n.move(d, c[i])
		n.three(o, d, a[i], b[i])
	})
}

// shift adds a shift by a number that is encoded as code.
func (n *neon) shift(name string, word uint32, a value, by, code uint64) value {
	return n.vector.each(func(i int, d reg.VecVirtual) {
		n.op(word|uint32(code)<<16, fmt.Sprintf("%s v%%d.4s, v%%d.4s, #%d", name, by), d, a[i])
	})
}

func (n *neon) shiftLeft(a value, by uint64) value { return n.shift("shl", 0x4f005400, a, by, 32+by) }

func (n *neon) shiftRight(a value, by uint64) value {
	return n.shift("sshr", 0x4f000400, a, by, 64-by)
}

func (n *neon) round(mode int, a value) value {
	return n.unary(map[int]two{nearest: frintn, down: frintm, up: frintp}[mode], a)
}

// masks compares: a choice is all-zero or all-one lanes.
func (n *neon) masks(predicate uint64, a, b value) value {
	switch predicate {
	case equal:
		return n.binary(fcmeq, a, b)
	case unequal:
		return n.unary(mvn, n.binary(fcmeq, a, b))
	case less:
		return n.binary(fcmgt, b, a)
	case lessEq:
		return n.binary(fcmge, b, a)
	case greater:
		return n.binary(fcmgt, a, b)
	case greaterEq:
		return n.binary(fcmge, a, b)
	case notGreaterEq:
		return n.unary(mvn, n.binary(fcmge, a, b))
	}
	panic("a predicate that NEON lacks")
}

// choices makes a choice of a value, and values of a choice.
func choices(x value) choice {
	c := make(choice, len(x))
	for i, r := range x {
		c[i] = r
	}
	return c
}

func values(c choice) value {
	x := make(value, len(c))
	for i, r := range c {
		x[i] = r.(reg.VecVirtual)
	}
	return x
}

// zero clears a new group.
func (n *neon) zero() value {
	return n.vector.each(func(_ int, d reg.VecVirtual) { n.op(0x6f00e400, "movi v%d.2d, #0x0", d) })
}

// scalar returns an argument in all lanes.
func (n *neon) scalar(name string) value {
	r := n.argument(name)
	d := n.vector.register()
	n.op(0x4e040c00|number(r)<<5, fmt.Sprintf("dup v%%d.4s, w%d", number(r)), d)
	out := make(value, n.vector.group)
	for i := range out {
		out[i] = d
	}
	return out
}

// address is the text of a register plus an offset in bytes.
func address(base string, offset int) string {
	if offset == 0 {
		return fmt.Sprintf("[x%d]", number(base))
	}
	return fmt.Sprintf("[x%d, #%d]", number(base), offset)
}

// at adds a load or a store of size bytes.
func (n *neon) at(word uint32, name string, size int, r reg.VecVirtual, base string, offset int) {
	n.op(word|number(base)<<5|uint32(offset/size)<<10, name+"%d, "+address(base, offset), r)
}

func (n *neon) loadQ(d reg.VecVirtual, base string, offset int) {
	n.at(0x3dc00000, "ldr q", 16, d, base, offset)
}

func (n *neon) storeQ(r reg.VecVirtual, base string, offset int) {
	n.at(0x3d800000, "str q", 16, r, base, offset)
}

func (n *neon) loadS(d reg.VecVirtual, base string, offset int) {
	n.at(0xbd400000, "ldr s", 4, d, base, offset)
}

func (n *neon) storeS(r reg.VecVirtual, base string, offset int) {
	n.at(0xbd000000, "str s", 4, r, base, offset)
}

// pair adds a load or a store of two whole registers.
func (n *neon) pair(word uint32, name string, a, b reg.VecVirtual, base string, offset int) {
	n.place(word|number(base)<<5|uint32(offset/16)&0x7f<<15, name+" q%d, q%d, "+address(base, offset), []int{0, 10}, a, b)
}

// loadAll and storeAll move a group of whole registers, in pairs.
func (n *neon) loadAll(base string) value {
	x := make(value, n.vector.group)
	for i := range x {
		x[i] = n.vector.register()
	}
	for i := 0; i < len(x); i += 2 {
		if i+1 < len(x) {
			n.pair(0xad400000, "ldp", x[i], x[i+1], base, 16*i)
		} else {
			n.loadQ(x[i], base, 16*i)
		}
	}
	return x
}

func (n *neon) storeAll(x value, base string) {
	for i := 0; i < len(x); i += 2 {
		if i+1 < len(x) {
			n.pair(0xad000000, "stp", x[i], x[i+1], base, 16*i)
		} else {
			n.storeQ(x[i], base, 16*i)
		}
	}
}
