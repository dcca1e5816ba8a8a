package simd

import (
	"slices"

	"github.com/gomlx/compute/dtypes"
)

// bindLoads plans how every array from outside is read, and from that how
// many rows a tile may span.
func (l *loopCompiler) bindLoads() {
	l.period = l.rows
	if l.c.tail != nil {
		l.period = max(1, l.c.tail.middle*l.c.tail.inner/l.cols)
		l.period = min(l.period, l.rows)
	}
	for _, v := range l.c.members {
		for _, o := range v.in {
			if !slices.Contains(l.c.members, o.value) {
				l.load(o, l.c.rows[v] && !v.reduces())
			}
		}
	}
}

// operand returns the term of an operand of a member.
func (l *loopCompiler) operand(o operand) term {
	if t, ok := l.terms[o.value]; ok {
		return t
	}
	return l.loadOf[l.loadKey(o)]
}

func (l *loopCompiler) loadKey(o operand) string {
	return string((&value{in: []operand{{o.value, o.view.collapse()}}, dims: []int{product(o.view.dims)}}).appendKey(nil))
}

// load plans the reading of one array.
func (l *loopCompiler) load(o operand, row bool) {
	key := l.loadKey(o)
	if _, ok := l.loadOf[key]; ok {
		return
	}
	dims := l.dims
	if row {
		dims = l.dims[:l.rowAxes]
	}
	v, ok := o.view.collapse().split(dims)
	if !ok && product(o.view.dims) > 1 {
		panic("simd: an operand does not fit its loop")
	}
	rows := view{dims: v.dims[:l.rowAxes], strides: v.strides[:l.rowAxes]}.collapse()
	cols := view{dims: v.dims[l.rowAxes:], strides: v.strides[l.rowAxes:]}.collapse()
	t := tables[o.dtype]
	ld := load{
		slot: l.slot(o.value), pointer: l.newPointer(), size: o.dtype.Size(), offset: v.offset,
		rowDims: rows.dims, rowSteps: rows.strides, colDims: cols.dims, colSteps: cols.strides,
		gather: t.gatherer, copies: t.copies, fill: t.fill,
	}
	s := l.classify(&ld, o.dtype)
	if ld.kind != direct {
		ld.register = l.newRegister(ld.size, s)
	}
	if isScalar32(o, 1) {
		l.one = ld.pointer
	}
	l.loads = append(l.loads, ld)
	l.loadOf[key] = term{ld.pointer, s, ld.size}
}

// classify chooses how to read a load and shortens the period where it lies
// evenly only within it.
func (l *loopCompiler) classify(ld *load, dtype dtypes.DType) space {
	colStep, evenCols := single(ld.colDims, ld.colSteps)
	rowStep, rowRun := lastAxis(ld.rowDims, ld.rowSteps, l.rows)
	constantCols := evenCols && colStep == 0
	switch {
	case constantCols && rowRun < l.rows && !l.shorten(rowRun):
		ld.kind = rowValues
		return rowSpace
	case constantCols && rowStep == 0:
		return scalarSpace
	case constantCols && rowStep == 1:
		return rowSpace
	case constantCols:
		ld.kind = rowValues
		return rowSpace
	case !evenCols:
		ld.kind = scattered
	case rowRun < l.rows && !l.shorten(rowRun):
		ld.kind = packRows
		if colStep != 1 {
			ld.kind = stepped
		}
	case colStep == 1 && rowStep == 0 && l.rows > 1:
		return colSpace
	case colStep == 1 && (rowStep == l.cols || l.rows == 1):
	case colStep == 1:
		ld.kind = packRows
	case rowStep == 1 && dtype == dtypes.Float32 && l.rows > 1:
		ld.kind = transposed
	default:
		ld.kind = stepped
	}
	return fullSpace
}

// single returns the step of columns that are evenly spaced.
func single(dims, steps []int) (step int, even bool) {
	switch len(dims) {
	case 0:
		return 0, true
	case 1:
		return steps[0], true
	}
	return 0, false
}

// lastAxis returns the step of the rows and how many are evenly spaced.
func lastAxis(dims, steps []int, rows int) (step, run int) {
	if len(dims) == 0 {
		return 0, rows
	}
	last := len(dims) - 1
	if last == 0 {
		return steps[0], rows
	}
	return steps[last], dims[last]
}

// shorten makes run a bound of tiles, if they stay large enough.
func (l *loopCompiler) shorten(run int) bool {
	if run >= l.period {
		return run%l.period == 0
	}
	if l.period%run != 0 || run*min(l.cols, tileElements) < tileElements/4 {
		return false
	}
	l.period = run
	return true
}

// relax reads rows that are apart where they lie, if a tile has only one.
func (l *loopCompiler) relax() {
	for i := range l.loads {
		if l.tileRows == 1 && l.loads[i].kind == packRows {
			l.loads[i].kind = direct
		}
	}
}
