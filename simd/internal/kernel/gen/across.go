package main

import (
	"fmt"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ahead is how far ahead of its use memory is asked for, in bytes along a row.
const ahead = 512

// acrossKernels writes the tiles of few rows of A and one register of columns, for
// products with a transposed B that take as long as reading B takes: they read square
// blocks of the stored rows of B as they lie, and transpose them in registers. Sums are
// those of the other micro-kernels.
func acrossKernels(v *vector, rows int) {
	for r := 1; r <= rows; r++ {
		m := &micro{vector: v, rows: r, vecs: 1}
		m.writeAcross()
	}
}

func (m *micro) writeAcross() {
	begin(m.Context, fmt.Sprintf("across%dx%d%s", m.rows, m.lanes, m.set), microSignature)
	m.Doc(fmt.Sprintf("across%dx%d%s sets c = alpha·a·b + c, or without c if keep is 0, for cols columns, which are stored as rows.", m.rows, m.lanes, m.set))
	m.group = 1
	s := m.rowTable("b", "rsb", "cols")
	s.cols = m.Load(m.Param("k"), m.GP64())
	m.loadA()
	csa := m.bytes("csa")
	m.zero()

	m.group = 1
	m.Label("blocks")
	m.CMPQ(s.cols, asm.Imm(uint64(m.lanes)))
	m.JL(asm.LabelRef("tail"))
	for _, c := range m.transpose(s.loadAhead()) {
		m.addColumn(c, csa)
	}
	m.ADDQ(asm.Imm(uint64(m.lanes)), s.at)
	m.SUBQ(asm.Imm(uint64(m.lanes)), s.cols)
	m.JMP(asm.LabelRef("blocks"))

	m.Label("tail")
	m.TESTQ(s.cols, s.cols)
	m.JZ(asm.LabelRef("done"))
	for _, c := range m.transpose(s.load(m.tailMask(s.cols))) {
		m.addColumn(c, csa)
		m.DECQ(s.cols)
		m.JZ(asm.LabelRef("done"))
	}
	m.Label("done")
	if m.wide() {
		m.storeAVX512()
	} else {
		m.storeAVX2()
	}
	m.VZEROUPPER()
	m.RET()
}

// addColumn adds one term of every sum.
func (m *micro) addColumn(c reg.VecVirtual, csa reg.Register) {
	m.group = 1
	for i, acc := range m.acc {
		m.VFMADD231PS(c, m.repeat(m.rowA(i))[0], acc[0])
	}
	for _, p := range m.a {
		m.ADDQ(csa, p)
	}
}

// loadAhead is load for whole blocks, which also asks for memory ahead.
func (s *strip) loadAhead() value {
	var rows value
	p := s.GP64()
	for i := range s.lanes {
		s.MOVQ(s.table.Offset(8*i), p)
		at := span{s.vector, s.at, nil}
		s.PREFETCHT0(at.floats(p, 0).Offset(ahead))
		rows = append(rows, at.load(p)[0])
	}
	return rows
}
