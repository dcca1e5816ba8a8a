package main

import "fmt"

// stripsNEON writes the transposition of a strip of up to 8 rows, and the copy
// of a strip of up to 16 columns.
func stripsNEON(n *neon) {
	n.function("transposeStripNEON", stripSignature, "sets dst[c·ldd+r] = src[r·lds+c] for 1 to 8 rows and any cols.", 0, func() {
		s := newStripNEON(n)
		n.label("rows")
		n.go_("CMP $4, %s", s.rows)
		n.jump("BLT", "single")
		s.fourRows()
		n.go_("LSL $2, %s, %s", s.lds, s.p)
		n.go_("ADD %s, %s", s.p, s.src)
		n.go_("ADD $16, %s", s.dst)
		n.go_("SUB $4, %s", s.rows)
		n.jump("B", "rows")
		n.label("single")
		n.jump("CBZ "+s.rows+",", "done")
		s.oneRow("one")
		n.jump("B", "single")
		n.label("done")
		n.go_("RET")
	})
	copyNEON(n)
}

// stripNEON is the state of a transposition.
type stripNEON struct {
	*neon
	dst, ldd, src, lds, rows, cols string
	p, q, left, word               string
	row                            [4]string
}

func newStripNEON(n *neon) *stripNEON {
	s := &stripNEON{neon: n}
	s.dst, s.ldd, s.src, s.lds = n.argument("dst"), n.stride("ldd"), n.argument("src"), n.stride("lds")
	s.rows, s.cols = n.argument("rows"), n.argument("cols")
	s.p, s.q, s.left, s.word = n.gp(), n.gp(), n.gp(), n.gp()
	for i := range s.row {
		s.row[i] = n.gp()
	}
	return s
}

// fourRows transposes blocks of 4×4, then single columns.
func (s *stripNEON) fourRows() {
	s.go_("MOVD %s, %s", s.src, s.row[0])
	for i := 1; i < 4; i++ {
		s.go_("ADD %s, %s, %s", s.lds, s.row[i-1], s.row[i])
	}
	s.go_("MOVD %s, %s", s.dst, s.q)
	s.go_("MOVD %s, %s", s.cols, s.left)
	s.label("block")
	s.go_("CMP $4, %s", s.left)
	s.jump("BLT", "column")
	s.vector.group = 1
	var r value
	for _, p := range s.row {
		r = append(r, s.loadAll(p)[0])
		s.go_("ADD $16, %s", p)
	}
	for _, c := range s.transpose4(r) {
		s.storeQ(c, s.q, 0)
		s.go_("ADD %s, %s", s.ldd, s.q)
	}
	s.go_("SUB $4, %s", s.left)
	s.jump("B", "block")
	s.label("column")
	s.jump("CBZ "+s.left+",", "end")
	for i, p := range s.row {
		s.go_("MOVWU.P 4(%s), %s", p, s.word)
		s.go_("MOVW %s, %d(%s)", s.word, 4*i, s.q)
	}
	s.go_("ADD %s, %s", s.ldd, s.q)
	s.go_("SUB $1, %s", s.left)
	s.jump("B", "column")
	s.label("end")
}

// transpose4 returns the columns of a block of four rows.
func (n *neon) transpose4(r value) value {
	mix := func(o three, x value, a, b int) value { return n.binary(o, x[a:a+1], x[b:b+1]) }
	var pairs value // of rows 0 and 1, then of rows 2 and 3
	for i := 0; i < 4; i += 2 {
		pairs = append(pairs, mix(trn1, r, i, i+1)[0], mix(trn2, r, i, i+1)[0])
	}
	var c value
	for _, o := range []three{trn1d, trn2d} {
		c = append(c, mix(o, pairs, 0, 2)[0], mix(o, pairs, 1, 3)[0])
	}
	return c
}

// oneRow moves a row to a column, element by element.
func (s *stripNEON) oneRow(label string) {
	s.go_("MOVD %s, %s", s.src, s.p)
	s.go_("MOVD %s, %s", s.dst, s.q)
	s.go_("MOVD %s, %s", s.cols, s.left)
	s.label(label)
	s.go_("MOVWU.P 4(%s), %s", s.p, s.word)
	s.go_("MOVW %s, (%s)", s.word, s.q)
	s.go_("ADD %s, %s", s.ldd, s.q)
	s.go_("SUBS $1, %s", s.left)
	s.jump("BNE", label)
	s.go_("ADD %s, %s", s.lds, s.src)
	s.go_("ADD $4, %s", s.dst)
	s.go_("SUB $1, %s", s.rows)
}

// copyNEON writes the copy of narrow rows into a packed panel.
func copyNEON(n *neon) {
	n.function("copyStripNEON", stripSignature, fmt.Sprintf("sets dst[r·ldd+c] = src[r·lds+c] for any rows and 1 to %d cols.", 16), 0, func() {
		dst, ldd, src, lds := n.argument("dst"), n.stride("ldd"), n.argument("src"), n.stride("lds")
		rows, cols := n.argument("rows"), n.argument("cols")
		p, q, left := n.gp(), n.gp(), n.gp()
		n.label("row")
		n.go_("MOVD %s, %s", src, p)
		n.go_("MOVD %s, %s", dst, q)
		n.go_("MOVD %s, %s", cols, left)
		n.sweep("columns", left, []string{p, q}, 4, func(s stretch) { s.store(s.load(p), q) })
		n.go_("ADD %s, %s", lds, src)
		n.go_("ADD %s, %s", ldd, dst)
		n.go_("SUBS $1, %s", rows)
		n.jump("BNE", "row")
		n.go_("RET")
	})
}
