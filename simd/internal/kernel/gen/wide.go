package main

import (
	"fmt"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wideKernels writes the tiles of few rows and many columns, for products that
// take as long as reading B takes: what they read of a row of B is as long as
// the registers allow, since memory is fast along a row only. Sums are those of
// the other micro-kernels.
func wideKernels(v *vector, rows, registers int) {
	for r := 1; r <= rows; r++ {
		m := &micro{vector: v, rows: r, vecs: registers / r}
		m.writeWide()
	}
}

func (m *micro) writeWide() {
	name := fmt.Sprintf("wide%dx%d%s", m.rows, m.lanes*m.vecs, m.set)
	begin(m.Context, name, microSignature)
	m.Doc(name + " sets c = alpha·a·b + c, or without c if keep is 0, for all columns; cols is not used.")
	m.loadA()
	b, rsb := m.Load(m.Param("b"), m.GP64()), m.bytes("rsb")
	csa, k := m.bytes("csa"), m.Load(m.Param("k"), m.GP64())
	m.zero()

	m.Label("loop")
	m.group = 1
	var va []reg.VecVirtual
	for i := range m.rows {
		va = append(va, m.repeat(m.rowA(i))[0])
	}
	for j := range m.vecs {
		vb := m.register()
		m.VMOVUPS(asm.Mem{Base: b, Disp: 4 * m.lanes * j}, vb)
		for i, acc := range m.acc {
			m.VFMADD231PS(vb, va[i], acc[j])
		}
	}
	m.ADDQ(rsb, b)
	for _, p := range m.a {
		m.ADDQ(csa, p)
	}
	m.DECQ(k)
	m.JNZ(asm.LabelRef("loop"))
	m.storeWide()
	m.VZEROUPPER()
	m.RET()
}

// storeWide writes whole registers; without keep, C is read under an empty
// mask, as zeros.
func (m *micro) storeWide() {
	m.group = 1
	alpha := m.repeat(paramAddr(m.vector, "alpha"))[0]
	keep := m.Load(m.Param("keep"), m.GP64())
	m.SHLQ(asm.Imm(4), keep) // all lanes or none
	read := m.tailMask(keep)
	c, ldc := m.Load(m.Param("c"), m.GP64()), m.bytes("ldc")
	old := m.register()
	for i, acc := range m.acc {
		for j := range acc {
			at := asm.Mem{Base: c, Disp: 4 * m.lanes * j}
			if m.wide() {
				m.VMOVUPS_Z(at, read, old)
			} else {
				m.VMASKMOVPS(at, read, old)
			}
			m.VFMADD213PS(old, alpha, acc[j])
			m.VMOVUPS(acc[j], at)
		}
		if i < m.rows-1 {
			m.ADDQ(ldc, c)
		}
	}
}
