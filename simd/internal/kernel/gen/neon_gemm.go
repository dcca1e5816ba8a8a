package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/reg"
)

// The tiles of the micro-kernels: up to 6 rows by 8 or 16 columns, 24
// accumulators with the largest.
const neonRows = 6

// gemmNEON writes the micro-kernels of the matrix product.
func gemmNEON(n *neon) {
	for _, vecs := range []int{2, 4} {
		for rows := 1; rows <= neonRows; rows++ {
			t := &tile{neon: n, rows: rows, vecs: vecs}
			t.write(fmt.Sprintf("gemm%dx%dNEON", rows, 4*vecs))
		}
	}
}

// A tile is one micro-kernel in the making. Its accumulators stay in registers
// while it runs through k.
type tile struct {
	*neon
	rows, vecs int
	acc        []value
	// The strides are in bytes.
	k, rsa, csa, b, rsb string
	a                   []string // pointers to the rows of A
	at                  string   // how far along k they stand
}

func (t *tile) write(name string) {
	frame := 16 * t.rows * t.vecs // of the accumulators, for partial tiles
	t.function(name, microSignature, "sets c = alpha·a·b + c, or without c if keep is 0, for the first cols columns.", frame, func() {
		t.begin()
		if t.rows == neonRows {
			t.go_("CMP $4, %s", t.rsa)
			t.jump("BEQ", "adjacent")
		}
		t.multiply("loop", t.rowByRow)
		if t.rows == neonRows {
			t.jump("B", "store")
			t.multiply("adjacent", t.columnAtOnce)
			t.label("store")
		}
		t.store()
	})
}

// begin loads the arguments and clears the accumulators.
func (t *tile) begin() {
	t.k, t.csa, t.b, t.rsb, t.at = t.argument("k"), t.stride("csa"), t.argument("b"), t.stride("rsb"), t.gp()
	t.a = []string{t.argument("a")}
	t.rsa = t.stride("rsa")
	for len(t.a) < t.rows {
		next := t.gp()
		t.go_("ADD %s, %s, %s", t.rsa, t.a[len(t.a)-1], next)
		t.a = append(t.a, next)
	}
	t.go_("MOVD $0, %s", t.at)
	t.vector.group = t.vecs
	t.acc = nil
	for range t.rows {
		t.acc = append(t.acc, t.zero())
	}
}

// multiply emits the loop over k.
func (t *tile) multiply(label string, column func()) {
	t.label(label)
	t.go_("PRFM %d(%s), PLDL2KEEP", 16*t.vecs, t.b) // the columns of the next tile
	column()
	t.go_("ADD %s, %s", t.rsb, t.b)
	t.go_("ADD %s, %s", t.csa, t.at)
	t.go_("SUBS $1, %s", t.k)
	t.jump("BNE", label)
}

// rowByRow reads the elements of a column of A one by one.
func (t *tile) rowByRow() {
	vb := t.loadAll(t.b)
	for i, acc := range t.acc {
		va := t.element(i)
		for j, r := range acc {
			t.multiplyAdd(r, vb[j], va, 0)
		}
	}
}

// columnAtOnce reads a column of six adjacent elements of A as four and two.
func (t *tile) columnAtOnce() {
	vb := t.loadAll(t.b)
	four, two, p := t.vector.register(), t.vector.register(), t.a[0]
	t.op(0x3ce06800|number(t.at)<<16|number(p)<<5, fmt.Sprintf("ldr q%%d, [x%d, x%d]", number(p), number(t.at)), four)
	p = t.a[4]
	t.op(0xfc606800|number(t.at)<<16|number(p)<<5, fmt.Sprintf("ldr d%%d, [x%d, x%d]", number(p), number(t.at)), two)
	for i, acc := range t.acc {
		va, lane := four, i
		if i >= 4 {
			va, lane = two, i-4
		}
		for j, r := range acc {
			t.multiplyAdd(r, vb[j], va, uint32(lane))
		}
	}
}

// element loads the current element of row i of A.
func (t *tile) element(i int) reg.VecVirtual {
	d := t.vector.register()
	t.op(0xbc606800|number(t.at)<<16|number(t.a[i])<<5, fmt.Sprintf("ldr s%%d, [x%d, x%d]", number(t.a[i]), number(t.at)), d)
	return d
}

// multiplyAdd adds b times a lane of a to acc.
func (n *neon) multiplyAdd(acc, b, a reg.VecVirtual, lane uint32) {
	n.op(0x4f801000|lane&1<<21|lane>>1<<11, fmt.Sprintf("fmla v%%d.4s, v%%d.4s, v%%d.s[%d]", lane), acc, b, a)
}

// store writes whole tiles from registers, and partial ones by way of the
// stack, element by element. The general registers of the loop are free.
func (t *tile) store() {
	c, ldc, keep, cols := t.reload("c", 0), t.reload("ldc", 1), t.reload("keep", 2), t.reload("cols", 3)
	t.go_("LSL $2, %s", ldc)
	t.vector.group = 1
	alpha := t.vector.register()
	w := t.reload("alpha", 4)
	t.op(0x4e040c00|number(w)<<5, fmt.Sprintf("dup v%%d.4s, w%d", number(w)), alpha)
	t.go_("CMP $%d, %s", 4*t.vecs, cols)
	t.jump("BLT", "partial")
	t.jump("CBZ "+keep+",", "overwrite")
	t.storeRows(c, ldc, func(j int) value { return value{t.loadAt(c, 16*j)} }, alpha)
	t.label("overwrite")
	t.storeRows(c, ldc, func(int) value { return t.zero() }, alpha)
	t.storePartial(c, ldc, keep, cols, alpha)
}

// reload loads an argument into the i-th register that the loop has used.
func (t *tile) reload(name string, i int) string {
	r := fmt.Sprintf("R%d", i)
	t.loadArgument(name, r)
	return r
}

func (t *tile) loadAt(p string, offset int) reg.VecVirtual {
	d := t.vector.register()
	t.loadQ(d, p, offset)
	return d
}

// storeRows writes whole rows and returns.
func (t *tile) storeRows(c, ldc string, old func(j int) value, alpha reg.VecVirtual) {
	for _, acc := range t.acc {
		for j, r := range acc {
			x := old(j)
			t.three(fmla, x[0], r, alpha)
			t.storeQ(x[0], c, 16*j)
		}
		t.go_("ADD %s, %s", ldc, c)
	}
	t.go_("RET")
}

// storePartial writes the first cols columns.
func (t *tile) storePartial(c, ldc, keep, cols string, alpha reg.VecVirtual) {
	row, p, q, left, rows := "R5", "R6", "R7", "R8", "R9"
	t.label("partial")
	t.go_("MOVD $tile-%d(SP), %s", 16*t.rows*t.vecs, row)
	for i, acc := range t.acc {
		for j, r := range acc {
			t.storeQ(r, row, 16*(t.vecs*i+j))
		}
	}
	t.go_("MOVD $%d, %s", t.rows, rows)
	t.label("row")
	t.go_("MOVD %s, %s", row, p)
	t.go_("MOVD %s, %s", c, q)
	t.go_("MOVD %s, %s", cols, left)
	t.label("column")
	x, old := t.vector.register(), t.zero()[0]
	t.loadS(x, p, 0)
	t.jump("CBZ "+keep+",", "new")
	t.loadS(old, q, 0)
	t.label("new")
	t.three(fmla, old, x, alpha)
	t.storeS(old, q, 0)
	t.go_("ADD $4, %s", p)
	t.go_("ADD $4, %s", q)
	t.go_("SUBS $1, %s", left)
	t.jump("BNE", "column")
	t.go_("ADD $%d, %s", 16*t.vecs, row)
	t.go_("ADD %s, %s", ldc, c)
	t.go_("SUBS $1, %s", rows)
	t.jump("BNE", "row")
	t.go_("RET")
}
