package parquet

import (
	"errors"
	"io"

	"gsdnet/internal/fault"
)

// cursor reads one column of a file row by row, over all row groups. One page is in memory
// at a time.
type cursor struct {
	reader *reader
	column int // index in the leaves of the reader
	group  int // the row group that in reads; the next one if in is nil
	left   int // rows of the group that have not been read
	in     *chunkReader
	page   *batch // nil before the first page
	entry  int    // the next one of the page
	value  int    // the next one of the page
}

// entryOf is one value of a row, or a null, with its levels.
type entryOf struct {
	repetition, definition int
	values                 *values // of the page
	value                  int     // the place in values; -1 for a null
}

// seek returns a cursor that stands at a row of a row group.
func (r *reader) seek(column, group, skipped int) (*cursor, error) {
	c := &cursor{reader: r, column: column, group: group}
	for range skipped {
		if err := c.row(nil); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// row visits the entries of the next row, of which there is at least one. A nil visit skips
// the row. There must be another row.
func (c *cursor) row(visit func(e entryOf) error) error {
	for c.left == 0 {
		if err := c.enter(); err != nil {
			return err
		}
	}
	if err := c.entries(visit); err != nil {
		return err
	}
	if c.left--; c.left > 0 {
		return nil
	}
	if more, err := c.fill(); err != nil || !more {
		return err
	}
	return errRows
}

// entries visits the entries of a row.
func (c *cursor) entries(visit func(e entryOf) error) error {
	leaf := c.in.chunk.leaf
	for first := true; ; first = false {
		if !first && leaf.repetition == 0 {
			return nil
		}
		if more, err := c.fill(); err != nil {
			return err
		} else if !more && first {
			return errRows
		} else if !more {
			return nil
		}
		e := entryOf{definition: c.page.level(c.entry), values: c.page.values, value: -1}
		if c.page.repetitions != nil {
			e.repetition = int(c.page.repetitions[c.entry])
		}
		switch {
		case first && e.repetition > 0:
			return fault.Input(hintDamaged, "damaged: the column begins within a row")
		case !first && e.repetition == 0:
			return nil
		}
		c.entry++
		if e.definition == leaf.definition {
			e.value = c.value
			c.value++
		}
		if visit == nil {
			continue
		}
		if err := visit(e); err != nil {
			return err
		}
	}
}

// enter goes to the next row group.
func (c *cursor) enter() error {
	if c.group == len(c.reader.meta.RowGroups) {
		return errRows
	}
	chunk := c.reader.chunk(c.group, c.column)
	in, err := chunk.open()
	if err != nil {
		return err
	}
	c.in, c.left, c.page = in, chunk.rows, nil
	c.group++
	return nil
}

// fill reads pages until there is an entry, and reports whether there is one.
func (c *cursor) fill() (bool, error) {
	for c.page == nil || c.entry == c.page.count {
		page, err := c.in.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		c.page, c.entry, c.value = page, 0, 0
	}
	return true, nil
}

// cell returns the next row of a column that is no list as a text, "" for a null.
func (c *cursor) cell() (text string, err error) {
	err = c.row(func(e entryOf) (err error) {
		if e.value >= 0 {
			text, err = e.values.cell(e.value)
		}
		return err
	})
	return text, err
}

// list appends the next row of a column of lists. A null or empty list appends nothing.
func (c *cursor) list(to []float32) ([]float32, error) {
	before := len(to)
	err := c.row(func(e entryOf) error {
		switch {
		case e.value < 0 && e.definition >= e.values.leaf.element:
			return errNullInList
		case e.value < 0:
			return nil
		case len(to)-before == maxList:
			return errLongList
		}
		to = append(to, e.values.float(e.value))
		return nil
	})
	return to, err
}
