package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The micro-kernels of the matrix product keep a tile of C, up to mr rows by
// nr columns, in registers while they run through k. Both operands are read
// through strides, so that they may be packed panels or the matrices as they
// lie: only the columns of B must be contiguous.
const microSignature = "func(k int, a *float32, rsa, csa int, b *float32, rsb int, c *float32, ldc int, alpha float32, keep, cols int)"

// micro carries what the parts of one micro-kernel share.
type micro struct {
	*build.Context
	rows, vecs int
	a          []reg.Register // pointers to rows 0, 3, 6, …
	rsa, rsa2  reg.Register
	acc        [][]reg.VecVirtual
}

// gemmAVX512 writes the tiles of 1 to 12 rows by 32 or 16 columns.
func gemmAVX512(ctx *build.Context) {
	for _, vecs := range []int{2, 1} {
		for rows := 1; rows <= 12; rows++ {
			m := &micro{Context: ctx, rows: rows, vecs: vecs}
			m.avx512()
		}
	}
}

func (m *micro) avx512() {
	name := fmt.Sprintf("gemm%dx%dAVX512", m.rows, 16*m.vecs)
	begin(m.Context, name, microSignature)
	m.Doc(name + " sets c = alpha·a·b + c, or without c if keep is 0, for the first cols columns.")
	m.loadA()
	b, rsb := m.Load(m.Param("b"), m.GP64()), m.bytes("rsb")
	csa, k := m.bytes("csa"), m.Load(m.Param("k"), m.GP64())
	m.prefetchC()
	m.zero(m.ZMM)

	m.Label("loop")
	vb := make([]reg.VecVirtual, m.vecs)
	for v := range vb {
		vb[v] = m.ZMM()
		m.VMOVUPS(Mem{Base: b, Disp: 64 * v}, vb[v])
	}
	for i := range m.rows {
		va := m.ZMM()
		m.VBROADCASTSS(m.rowA(i), va)
		for v := range vb {
			m.VFMADD231PS(vb[v], va, m.acc[i][v])
		}
	}
	m.ADDQ(rsb, b)
	for _, p := range m.a {
		m.ADDQ(csa, p)
	}
	m.DECQ(k)
	m.JNZ(LabelRef("loop"))
	m.storeAVX512()
	m.VZEROUPPER()
	m.RET()
}

// loadA sets up the pointers to every third row of A.
func (m *micro) loadA() {
	p := m.Load(m.Param("a"), m.GP64())
	m.rsa, m.rsa2 = m.bytes("rsa"), m.GP64()
	m.LEAQ(Mem{Base: m.rsa, Index: m.rsa, Scale: 1}, m.rsa2)
	for i := 0; i < m.rows; i += 3 {
		if i > 0 {
			next := m.GP64()
			m.LEAQ(Mem{Base: p, Index: m.rsa2, Scale: 1}, next)
			m.ADDQ(m.rsa, next)
			p = next
		}
		m.a = append(m.a, p)
	}
}

// rowA addresses the current element of row i of A.
func (m *micro) rowA(i int) Mem {
	at := Mem{Base: m.a[i/3]}
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
	m.SHLQ(Imm(2), r)
	return r
}

// prefetchC asks for the tile of C, which is needed after the last k.
func (m *micro) prefetchC() {
	c, ldc := m.Load(m.Param("c"), m.GP64()), m.bytes("ldc")
	for i := range m.rows {
		for v := range m.vecs {
			m.PREFETCHT0(Mem{Base: c, Disp: 64 * v})
		}
		m.PREFETCHT0(Mem{Base: c, Disp: 64*m.vecs - 1})
		if i < m.rows-1 {
			m.ADDQ(ldc, c)
		}
	}
}

// zero allocates and clears the accumulators.
func (m *micro) zero(alloc func() reg.VecVirtual) {
	for range m.rows {
		row := make([]reg.VecVirtual, m.vecs)
		for v := range row {
			row[v] = alloc()
			m.VXORPS(row[v].AsX(), row[v].AsX(), row[v].AsX())
		}
		m.acc = append(m.acc, row)
	}
}

// storeAVX512 writes the accumulators to C. Columns beyond cols are masked
// off; without keep, C is read under an empty mask, as zeros.
func (m *micro) storeAVX512() {
	c, ldc := m.Load(m.Param("c"), m.GP64()), m.bytes("ldc")
	write, read := m.columnMasks()
	alpha := m.ZMM()
	m.VBROADCASTSS(m.paramAddr("alpha"), alpha)
	old := m.ZMM()
	for i := range m.rows {
		for v := range m.vecs {
			at := Mem{Base: c, Disp: 64 * v}
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
	m.MOVQ(I64(-1), ones)
	m.BZHIQ(m.Load(m.Param("cols"), m.GP64()), ones, ones)
	m.Load(m.Param("keep"), keep)
	m.NEGQ(keep)
	m.ANDQ(ones, keep)
	for v := range m.vecs {
		if v > 0 {
			m.SHRQ(Imm(16), ones)
			m.SHRQ(Imm(16), keep)
		}
		w, r := m.K(), m.K()
		m.KMOVW(ones.As32(), w)
		m.KMOVW(keep.As32(), r)
		write, read = append(write, w), append(read, r)
	}
	return write, read
}

// paramAddr returns where a parameter lies on the stack.
func (m *micro) paramAddr(name string) Op {
	b, err := m.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
