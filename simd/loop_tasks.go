package simd

// What one task of a loop does at least, in about nanoseconds, and how many
// there are at most. Neither depends on the number of workers, so that sums are
// divided the same way whatever it is.
const (
	taskWork = 8000
	maxTasks = 128
)

// cutTasks divides the loop among tasks.
func (l *loopCompiler) cutTasks() {
	wanted := min(maxTasks, max(1, loopStep{l.loop}.work()/taskWork))
	if l.c.tail == nil {
		l.cutFree(wanted)
		return
	}
	outer := l.c.tail.outer
	rowsEach := max(1, l.rows/outer)
	var parts int
	switch tiles := (l.cols + l.tileCols - 1) / l.tileCols; {
	case outer >= wanted || outer >= maxTasks/2:
		l.cutOuter(outer, rowsEach, wanted)
		return
	case l.c.tail.inner == l.cols && tiles*outer >= wanted/2 && tiles > 1:
		l.cutColumns(outer, rowsEach, min(tiles, (wanted+outer-1)/outer))
		return
	case rowsEach > 1:
		parts = min((wanted+outer-1)/outer, max(1, rowsEach/l.tileRows))
		for o := range outer {
			for i := range parts {
				l.tasks = append(l.tasks, loopTask{o*rowsEach + rowsEach*i/parts, o*rowsEach + rowsEach*(i+1)/parts, 0, l.cols, o*parts + i})
			}
		}
	default:
		parts = min((wanted+outer-1)/outer, tiles)
		for o := range outer {
			for i := range parts {
				l.tasks = append(l.tasks, loopTask{o, o + 1, tiles * i / parts * l.tileCols, min(l.cols, tiles*(i+1)/parts*l.tileCols), o*parts + i})
			}
		}
	}
	for _, p := range l.partials {
		p.parts = parts
	}
}

// cutFree divides rows or, of few rows, columns.
func (l *loopCompiler) cutFree(wanted int) {
	blocks := (l.rows + l.tileRows - 1) / l.tileRows
	if blocks > 1 {
		n := min(wanted, blocks)
		for i := range n {
			l.tasks = append(l.tasks, loopTask{blocks * i / n * l.tileRows, min(l.rows, blocks*(i+1)/n*l.tileRows), 0, l.cols, 0})
		}
		return
	}
	tiles := (l.cols + l.tileCols - 1) / l.tileCols
	n := min(wanted, tiles)
	for i := range n {
		l.tasks = append(l.tasks, loopTask{0, l.rows, tiles * i / n * l.tileCols, min(l.cols, tiles*(i+1)/n*l.tileCols), 0})
	}
}

// cutOuter gives each task some of the sums, each whole.
func (l *loopCompiler) cutOuter(outer, rowsEach, wanted int) {
	n := min(wanted, outer)
	for i := range n {
		from := outer * i / n
		l.tasks = append(l.tasks, loopTask{from * rowsEach, outer * (i + 1) / n * rowsEach, 0, l.cols, from})
	}
	l.sumRows = rowsEach
	for _, p := range l.partials {
		p.parts = 1
	}
}

// cutColumns gives each task all rows of some columns of a sum over rows, so that there
// are no partial results.
func (l *loopCompiler) cutColumns(outer, rowsEach, parts int) {
	tiles := (l.cols + l.tileCols - 1) / l.tileCols
	for o := range outer {
		for i := range parts {
			l.tasks = append(l.tasks, loopTask{o * rowsEach, (o + 1) * rowsEach, tiles * i / parts * l.tileCols, min(l.cols, tiles*(i+1)/parts*l.tileCols), o})
		}
	}
	for _, p := range l.partials {
		p.parts = 1
	}
}
