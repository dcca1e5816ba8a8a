package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A product in bfloat16 works on pairs: the elements of k and k+1 of a row of op(A) or a
// column of op(B), each rounded to bfloat16, in the low and the high half of 32 bits. An
// instruction multiplies both of 16 pairs and adds them to 16 sums in float32.

// gemmBFloat16 writes the tiles of 1 to 12 rows by 32 or 16 columns, and what makes pairs.
func gemmBFloat16(v *vector) {
	v.set = "BF16"
	for _, w := range []int{2, 1} {
		for r := 1; r <= 12; r++ {
			m := &micro{vector: v, rows: r, vecs: w, pairs: true}
			m.write()
		}
	}
	pairRows(v)
	pairColumns(v)
}

// pairRows writes the rounding of rows whose elements of k and k+1 lie side by side.
func pairRows(v *vector) {
	begin(v.Context, "pairRowsBF16", stripSignature)
	v.Doc("pairRowsBF16 sets pair i of each row of dst to elements 2i and 2i+1 of that row of src, for any rows and cols.",
		"After the last element there are zeros, up to a multiple of 16 pairs.")
	dst, src := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())
	ldd, lds := v.Load(v.Param("ldd"), v.GP64()), v.Load(v.Param("lds"), v.GP64())
	rows, cols := v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64())
	tail := v.GP64()
	v.MOVQ(cols, tail)
	v.ANDQ(asm.Imm(31), tail)
	left, right := v.halfMasks(tail)
	from, to, n := v.GP64(), v.GP64(), v.GP64()

	v.Label("row")
	v.MOVQ(src, from)
	v.MOVQ(dst, to)
	v.MOVQ(cols, n)
	v.Label("block")
	v.CMPQ(n, asm.Imm(32))
	v.JL(asm.LabelRef("tail"))
	low, high := v.ZMM(), v.ZMM()
	v.VMOVUPS(asm.Mem{Base: from}, low)
	v.VMOVUPS(asm.Mem{Base: from, Disp: 64}, high)
	v.VMOVUPS(v.bfloat16(low, high), asm.Mem{Base: to})
	v.ADDQ(asm.Imm(128), from)
	v.ADDQ(asm.Imm(64), to)
	v.SUBQ(asm.Imm(32), n)
	v.JMP(asm.LabelRef("block"))
	v.Label("tail")
	v.TESTQ(n, n)
	v.JZ(asm.LabelRef("next"))
	low, high = v.ZMM(), v.ZMM()
	v.VMOVUPS_Z(asm.Mem{Base: from}, left, low)
	v.VMOVUPS_Z(asm.Mem{Base: from, Disp: 64}, right, high)
	v.VMOVUPS(v.bfloat16(low, high), asm.Mem{Base: to})
	v.Label("next")
	v.LEAQ(asm.Mem{Base: src, Index: lds, Scale: 4}, src)
	v.LEAQ(asm.Mem{Base: dst, Index: ldd, Scale: 4}, dst)
	v.DECQ(rows)
	v.JNZ(asm.LabelRef("row"))
	v.VZEROUPPER()
	v.RET()
}

// pairColumns writes the rounding of columns whose elements of k and k+1 lie below each other.
func pairColumns(v *vector) {
	begin(v.Context, "pairColumnsBF16", stripSignature)
	v.Doc("pairColumnsBF16 sets row i of dst to the pairs of rows 2i and 2i+1 of src, for any rows and 1 to 32 cols.",
		"It writes 32 columns, with zeros after the last one and for a row after the last.")
	order := v.ZMM()
	v.VMOVUPS(v.interleaved(), order)
	dst, src := v.Load(v.Param("dst"), v.GP64()), v.Load(v.Param("src"), v.GP64())
	ldd, lds := v.Load(v.Param("ldd"), v.GP64()), v.Load(v.Param("lds"), v.GP64())
	rows, cols := v.Load(v.Param("rows"), v.GP64()), v.Load(v.Param("cols"), v.GP64())
	left, right := v.halfMasks(cols)
	load := func() (x, y reg.VecVirtual) {
		x, y = v.ZMM(), v.ZMM()
		v.VMOVUPS_Z(asm.Mem{Base: src}, left, x)
		v.VMOVUPS_Z(asm.Mem{Base: src, Disp: 64}, right, y)
		for at := 128; at < 256; at += 64 { // the next columns: rows are too far apart for the processor to guess them
			v.PREFETCHT1(asm.Mem{Base: src, Disp: at})
		}
		v.LEAQ(asm.Mem{Base: src, Index: lds, Scale: 4}, src)
		return x, y
	}
	store := func(low, high reg.VecVirtual, at int) {
		pairs := v.bfloat16(low, high)
		v.VPERMW(pairs, order, pairs)
		v.VMOVUPS(pairs, asm.Mem{Base: dst, Disp: at})
	}

	v.Label("loop")
	v.CMPQ(rows, asm.Imm(2))
	v.JL(asm.LabelRef("odd"))
	x, y := load()
	x2, y2 := load()
	store(x, x2, 0)
	store(y, y2, 64)
	v.LEAQ(asm.Mem{Base: dst, Index: ldd, Scale: 4}, dst)
	v.SUBQ(asm.Imm(2), rows)
	v.JMP(asm.LabelRef("loop"))
	v.Label("odd")
	v.TESTQ(rows, rows)
	v.JZ(asm.LabelRef("done"))
	x, y = load()
	zero := v.ZMM()
	v.VXORPS(zero.AsX(), zero.AsX(), zero.AsX())
	store(x, zero, 0)
	store(y, zero, 64)
	v.Label("done")
	v.VZEROUPPER()
	v.RET()
}

// halfMasks returns the masks of the first n lanes of 32, in two halves.
func (v *vector) halfMasks(n reg.Register) (left, right reg.Virtual) {
	left = v.tailMask(n)
	rest, zero := v.GP64(), v.GP64()
	v.MOVQ(n, rest)
	v.XORQ(zero, zero)
	v.SUBQ(asm.Imm(16), rest)
	v.CMOVQLT(zero, rest)
	return left, v.tailMask(rest)
}

// interleaved places the order of words 0, 16, 1, 17, …, 15, 31.
func (v *vector) interleaved() asm.Mem {
	at := v.StaticGlobal("interleaved")
	v.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		v.AppendDatum(asm.U32(uint32(16+i)<<16 | uint32(i)))
	}
	return at
}

// bfloat16 rounds the float32 of two registers to bfloat16, to nearest even. Those of low
// come first.
func (v *vector) bfloat16(low, high reg.VecVirtual) reg.VecVirtual {
	d := v.ZMM()
	v.Instruction(&ir.Instruction{Opcode: "VCVTNE2PS2BF16", Operands: []asm.Op{low, high, d}, Inputs: []asm.Op{low, high}, Outputs: []asm.Op{d}})
	return d
}

// dot adds to each float32 of sum the products of the two bfloat16 of a and b there.
func (v *vector) dot(a, b, sum reg.VecVirtual) {
	v.Instruction(&ir.Instruction{Opcode: "VDPBF16PS", Operands: []asm.Op{a, b, sum}, Inputs: []asm.Op{a, b, sum}, Outputs: []asm.Op{sum}})
}

// unknown are the instructions that Go's assembler does not know, by the second byte of
// their prefix's operation: the field pp of EVEX (2 for F3, 3 for F2), and their opcode.
// All are of the map 0F38 with W = 0.
var unknown = map[string]struct{ pp, opcode byte }{
	"VDPBF16PS":      {2, 0x52},
	"VCVTNE2PS2BF16": {3, 0x72},
}

// encodeUnknown replaces them by their bytes. It runs when registers are allocated.
func encodeUnknown(f *ir.Function) error {
	var nodes []ir.Node
	for _, node := range f.Nodes {
		i, ok := node.(*ir.Instruction)
		if !ok {
			nodes = append(nodes, node)
			continue
		}
		code, ok := unknown[i.Opcode]
		if !ok {
			nodes = append(nodes, node)
			continue
		}
		var names []string
		var ids []byte
		for _, op := range i.Operands {
			r, ok := op.(reg.Physical)
			if !ok || r.Size() != 64 {
				return fmt.Errorf("%s: operand %v: want a ZMM register", i.Opcode, op)
			}
			names, ids = append(names, r.Asm()), append(ids, byte(r.PhysicalIndex()))
		}
		b := evex(code.pp, code.opcode, ids[0], ids[1], ids[2])
		long := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		nodes = append(nodes, ir.NewComment(i.Opcode+" "+strings.Join(names, ", ")),
			&ir.Instruction{Opcode: "LONG", Operands: []asm.Op{literal(fmt.Sprintf("$0x%08x", long))}},
			&ir.Instruction{Opcode: "WORD", Operands: []asm.Op{literal(fmt.Sprintf("$0x%04x", uint16(b[4])|uint16(b[5])<<8))}})
	}
	f.Nodes = nodes
	return nil
}

// literal is an operand that is written as it is.
type literal string

func (l literal) Asm() string { return string(l) }

// evex encodes an instruction on whole ZMM registers of the map 0F38, in Go's order of
// operands: the last register is the destination. The bits of the numbers of registers are
// stored inverted, but for those in the last byte.
func evex(pp, opcode, rm, vvvv, dst byte) [6]byte {
	inverted := func(r, bit byte) byte { return ^r >> bit & 1 }
	return [6]byte{
		0x62,
		inverted(dst, 3)<<7 | inverted(rm, 4)<<6 | inverted(rm, 3)<<5 | inverted(dst, 4)<<4 | 2, // R, X, B, R', map
		^vvvv&15<<3 | 1<<2 | pp,     // W = 0, vvvv, 1, pp
		2<<5 | inverted(vvvv, 4)<<3, // no mask; 512 bits; V'
		opcode,
		3<<6 | dst&7<<3 | rm&7, // register, not memory
	}
}
