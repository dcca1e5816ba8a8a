package main

import (
	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const stripSignature = "func(dst *float32, ldd int, src *float32, lds int, rows, cols int)"

// transposeAVX512 writes the transposition of a strip of up to 16 rows.
func transposeAVX512(ctx *build.Context) {
	begin(ctx, "transposeStripAVX512", stripSignature)
	ctx.Doc("transposeStripAVX512 sets dst[c·ldd+r] = src[r·lds+c] for 1 to 16 rows and any cols.")
	s := newStrip(ctx, 16)
	write := ctx.K()
	lowBits(ctx, ctx.Load(ctx.Param("rows"), ctx.GP64()), write)

	ctx.Label("blocks")
	ctx.CMPQ(s.cols, Imm(16))
	ctx.JL(LabelRef("tail"))
	rows := s.load(ctx.ZMM, func(at Mem, v reg.VecVirtual) { ctx.VMOVUPS(at, v) })
	for _, v := range transpose16(ctx, rows) {
		ctx.VMOVUPS(v, write, Mem{Base: s.dst})
		ctx.ADDQ(s.ldd, s.dst)
	}
	ctx.ADDQ(Imm(64), s.offset)
	ctx.SUBQ(Imm(16), s.cols)
	ctx.JMP(LabelRef("blocks"))

	ctx.Label("tail")
	ctx.TESTQ(s.cols, s.cols)
	ctx.JZ(LabelRef("done"))
	read := ctx.K()
	lowBits(ctx, s.cols, read)
	rows = s.load(ctx.ZMM, func(at Mem, v reg.VecVirtual) { ctx.VMOVUPS_Z(at, read, v) })
	for _, v := range transpose16(ctx, rows) {
		ctx.VMOVUPS(v, write, Mem{Base: s.dst})
		ctx.ADDQ(s.ldd, s.dst)
		ctx.DECQ(s.cols)
		ctx.JZ(LabelRef("done"))
	}
	ctx.Label("done")
	ctx.VZEROUPPER()
	ctx.RET()
}

// lowBits sets the lowest n bits of a mask of 16.
func lowBits(ctx *build.Context, n reg.Register, mask reg.OpmaskVirtual) {
	ones := ctx.GP64()
	ctx.MOVQ(I64(-1), ones)
	ctx.BZHIQ(n, ones, ones)
	ctx.KMOVW(ones.As32(), mask)
}

// strip is the state of a strip's loop: where its rows begin, in a table on
// the stack whose entries beyond the last row repeat it, and how far the loop
// has come.
type strip struct {
	*build.Context
	height                 int
	table                  Mem
	dst, ldd, offset, cols reg.Register
}

func newStrip(ctx *build.Context, height int) *strip {
	s := &strip{Context: ctx, height: height, table: ctx.AllocLocal(8 * height)}
	src := ctx.Load(ctx.Param("src"), ctx.GP64())
	lds := ctx.Load(ctx.Param("lds"), ctx.GP64())
	rows := ctx.Load(ctx.Param("rows"), ctx.GP64())
	ctx.SHLQ(Imm(2), lds)
	next := ctx.GP64()
	for i := range height {
		ctx.MOVQ(src, s.table.Offset(8*i))
		ctx.LEAQ(Mem{Base: src, Index: lds, Scale: 1}, next)
		ctx.CMPQ(rows, U32(i+1))
		ctx.CMOVQGT(next, src)
	}
	s.dst = ctx.Load(ctx.Param("dst"), ctx.GP64())
	s.ldd = ctx.Load(ctx.Param("ldd"), ctx.GP64())
	ctx.SHLQ(Imm(2), s.ldd)
	s.cols = ctx.Load(ctx.Param("cols"), ctx.GP64())
	s.offset = ctx.GP64()
	ctx.XORQ(s.offset, s.offset)
	return s
}

// load reads the current columns of all rows. The last row is what src stands
// at after row rows-1, since the pointer stops there.
func (s *strip) load(alloc func() reg.VecVirtual, move func(Mem, reg.VecVirtual)) []reg.VecVirtual {
	v := make([]reg.VecVirtual, s.height)
	p := s.GP64()
	for i := range v {
		v[i] = alloc()
		s.MOVQ(s.table.Offset(8*i), p)
		move(Mem{Base: p, Index: s.offset, Scale: 1}, v[i])
	}
	return v
}

// transpose16 returns the columns of a 16×16 block given its rows: pairs,
// then quadruples within lanes of four, then the lanes themselves.
func transpose16(ctx *build.Context, r []reg.VecVirtual) []reg.VecVirtual {
	shuffle := func(op func(b, a, dst Op), b, a Op) reg.VecVirtual {
		v := ctx.ZMM()
		op(b, a, v)
		return v
	}
	lo := func(b, a, d Op) { ctx.VUNPCKLPS(b, a, d) }
	hi := func(b, a, d Op) { ctx.VUNPCKHPS(b, a, d) }
	loPair := func(b, a, d Op) { ctx.VUNPCKLPD(b, a, d) }
	hiPair := func(b, a, d Op) { ctx.VUNPCKHPD(b, a, d) }
	even := func(b, a, d Op) { ctx.VSHUFF32X4(Imm(0x88), b, a, d) }
	odd := func(b, a, d Op) { ctx.VSHUFF32X4(Imm(0xdd), b, a, d) }

	q := make([]reg.VecVirtual, 16) // q[4i+j]: rows 4i…4i+3, columns j, j+4, j+8, j+12
	for i := 0; i < 16; i += 4 {
		l01, h01 := shuffle(lo, r[i+1], r[i]), shuffle(hi, r[i+1], r[i])
		l23, h23 := shuffle(lo, r[i+3], r[i+2]), shuffle(hi, r[i+3], r[i+2])
		q[i], q[i+1] = shuffle(loPair, l23, l01), shuffle(hiPair, l23, l01)
		q[i+2], q[i+3] = shuffle(loPair, h23, h01), shuffle(hiPair, h23, h01)
	}
	c := make([]reg.VecVirtual, 16)
	for j := range 4 {
		top, topOdd := shuffle(even, q[4+j], q[j]), shuffle(odd, q[4+j], q[j])
		low, lowOdd := shuffle(even, q[12+j], q[8+j]), shuffle(odd, q[12+j], q[8+j])
		c[j], c[8+j] = shuffle(even, low, top), shuffle(odd, low, top)
		c[4+j], c[12+j] = shuffle(even, lowOdd, topOdd), shuffle(odd, lowOdd, topOdd)
	}
	return c
}
