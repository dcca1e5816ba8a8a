package main

import (
	"fmt"

	asm "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The micro-kernels of the matrix product keep a tile of C, up to mr rows by
// nr columns, in registers while they run through k. Both operands are read
// through strides, so that they may be packed panels or the matrices as they
// lie: only the columns of B must be contiguous.
const microSignature = "func(k int, a *float32, rsa, csa int, b *float32, rsb int, c *float32, ldc int, alpha float32, keep, cols int)"

// micro carries what the parts of one micro-kernel share.
type micro struct {
	*vector
	rows, vecs int
	ahead      bool           // ask for the next tile of B
	pairs      bool           // of bfloat16, and not float32
	a          []reg.Register // pointers to rows 0, 3, 6, …
	rsa        reg.Register
	acc        []value // one row of the tile each
}

// gemmAVX512 writes the tiles of 1 to 12 rows by 32 or 16 columns: 24
// accumulators, two registers of B and one element of A.
func gemmAVX512(v *vector) {
	microKernels(v, 12, 2, 1)
	acrossKernels(v, 4)
}

// gemmAVX2 writes the tiles of 1 to 6 rows by 16 columns.
func gemmAVX2(v *vector) {
	microKernels(v, 6, 2)
	acrossKernels(v, 4)
}

func microKernels(v *vector, rows int, vecs ...int) {
	for _, w := range vecs {
		for r := 1; r <= rows; r++ {
			// With AVX2, asking for the next tile slows the largest one down.
			m := &micro{vector: v, rows: r, vecs: w, ahead: v.wide() || r < rows}
			m.write()
		}
	}
}

func (m *micro) write() {
	name := fmt.Sprintf("gemm%dx%d%s", m.rows, m.lanes*m.vecs, m.set)
	begin(m.Context, name, microSignature)
	m.Doc(name + " sets c = alpha·a·b + c, or without c if keep is 0, for the first cols columns.")
	m.loadA()
	b, rsb := m.Load(m.Param("b"), m.GP64()), m.bytes("rsb")
	csa, k := m.bytes("csa"), m.Load(m.Param("k"), m.GP64())
	m.prefetchC()
	m.zero()

	m.Label("loop")
	if m.ahead {
		m.prefetchB(b)
	}
	m.group = m.vecs
	vb := m.each(func(i int, d reg.VecVirtual) { m.VMOVUPS(asm.Mem{Base: b, Disp: 4 * m.lanes * i}, d) })
	for i, acc := range m.acc {
		va := m.repeat(m.rowA(i))
		for j := range acc {
			m.multiply(va[j], vb[j], acc[j])
		}
	}
	m.ADDQ(rsb, b)
	for _, p := range m.a {
		m.ADDQ(csa, p)
	}
	m.DECQ(k)
	m.JNZ(asm.LabelRef("loop"))
	if m.wide() {
		m.storeAVX512()
	} else {
		m.storeAVX2()
	}
	m.VZEROUPPER()
	m.RET()
}

// multiply adds a·b to sum.
func (m *micro) multiply(a, b, sum reg.VecVirtual) {
	if m.pairs {
		m.dot(a, b, sum)
		return
	}
	m.VFMADD231PS(b, a, sum)
}

// loadA sets up the pointers to every third row of A.
func (m *micro) loadA() {
	p := m.Load(m.Param("a"), m.GP64())
	m.rsa = m.bytes("rsa")
	for i := 0; i < m.rows; i += 3 {
		if i > 0 {
			next := m.GP64()
			m.LEAQ(asm.Mem{Base: p, Index: m.rsa, Scale: 2}, next)
			m.ADDQ(m.rsa, next)
			p = next
		}
		m.a = append(m.a, p)
	}
}

// rowA addresses the current element of row i of A.
func (m *micro) rowA(i int) asm.Mem {
	at := asm.Mem{Base: m.a[i/3]}
	switch i % 3 {
	case 1:
		at.Index, at.Scale = m.rsa, 1
	case 2:
		at.Index, at.Scale = m.rsa, 2
	}
	return at
}

// bytes loads a stride in elements and returns it in bytes.
func (m *micro) bytes(param string) reg.Register {
	r := m.Load(m.Param(param), m.GP64())
	m.SHLQ(asm.Imm(2), r)
	return r
}

// prefetchC asks for the tile of C, which is needed after the last k.
func (m *micro) prefetchC() {
	c, ldc := m.Load(m.Param("c"), m.GP64()), m.bytes("ldc")
	width := 4 * m.lanes * m.vecs
	for i := range m.rows {
		for at := 0; at < width; at += 64 {
			m.PREFETCHT0(asm.Mem{Base: c, Disp: at})
		}
		m.PREFETCHT0(asm.Mem{Base: c, Disp: width - 1})
		if i < m.rows-1 {
			m.ADDQ(ldc, c)
		}
	}
}

// prefetchB asks for the columns of the next tile of a B that lies as it is. The rows of a
// large B are too far apart for the processor to guess them.
func (m *micro) prefetchB(b reg.Register) {
	width := 4 * m.lanes * m.vecs
	for at := 0; at < width; at += 64 {
		m.PREFETCHT1(asm.Mem{Base: b, Disp: width + at})
	}
}

// zero allocates and clears the accumulators.
func (m *micro) zero() {
	m.group = m.vecs
	for range m.rows {
		m.acc = append(m.acc, m.each(func(_ int, d reg.VecVirtual) { m.VXORPS(d.AsX(), d.AsX(), d.AsX()) }))
	}
}

// storeAVX512 writes the accumulators to C. Columns beyond cols are masked
// off; without keep, C is read under an empty mask, as zeros.
func (m *micro) storeAVX512() {
	c, ldc := m.Load(m.Param("c"), m.GP64()), m.bytes("ldc")
	write, read := m.columnMasks()
	m.group = 1
	alpha := m.repeat(paramAddr(m.vector, "alpha"))[0]
	old := m.ZMM()
	for i := range m.rows {
		for v := range m.vecs {
			at := asm.Mem{Base: c, Disp: 64 * v}
			m.VMOVUPS_Z(at, read[v], old)
			m.VFMADD213PS(old, alpha, m.acc[i][v])
			m.VMOVUPS(m.acc[i][v], write[v], at)
		}
		if i < m.rows-1 {
			m.ADDQ(ldc, c)
		}
	}
}

// columnMasks returns for each vector of a row the masks of the columns to
// write, and of those to read before.
func (m *micro) columnMasks() (write, read []reg.OpmaskVirtual) {
	ones, keep := m.GP64(), m.GP64()
	m.MOVQ(asm.I64(-1), ones)
	m.BZHIQ(m.Load(m.Param("cols"), m.GP64()), ones, ones)
	m.Load(m.Param("keep"), keep)
	m.NEGQ(keep)
	m.ANDQ(ones, keep)
	for v := range m.vecs {
		if v > 0 {
			m.SHRQ(asm.Imm(16), ones)
			m.SHRQ(asm.Imm(16), keep)
		}
		w, r := m.K(), m.K()
		m.KMOVW(ones.As32(), w)
		m.KMOVW(keep.As32(), r)
		write, read = append(write, w), append(read, r)
	}
	return write, read
}

// storeAVX2 is storeAVX512 for AVX2, where storing under a mask is slow: whole
// tiles do without.
func (m *micro) storeAVX2() {
	m.group = 1
	alpha := m.repeat(paramAddr(m.vector, "alpha"))[0]
	cols := m.Load(m.Param("cols"), m.GP64())
	m.CMPQ(cols, asm.Imm(uint64(m.lanes*m.vecs)))
	m.JL(asm.LabelRef("partial"))
	m.storeColumns(alpha, func(_ int, r reg.VecVirtual, at asm.Mem) { m.VMOVUPS(r, at) })
	m.VZEROUPPER()
	m.RET()
	m.Label("partial")
	var mask reg.Virtual
	m.storeColumns(alpha, func(row int, r reg.VecVirtual, at asm.Mem) {
		if row == 0 {
			mask = m.tailMask(m.positive(cols))
			m.SUBQ(asm.Imm(uint64(m.lanes)), cols)
		}
		m.VMASKMOVPS(r, mask, at)
	})
}

// storeColumns stores one vector of every row after another, so that few masks
// are live at a time.
func (m *micro) storeColumns(alpha reg.VecVirtual, store func(row int, r reg.VecVirtual, at asm.Mem)) {
	keep := m.Load(m.Param("keep"), m.GP64())
	m.SHLQ(asm.Imm(3), keep)
	read := m.tailMask(keep)
	old := m.YMM()
	for v := range m.vecs {
		c, ldc := m.Load(m.Param("c"), m.GP64()), m.bytes("ldc")
		for i, acc := range m.acc {
			at := asm.Mem{Base: c, Disp: 4 * m.lanes * v}
			m.VMASKMOVPS(at, read, old)
			m.VFMADD213PS(old, alpha, acc[v])
			store(i, acc[v], at)
			if i < m.rows-1 {
				m.ADDQ(ldc, c)
			}
		}
	}
}

// positive returns n, or 0 if it is below.
func (m *micro) positive(n reg.Register) reg.Register {
	p, zero := m.GP64(), m.GP64()
	m.MOVQ(n, p)
	m.XORQ(zero, zero)
	m.TESTQ(p, p)
	m.CMOVQLT(zero, p)
	return p
}
