package simd

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// tileElements is how many elements of an intermediate value a tile has: small
// enough that a dozen stay in the first-level cache, large enough that calling
// a kernel costs little beside its work.
const tileElements = 1024

// A loopCompiler turns a cluster into a loop.
type loopCompiler struct {
	*loop
	c        *cluster
	dims     []int // of the loop: rows' axes, then columns'
	rowAxes  int   // how many of them are rows'
	slot     func(*value) int
	stored   func(*value) bool
	terms    map[*value]term
	lastUse  map[*value]int
	loadOf   map[string]term
	free     map[registerKind][]int // to use again
	held     map[*value]int
	strides  map[int]int // bytes between rows, by pointer of strided loads
	one      int         // pointer of the constant 1, or -1
	partials []*partial
}

// A partial is a reduction whose parts are added up after the loop.
type partial struct {
	value *value
	parts int
	index int // of its accumulator
}

func compileLoop(c *cluster, slot func(*value) int, stored func(*value) bool) *loopCompiler {
	l := &loopCompiler{
		loop: &loop{}, c: c, slot: slot, stored: stored,
		terms: map[*value]term{}, lastUse: map[*value]int{}, loadOf: map[string]term{},
		free: map[registerKind][]int{}, held: map[*value]int{}, strides: map[int]int{}, one: -1,
	}
	l.chooseColumns()
	for i, v := range c.members {
		for _, o := range v.in {
			l.lastUse[o.value] = i
		}
	}
	l.bindLoads()
	l.chooseTile()
	l.relax()
	for i, v := range c.members {
		l.member(i, v)
	}
	l.findStrided()
	l.makePasses()
	l.cutTasks()
	return l
}

// chooseColumns divides the loop's axes into those of rows and of columns.
func (l *loopCompiler) chooseColumns() {
	c := l.c
	inner := 1
	for _, at := range c.cuts {
		l.dims = append([]int{at / inner}, l.dims...)
		inner = at
	}
	l.dims = append([]int{c.size / inner}, l.dims...)
	want := c.cols
	if c.tail != nil && c.tail.inner > 1 {
		want = c.tail.inner
	}
	l.cols, l.rowAxes = 1, len(l.dims)
	limit := c.size
	if want == 0 && c.tail != nil {
		limit = c.tail.middle
	}
	for l.rowAxes > 0 && (want != 0 && l.cols < want || want == 0 && (l.cols < 16 || l.cols == 1) && l.cols < limit) {
		l.rowAxes--
		l.cols *= l.dims[l.rowAxes]
	}
	l.rows = c.size / l.cols
}

// chooseTile fixes how much a tile covers.
func (l *loopCompiler) chooseTile() {
	l.tileCols = l.cols
	if l.c.cols == 0 && l.cols > tileElements {
		l.tileCols = tileElements
	}
	l.tileRows = 1
	if l.tileCols == l.cols {
		l.tileRows = max(1, tileElements/l.cols)
	}
	l.tileRows = min(l.tileRows, l.period)
	tiles := (l.period + l.tileRows - 1) / l.tileRows
	l.tileRows = (l.period + tiles - 1) / tiles
}

// newPointer reserves an entry of the tile's table.
func (l *loopCompiler) newPointer() int {
	l.pointers++
	return l.pointers - 1
}

// A registerKind is what may share a register: elements of one size. What varies by row
// or by column alone has others, so that programs need not end where one is used again.
type registerKind struct {
	size int
	full bool
}

// newRegister reserves scratch memory for a tile of elements of a size.
func (l *loopCompiler) newRegister(size int, s space) int {
	kind := registerKind{size, s == fullSpace}
	if list := l.free[kind]; len(list) > 0 {
		p := list[len(list)-1]
		l.free[kind] = list[:len(list)-1]
		return p
	}
	p := l.newPointer()
	l.registers = append(l.registers, register{p, l.scratch})
	elements := max(tileElements, l.c.cols)
	// The odd line keeps registers from meeting at equal page offsets.
	l.scratch += roundUp(elements*size) + 3*alignment
	return p
}

// release lets a term's register be used again.
func (l *loopCompiler) release(t term) {
	kind := registerKind{t.size, t.space == fullSpace}
	l.free[kind] = append(l.free[kind], t.pointer)
}

// member emits the code of one value.
func (l *loopCompiler) member(i int, v *value) {
	in := make([]term, len(v.in))
	for j, o := range v.in {
		in[j] = l.operand(o)
	}
	switch {
	case v.reduces() && l.c.rows[v]:
		l.foldRow(v, in[0])
	case v.reduces():
		l.accumulate(v, in[0])
	default:
		l.elementwise(i, v, in)
	}
	for _, o := range v.in {
		if r, ok := l.held[o.value]; ok && l.lastUse[o.value] <= i {
			t := l.terms[o.value]
			l.release(term{r, t.space, t.size})
			delete(l.held, o.value)
		}
	}
}

// home returns where v's result goes: into memory, or a register.
func (l *loopCompiler) home(v *value, s space) term {
	size := v.dtype.Size()
	if !l.stored(v) {
		r := l.newRegister(size, s)
		l.held[v] = r
		return term{r, s, size}
	}
	p := l.newPointer()
	l.stores = append(l.stores, store{slot: l.slot(v), pointer: p, size: size, perRow: l.c.rows[v]})
	return term{p, s, size}
}

// takeOver lets v, member i, replace an operand that is not needed any more.
func (l *loopCompiler) takeOver(i int, v *value, s space) (term, bool) {
	if l.stored(v) {
		return term{}, false
	}
	for _, o := range v.in {
		r, held := l.held[o.value]
		t := l.terms[o.value]
		if held && l.lastUse[o.value] <= i && t.space == s && t.size == v.dtype.Size() {
			delete(l.held, o.value)
			l.held[v] = r
			return t, true
		}
	}
	return term{}, false
}

// ownSpace is the space of v's result in memory.
func (l *loopCompiler) ownSpace(v *value) space {
	if l.c.rows[v] {
		return rowSpace
	}
	return fullSpace
}

// elementwise emits an operation on aligned elements. Its result varies only
// as its operands do, unless it goes to memory.
func (l *loopCompiler) elementwise(i int, v *value, in []term) {
	var s space
	for _, t := range in {
		s |= t.space
	}
	own := l.ownSpace(v)
	if !l.stored(v) || s == own {
		dst, ok := l.takeOver(i, v, s)
		if !ok {
			dst = l.home(v, s)
		}
		l.operate(v, dst, in)
		l.terms[v] = dst
		return
	}
	size := v.dtype.Size()
	narrow := term{l.newRegister(size, s), s, size}
	l.operate(v, narrow, in)
	wide := l.home(v, own)
	l.spread(v.dtype, wide, narrow)
	l.release(narrow)
	l.terms[v] = wide
}

// spread emits the repetition of a narrow term's elements.
func (l *loopCompiler) spread(dtype dtypes.DType, dst, src term) {
	t := tables[dtype]
	in := instr{op: compute.OpTypeIdentity, dst: dst, a: src, unary: t.fill}
	switch {
	case src.space == scalarSpace:
		in.kind = spreadOne
	case src.space == rowSpace:
		in.kind = spreadRows
	default:
		in.kind, in.unary = repeatRow, t.copies
	}
	l.code = append(l.code, in)
}

// widened returns t with the space s.
func (l *loopCompiler) widened(dtype dtypes.DType, t term, s space) (wide term, release func()) {
	if t.space == s {
		return t, func() {}
	}
	wide = term{l.newRegister(t.size, s), s, t.size}
	l.spread(dtype, wide, t)
	return wide, func() { l.release(wide) }
}

// operate emits the call of v's loop.
func (l *loopCompiler) operate(v *value, dst term, in []term) {
	from := tables[v.in[0].dtype]
	switch len(in) {
	case 1:
		f := from.unary[v.op]
		if v.op == compute.OpTypeConvertDType {
			f = from.convert[v.dtype]
		}
		l.code = append(l.code, instr{kind: mapWhole, op: programmed(v), dst: dst, a: in[0], unary: f})
	case 2:
		l.zip(programmed(v), from.binary[v.op], dst, in[0], in[1])
	case 3:
		l.choose(v, dst, in)
	default:
		panic(fmt.Sprintf("simd: %s has %d operands", v.op, len(in)))
	}
}

// whole reports whether one call does for all terms: each has the space of the
// result, or is a scalar.
func whole(dst term, in ...term) bool {
	for _, t := range in {
		if t.space != dst.space && t.space != scalarSpace {
			return false
		}
	}
	return true
}

// vector reports whether a term is a vector within one call.
func vector(t, dst term, whole bool) bool {
	if whole {
		return t.space == dst.space && dst.space != scalarSpace
	}
	return t.space&colSpace != 0
}

func (l *loopCompiler) zip(op compute.OpType, f binaryLoops, dst, a, b term) {
	in := instr{kind: zipRows, op: op, dst: dst, a: a, b: b}
	w := whole(dst, a, b)
	if w {
		in.kind = zipWhole
	}
	switch va, vb := vector(a, dst, w), vector(b, dst, w); {
	case va && !vb:
		in.binary = f.vs
	case vb && !va:
		in.binary = f.sv
	default:
		in.binary = f.vv
	}
	l.code = append(l.code, in)
}

func (l *loopCompiler) choose(v *value, dst term, in []term) {
	cond := in[0]
	if dst.space&colSpace != 0 && cond.space&colSpace == 0 || dst.space == rowSpace && cond.space != rowSpace {
		wide, release := l.widened(dtypes.Bool, cond, dst.space)
		defer release()
		cond = wide
	}
	f := tables[v.dtype].selects
	i := instr{kind: selectRows, dst: dst, a: cond, b: in[1], c: in[2]}
	w := whole(dst, cond, in[1], in[2])
	if w {
		i.kind = selectWhole
	}
	switch va, vb := vector(in[1], dst, w), vector(in[2], dst, w); {
	case va && !vb:
		i.selection = f.vs
	case vb && !va:
		i.selection = f.sv
	case dst.space != scalarSpace && !va && !vb:
		i.selection = f.ss
	default:
		i.selection = f.vv
	}
	l.code = append(l.code, i)
}

// foldRow emits the reduction of each row.
func (l *loopCompiler) foldRow(v *value, a term) {
	wide, release := l.widened(v.in[0].dtype, a, fullSpace)
	defer release()
	dst := l.home(v, rowSpace)
	r := tables[v.dtype].reduce[v.op]
	in := instr{kind: foldRows, dst: dst, a: wide, unary: r.row, tile: r.rows}
	if r.rows != nil {
		in.kind = foldEachRow
	}
	l.code = append(l.code, in)
	l.terms[v] = dst
}

// accumulate emits a reduction that is complete when the loop is.
func (l *loopCompiler) accumulate(v *value, a term) {
	wide, release := l.widened(v.in[0].dtype, a, fullSpace)
	defer release()
	r := tables[v.dtype].reduce[v.op]
	size := v.dtype.Size()
	acc := accumulator{
		slot: l.slot(v), pointer: l.newPointer(), size: size, stride: l.c.tail.inner,
		perCol: l.c.tail.inner > 1, identity: r.identity, fill: tables[v.dtype].fill,
	}
	l.partials = append(l.partials, &partial{value: v, index: len(l.accumulators)})
	l.accumulators = append(l.accumulators, acc)
	in := instr{kind: foldOver, dst: term{acc.pointer, colSpace, size}, a: wide, unary: r.row, binary: r.over, tile: r.cols}
	switch {
	case !acc.perCol:
		in.kind = foldTile
	case r.cols != nil && l.tileRows > 1:
		in.kind = foldCols
	}
	if in.kind != foldOver {
		in.b = term{l.newRegister(size, scalarSpace), scalarSpace, size}
		l.release(in.b)
	}
	l.code = append(l.code, in)
}
