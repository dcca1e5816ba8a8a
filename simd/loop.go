package simd

import (
	"unsafe"

	"gsdnet/simd/internal/kernel"
)

// A loop is a fused cluster made ready to run. It covers rows × cols elements
// tile by tile; a tile is tileRows × tileCols, so that what the code works on
// stays in the first-level cache. Nothing here depends on the number of
// workers.
type loop struct {
	rows, cols         int
	tileRows, tileCols int
	period             int // a tile does not cross multiples of this many rows
	loads              []load
	stores             []store
	code               []instr
	passes             []pass     // the code, in parts
	pointers           int        // in the table of a tile
	registers          []register // pointers to scratch memory
	scratch            int        // bytes of it
	tasks              []loopTask
	accumulators       []accumulator
	sumRows            int // rows of one sum, where tasks do several; or 0
}

// A register is scratch memory for one tile's intermediate value.
type register struct{ pointer, offset int }

// A loopTask is a part of the loop that one worker does: rows from row to
// rowEnd, of them the columns from col to colEnd.
type loopTask struct {
	row, rowEnd, col, colEnd int
	part                     int // which partial result of the accumulators
}

// A store is a result in memory: of every element, or one of each row.
type store struct {
	slot, pointer, size int
	perRow              bool
}

// An accumulator is a reduction's result, or its partial results.
type accumulator struct {
	slot, pointer, size int
	stride              int // elements from one part to the next
	perCol              bool
	identity            []byte
	fill                unaryLoop
}

// work runs task t.
func (l *loop) work(c *context, w *worker, t *loopTask) {
	p := w.table(l.pointers)
	scratch := w.memory(l.scratch)
	for _, r := range l.registers {
		p[r.pointer] = unsafe.Add(scratch, r.offset)
	}
	l.begin(c, p, t, t.part)
	for row := t.row; row < t.rowEnd; {
		if l.sumRows > 0 && row%l.sumRows == 0 {
			l.begin(c, p, t, row/l.sumRows)
		}
		rows := min(l.tileRows, t.rowEnd-row, l.period-row%l.period)
		for col := t.col; col < t.colEnd; col += l.tileCols {
			l.tile(c, w, p, t, row, rows, col, min(l.tileCols, t.colEnd-col))
		}
		row += rows
	}
}

// begin sets a part of the accumulators to their identities.
func (l *loop) begin(c *context, p []unsafe.Pointer, t *loopTask, part int) {
	for i := range l.accumulators {
		a := &l.accumulators[i]
		first, n := part*a.stride, 1
		if a.perCol {
			first, n = first+t.col, t.colEnd-t.col
		}
		p[a.pointer] = unsafe.Add(c.slots[a.slot], first*a.size)
		a.fill(p[a.pointer], pointerTo(a.identity), n)
	}
}

// part returns which partial result the task adds to at a row.
func (l *loop) part(t *loopTask, row int) int {
	if l.sumRows > 0 {
		return row / l.sumRows
	}
	return t.part
}

// tile runs the code on rows × cols elements.
func (l *loop) tile(c *context, w *worker, p []unsafe.Pointer, t *loopTask, row, rows, col, cols int) {
	for i := range l.loads {
		l.loads[i].bind(c, w, p, row, rows, col, cols)
	}
	for i := range l.stores {
		s := &l.stores[i]
		at := row
		if !s.perRow {
			at = row*l.cols + col
		}
		p[s.pointer] = unsafe.Add(c.slots[s.slot], at*s.size)
	}
	if l.tileCols < l.cols {
		for i := range l.accumulators {
			if a := &l.accumulators[i]; a.perCol {
				p[a.pointer] = unsafe.Add(c.slots[a.slot], (l.part(t, row)*a.stride+col)*a.size)
			}
		}
	}
	for i := range l.passes {
		l.passes[i].run(w, p, rows, cols)
	}
}

// A load is an array that the loop reads: where the elements of a tile lie.
type load struct {
	slot, pointer, size int
	offset              int
	rowDims, rowSteps   []int // how rows lie; one axis, if they are even
	colDims, colSteps   []int
	kind                loadKind
	panel               bool // in the worker's panel of a product
	register            int  // pointer of the register to gather into
	gather              func(dst, a unsafe.Pointer, step, n int)
	copies, fill        unaryLoop
}

type loadKind int

const (
	direct     loadKind = iota // used where it lies
	packRows                   // rows are contiguous but apart
	strided                    // the same, evenly; only programs read them
	transposed                 // columns are contiguous float32
	stepped                    // rows are evenly spaced elements
	scattered                  // neither rows nor columns are even
	rowValues                  // one element per row, evenly spaced
)

func (l *load) rowOffset(row int) int { return offsetAt(l.rowDims, l.rowSteps, row) }
func (l *load) colOffset(col int) int { return offsetAt(l.colDims, l.colSteps, col) }

// offsetAt returns where element i of an array lies.
func offsetAt(dims, steps []int, i int) int {
	switch len(dims) {
	case 0:
		return 0
	case 1:
		return i * steps[0]
	}
	at := 0
	for a := len(dims) - 1; a >= 0; a-- {
		at += i % dims[a] * steps[a]
		i /= dims[a]
	}
	return at
}

// bind points the table at the tile's elements, gathering them if they are
// not in order.
func (l *load) bind(c *context, w *worker, p []unsafe.Pointer, row, rows, col, cols int) {
	if l.panel {
		p[l.pointer] = unsafe.Add(w.panel.ptr, (l.rowOffset(row)+l.colOffset(col)-w.panelFirst)*l.size)
		return
	}
	base := c.slots[l.slot]
	from := unsafe.Add(base, (l.offset+l.rowOffset(row)+l.colOffset(col))*l.size)
	if l.kind == direct || l.kind == strided && kernel.Interprets() {
		p[l.pointer] = from
		return
	}
	dst := p[l.register]
	p[l.pointer] = dst
	switch l.kind {
	case packRows, strided:
		for r := range rows {
			l.copies(unsafe.Add(dst, r*cols*l.size), l.at(base, row+r, col), cols)
		}
	case transposed:
		step := l.colSteps[0]
		src := at[float32](from, (cols-1)*step+rows)
		kernel.Transpose2D(at[float32](dst, rows*cols), cols, src, step, cols, rows)
	case stepped:
		for r := range rows {
			l.gather(unsafe.Add(dst, r*cols*l.size), l.at(base, row+r, col), l.colSteps[0], cols)
		}
	case scattered:
		for r := range rows {
			l.runs(unsafe.Add(dst, r*cols*l.size), base, row+r, col, cols)
		}
	case rowValues:
		for r := range rows {
			l.copies(unsafe.Add(dst, r*l.size), l.at(base, row+r, 0), 1)
		}
	}
}

// runs gathers a row whose columns are of several axes: the last axis is even.
func (l *load) runs(dst, base unsafe.Pointer, row, col, cols int) {
	last := len(l.colDims) - 1
	length, step := l.colDims[last], l.colSteps[last]
	for i := 0; i < cols; {
		n := min(cols-i, length-(col+i)%length)
		to, from := unsafe.Add(dst, i*l.size), l.at(base, row, col+i)
		switch step {
		case 0:
			l.fill(to, from, n)
		case 1:
			l.copies(to, from, n)
		default:
			l.gather(to, from, step, n)
		}
		i += n
	}
}

func (l *load) at(base unsafe.Pointer, row, col int) unsafe.Pointer {
	return unsafe.Add(base, (l.offset+l.rowOffset(row)+l.colOffset(col))*l.size)
}
