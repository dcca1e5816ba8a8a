package main

import (
	"fmt"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const stripSignature = "func(dst *float32, ldd int, src *float32, lds int, rows, cols int)"

// stripLoops writes the transposition of a strip of as many rows as a register
// has lanes, and the copy of a strip of columns.
func stripLoops(v *vector) {
	transposeStrip(v)
	copyStrip(v)
}

func transposeStrip(v *vector) {
	begin(v.Context, "transposeStrip"+v.set, stripSignature)
	v.Doc(fmt.Sprintf("transposeStrip%s sets dst[c·ldd+r] = src[r·lds+c] for 1 to %d rows and any cols.", v.set, v.lanes))
	s := newStrip(v)
	rows := v.Load(v.Param("rows"), v.GP64())
	write := v.tailMask(rows)

	v.Label("blocks")
	v.CMPQ(s.cols, asm.Imm(uint64(v.lanes)))
	v.JL(asm.LabelRef("tail"))
	for _, c := range v.transpose(s.load(nil)) {
		span{v, s.zero, write}.store(value{c}, s.dst)
		v.ADDQ(s.ldd, s.dst)
	}
	v.ADDQ(asm.Imm(uint64(v.lanes)), s.at)
	v.SUBQ(asm.Imm(uint64(v.lanes)), s.cols)
	v.JMP(asm.LabelRef("blocks"))

	v.Label("tail")
	v.TESTQ(s.cols, s.cols)
	v.JZ(asm.LabelRef("done"))
	for _, c := range v.transpose(s.load(v.tailMask(s.cols))) {
		span{v, s.zero, write}.store(value{c}, s.dst)
		v.ADDQ(s.ldd, s.dst)
		v.DECQ(s.cols)
		v.JZ(asm.LabelRef("done"))
	}
	v.Label("done")
	v.VZEROUPPER()
	v.RET()
}

// strip is the state of a strip's loop: where its rows begin, in a table on
// the stack whose entries beyond the last row repeat it, and how far the loop
// has come.
type strip struct {
	*vector
	table                    asm.Mem
	dst, ldd, at, cols, zero reg.Register
}

func newStrip(v *vector) *strip {
	s := v.rowTable("src", "lds", "rows")
	s.dst = v.Load(v.Param("dst"), v.GP64())
	s.ldd = v.Load(v.Param("ldd"), v.GP64())
	v.SHLQ(asm.Imm(2), s.ldd)
	s.cols = v.Load(v.Param("cols"), v.GP64())
	s.zero = v.GP64()
	v.XORQ(s.zero, s.zero)
	return s
}

// rowTable makes the table of a strip's rows, of parameters by their names: where the
// first row is, the distance of rows in elements, and how many there are.
func (v *vector) rowTable(first, distance, count string) *strip {
	v.group = 1
	s := &strip{vector: v, table: v.AllocLocal(8 * v.lanes)}
	src := v.Load(v.Param(first), v.GP64())
	lds := v.Load(v.Param(distance), v.GP64())
	rows := v.Load(v.Param(count), v.GP64())
	next := v.GP64()
	for i := range v.lanes {
		v.MOVQ(src, s.table.Offset(8*i))
		v.LEAQ(asm.Mem{Base: src, Index: lds, Scale: 4}, next)
		v.CMPQ(rows, asm.Imm(uint64(i+1)))
		v.CMOVQGT(next, src)
	}
	s.at = v.GP64()
	v.XORQ(s.at, s.at)
	return s
}

// load reads the current columns of all rows, those of the mask if there is
// one.
func (s *strip) load(mask reg.Virtual) value {
	var rows value
	p := s.GP64()
	for i := range s.lanes {
		s.MOVQ(s.table.Offset(8*i), p)
		rows = append(rows, span{s.vector, s.at, mask}.load(p)[0])
	}
	return rows
}

// transpose returns the columns of a square block given its rows.
func (v *vector) transpose(rows value) value {
	if v.wide() {
		return v.transpose16(rows)
	}
	return v.transpose8(rows)
}

// shuffle is an instruction that mixes two registers into a new one.
type shuffle func(b, a reg.VecVirtual) reg.VecVirtual

func (v *vector) shuffle(op func(ops ...asm.Op), imm ...asm.Op) shuffle {
	return func(b, a reg.VecVirtual) reg.VecVirtual {
		d := v.register()
		op(append(imm, b, a, d)...)
		return d
	}
}

// quadruples transposes 4×4 blocks within lanes of four: element j of group i
// holds columns j, j+4, … of rows 4i to 4i+3.
func (v *vector) quadruples(r value) value {
	lo, hi := v.shuffle(v.VUNPCKLPS), v.shuffle(v.VUNPCKHPS)
	loPair, hiPair := v.shuffle(v.VUNPCKLPD), v.shuffle(v.VUNPCKHPD)
	var q value
	for i := 0; i < len(r); i += 4 {
		l01, h01 := lo(r[i+1], r[i]), hi(r[i+1], r[i])
		l23, h23 := lo(r[i+3], r[i+2]), hi(r[i+3], r[i+2])
		q = append(q, loPair(l23, l01), hiPair(l23, l01), loPair(h23, h01), hiPair(h23, h01))
	}
	return q
}

// transpose16 then sorts the four lanes of four in two steps.
func (v *vector) transpose16(r value) value {
	even := v.shuffle(v.VSHUFF32X4, asm.Imm(0x88))
	odd := v.shuffle(v.VSHUFF32X4, asm.Imm(0xdd))
	q := v.quadruples(r)
	c := make(value, 16)
	for j := range 4 {
		top, topOdd := even(q[4+j], q[j]), odd(q[4+j], q[j])
		low, lowOdd := even(q[12+j], q[8+j]), odd(q[12+j], q[8+j])
		c[j], c[8+j] = even(low, top), odd(low, top)
		c[4+j], c[12+j] = even(lowOdd, topOdd), odd(lowOdd, topOdd)
	}
	return c
}

// transpose8 then sorts the two lanes of four.
func (v *vector) transpose8(r value) value {
	permute := func(ops ...asm.Op) { v.VPERM2F128(ops[0], ops[1], ops[2], ops[3]) }
	low, high := v.shuffle(permute, asm.Imm(0x20)), v.shuffle(permute, asm.Imm(0x31))
	q := v.quadruples(r)
	c := make(value, 8)
	for j := range 4 {
		c[j], c[4+j] = low(q[4+j], q[j]), high(q[4+j], q[j])
	}
	return c
}
