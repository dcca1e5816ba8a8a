package main

import "github.com/mmcloughlin/avo/reg"

// A stretch is what a body of a NEON sweep works on: a group of registers, or
// the first lane of one, whose other lanes are loaded as zero.
type stretch struct {
	*neon
	single bool
}

// load reads the stretch of the array at p.
func (s stretch) load(p string) value {
	if !s.single {
		return s.loadAll(p)
	}
	d := s.vector.register()
	s.loadS(d, p, 0)
	return value{d}
}

// store writes the stretch of the array at p.
func (s stretch) store(x value, p string) {
	if s.single {
		s.storeS(x[0], p, 0)
	} else {
		s.storeAll(x, p)
	}
}

// sweep emits a loop over groups of unroll registers, then one over registers
// and one over elements. It moves the pointers and counts n down.
func (n *neon) sweep(label, count string, pointers []string, unroll int, body func(s stretch)) {
	for _, part := range []struct {
		name  string
		group int
		step  int
	}{{label, unroll, 4 * unroll}, {label + "_one", 1, 4}, {label + "_lane", 1, 1}} {
		if part.step == 4 && part.name == label {
			continue // the next part does the same
		}
		end := part.name + "_end"
		n.label(part.name)
		n.go_("CMP $%d, %s", part.step, count)
		n.jump("BLT", end)
		n.vector.group = part.group
		body(stretch{n, part.step == 1})
		for _, p := range pointers {
			n.go_("ADD $%d, %s", 4*part.step, p)
		}
		n.go_("SUB $%d, %s", part.step, count)
		n.jump("B", part.name)
		n.label(end)
	}
	n.vector.group = 1
}

// writeNEON is write for NEON.
func (e *elementwise) writeNEON(n *neon) {
	name := e.name + "NEON"
	n.function(name, e.signature(), e.doc, 0, func() {
		var pointers []string
		at := map[string]string{}
		for _, p := range e.arrays() {
			at[p] = n.argument(p)
			pointers = append(pointers, at[p])
		}
		n.vector.group = e.unroll
		scalars := make([]value, len(e.scalar))
		for i, s := range e.scalar {
			scalars[i] = n.scalar(s)
		}
		n.sweep("loop", n.argument("n"), pointers, e.unroll, func(s stretch) {
			in := make([]value, len(e.in))
			for i, p := range e.in {
				in[i] = s.load(at[p])
			}
			for i, result := range e.body(n.vector, in, scalars) {
				s.store(result, at[e.out[i]])
			}
		})
		n.go_("RET")
	})
}

// convertNEON writes the conversion from unsigned integers.
func convertNEON(n *neon) {
	n.function("fromUint32NEON", "func(dst *float32, src *uint32, n int)", "is the loop of FromUint32.", 0, func() {
		dst, src := n.argument("dst"), n.argument("src")
		n.sweep("loop", n.argument("n"), []string{dst, src}, 4, func(s stretch) {
			s.store(n.unary(ucvtf, s.load(src)), dst)
		})
		n.go_("RET")
	})
}

// writeNEON is write for NEON.
func (r *reduction) writeNEON(n *neon) {
	e := elementwise{out: r.in}
	n.function(r.name+"NEON", e.signature()+" float32", r.doc, 0, func() {
		src := n.argument("src")
		total := n.accumulate("loop", n.argument("n"), src, r.identity, func(v *vector, acc, x value) value {
			return r.merge(v, acc, []value{x})
		}, r.fold)
		n.result(total)
	})
}

// result returns the lowest lane.
func (n *neon) result(r reg.VecVirtual) {
	n.place(0x1e260009, "fmov w9, s%d", []int{5}, r)
	n.go_("MOVW R9, ret+%d(FP)", n.params["ret"].offset)
	n.go_("RET")
}

// accumulate merges count elements into four registers, and these and their
// lanes into the lowest lane of one.
func (n *neon) accumulate(label, count, src string, identity float64, merge, fold combine) reg.VecVirtual {
	v := n.vector
	v.group = sumRegisters
	start := v.constant(identity)
	acc := v.each(func(i int, d reg.VecVirtual) { n.move(d, start[i]) })
	n.sweep(label, count, []string{src}, sumRegisters, func(s stretch) {
		x := s.load(src)
		if s.single && identity != 0 {
			x = n.unary(dup0, x)
		}
		for i, r := range merge(v, acc[:v.group], x) {
			n.move(acc[i], r)
		}
	})
	x := v.foldGroup(acc, fold)
	x = fold(v, x, n.binary(ext8, x, x))
	x = fold(v, x, n.unary(rev64, x))
	return x[0]
}

// rowsNEON writes the functions that sum row after row.
func rowsNEON(n *neon) {
	add := (*vector).add
	n.function("sumRowsNEON", "func(dst, src *float32, rows, cols int)", "is the loop of SumRows.", 0, func() {
		dst, src, rows, cols := n.argument("dst"), n.argument("src"), n.argument("rows"), n.argument("cols")
		count := n.gp()
		n.label("row")
		n.go_("MOVD %s, %s", cols, count)
		total := n.accumulate("sum", count, src, 0, add, add)
		n.storeS(total, dst, 0)
		n.go_("ADD $4, %s", dst)
		n.go_("SUB $1, %s", rows)
		n.jump("CBNZ "+rows+",", "row")
		n.go_("RET")
	})
	n.function("sumColumnsNEON", "func(dst, src *float32, lds, rows, cols int)", "is the loop of SumColumns.", 0, func() {
		dst, src, lds, rows, cols := n.argument("dst"), n.argument("src"), n.stride("lds"), n.argument("rows"), n.argument("cols")
		p, left := n.gp(), n.gp()
		n.sweep("columns", cols, []string{dst, src}, sumRegisters, func(s stretch) {
			acc := n.zero()
			down := n.fresh("down")
			n.go_("MOVD %s, %s", src, p)
			n.go_("MOVD %s, %s", rows, left)
			n.label(down)
			for i, x := range s.load(p) {
				n.three(fadd, acc[i], acc[i], x)
			}
			n.go_("ADD %s, %s", lds, p)
			n.go_("SUB $1, %s", left)
			n.jump("CBNZ "+left+",", down)
			s.store(acc, dst)
		})
		n.go_("RET")
	})
}

// logicNEON writes comparisons into bools, and selection by bools, for
// multiples of four elements.
func logicNEON(n *neon) {
	for _, c := range comparisons {
		n.function(c.name+"VVNEON", "func(dst *bool, a, b *float32, n int)", "compares a[i] with b[i].", 0, func() {
			dst, a, b := n.argument("dst"), n.argument("a"), n.argument("b")
			n.fours(dst, []string{a, b}, func() { n.storeBools(n.masks(c.predicate, n.loadAll(a), n.loadAll(b)), dst) })
		})
		n.function(c.name+"VSNEON", "func(dst *bool, a *float32, s float32, n int)", "compares a[i] with s.", 0, func() {
			n.vector.group = 1
			dst, a, s := n.argument("dst"), n.argument("a"), n.scalar("s")
			n.fours(dst, []string{a}, func() { n.storeBools(n.masks(c.predicate, n.loadAll(a), s), dst) })
		})
	}
	n.selection("selectNEON", "func(dst *float32, cond *bool, a, b *float32, n int)", "sets dst[i] to a[i] where cond[i], else to b[i].", true, true)
	n.selection("selectVSNEON", "func(dst *float32, cond *bool, a *float32, s float32, n int)", "sets dst[i] to a[i] where cond[i], else to s.", true, false)
	n.selection("selectSVNEON", "func(dst *float32, cond *bool, s float32, b *float32, n int)", "sets dst[i] to s where cond[i], else to b[i].", false, true)
}

// selection writes a choice between arrays, or an array and a scalar.
func (n *neon) selection(name, signature, doc string, hasA, hasB bool) {
	n.function(name, signature, doc, 0, func() {
		n.vector.group = 1
		dst, cond := n.argument("dst"), n.argument("cond")
		pointers := []string{dst}
		side := func(array bool, name string) func() value {
			if !array {
				s := n.scalar("s")
				return func() value { return s }
			}
			p := n.argument(name)
			pointers = append(pointers, p)
			return func() value { return n.loadAll(p) }
		}
		a, b := side(hasA, "a"), side(hasB, "b")
		n.fours(cond, pointers, func() { n.storeAll(n.vector.choose(n.loadBools(cond), a(), b()), dst) })
	})
}

// fours sweeps over n/4 registers of floats and four bools each, and returns.
func (n *neon) fours(bools string, floats []string, body func()) {
	count := n.argument("n")
	n.vector.group = 1
	n.label("loop")
	body()
	for _, p := range floats {
		n.go_("ADD $16, %s", p)
	}
	n.go_("ADD $4, %s", bools)
	n.go_("SUBS $4, %s", count)
	n.jump("BGT", "loop")
	n.go_("RET")
}

// storeBools writes one byte of 0 or 1 per lane.
func (n *neon) storeBools(mask value, p string) {
	ones := n.vector.bits(1)
	bytes := n.unary(xtn8, n.unary(xtn4, n.binary(band, mask, ones)))
	n.storeS(bytes[0], p, 0)
}

// loadBools reads one byte per lane.
func (n *neon) loadBools(p string) choice {
	d := n.vector.register()
	n.loadS(d, p, 0)
	return choices(n.unary(cmgt0, n.unary(uxtl4, n.unary(uxtl8, value{d}))))
}
