package parquet

import (
	"errors"
	"io"

	"github.com/parquet-go/parquet-go/format"

	"gsdnet/internal/fault"
)

// chunk is one column in one row group.
type chunk struct {
	leaf *leaf
	meta *format.ColumnChunk
	rows int // of the row group
	file io.ReaderAt
	size int64 // of the file
}

// batch is a page of data, decoded: for each entry, its levels, and the values of those
// entries that are not null.
type batch struct {
	repetitions []byte // nil in a column that is no list
	definitions []byte // nil in a column that is never null
	count       int    // of entries
	values      *values
}

// level returns the definition level of an entry.
func (b *batch) level(i int) int {
	if b.definitions == nil {
		return b.values.leaf.definition
	}
	return int(b.definitions[i])
}

// batches hands over the pages of the column, one after another, so that one page is in
// memory at a time.
func (c *chunk) batches(visit func(*batch) error) error {
	in, err := c.open()
	if err != nil {
		return err
	}
	for {
		b, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(b); err != nil {
			return err
		}
	}
}

// chunkReader decodes the pages of a column in one row group.
type chunkReader struct {
	chunk      *chunk
	pages      *pages
	dictionary *values
}

func (c *chunk) open() (*chunkReader, error) {
	in, err := c.leaf.open(c.file, c.size, c.meta)
	return &chunkReader{chunk: c, pages: in}, err
}

// next returns the next page of data, and io.EOF after the last one.
func (r *chunkReader) next() (*batch, error) {
	for {
		p, err := r.pages.next()
		if err != nil {
			return nil, err
		}
		if !p.dictionary {
			return r.chunk.decode(p, r.dictionary)
		}
		if r.dictionary, err = plain(r.chunk.leaf, p.values, p.count); err != nil {
			return nil, err
		}
	}
}

// decode decodes the levels and the values of a page.
func (c *chunk) decode(p *page, dictionary *values) (*batch, error) {
	b := &batch{count: p.count}
	there := p.count
	for _, part := range []struct {
		most int
		data []byte
		out  *[]byte
	}{{c.leaf.repetition, p.repetitions, &b.repetitions}, {c.leaf.definition, p.definitions, &b.definitions}} {
		if part.most == 0 {
			continue
		}
		levels, ok := hybrid(part.data, levelWidth(part.most), p.count)
		if !ok {
			return nil, fault.Input(hintDamaged, "damaged: the levels of a page are cut")
		}
		*part.out = levels
	}
	for _, level := range b.definitions {
		switch {
		case int(level) > c.leaf.definition:
			return nil, fault.Input(hintDamaged, "damaged: a level of %d, at most %d are declared", level, c.leaf.definition)
		case int(level) < c.leaf.definition:
			there--
		}
	}
	var err error
	b.values, err = decodeValues(c.leaf, p, there, dictionary)
	return b, err
}

// cells appends a cell for each row of a column that is no list.
func (c *chunk) cells(out []string) ([]string, error) {
	end := len(out) + c.rows
	err := c.batches(func(b *batch) error {
		value := 0
		if b.count > end-len(out) {
			return errRows
		}
		for i := range b.count {
			cell := ""
			if b.level(i) == c.leaf.definition {
				var err error
				if cell, err = b.values.cell(value); err != nil {
					return at(len(out), err)
				}
				value++
			}
			out = append(out, cell)
		}
		return nil
	})
	if err == nil && len(out) != end {
		err = errRows
	}
	return out, err
}

var (
	errLongList   = fault.Input("one list is the features of one utterance", "a list of more than %d numbers", maxList)
	errNullInList = fault.Input("a missing modality is null as a whole; fill single features before", "a null in the list")
)

var errRows = fault.Input(hintDamaged, "damaged: the column has more or fewer values than the row group has rows")

// numbers hands over the number in each row of a column that is no list; there is false
// where it is null. The first row has the number first.
func (c *chunk) numbers(first int, visit func(row int, x float32, there bool)) error {
	row := first
	err := c.batches(func(b *batch) error {
		value := 0
		if b.count > first+c.rows-row {
			return errRows
		}
		for i := range b.count {
			if b.level(i) == c.leaf.definition {
				visit(row, b.values.float(value), true)
				value++
			} else {
				visit(row, 0, false)
			}
			row++
		}
		return nil
	})
	if err == nil && row != first+c.rows {
		err = errRows
	}
	return err
}

// lists hands over the list in each row, nil where it is null or empty. The slice is used
// again for the next row.
func (c *chunk) lists(first int, visit func(row int, list []float32) error) error {
	var list []float32
	row := first - 1 // the row that list belongs to
	flush := func() error {
		if row < first {
			return nil
		}
		if len(list) == 0 {
			return visit(row, nil)
		}
		return visit(row, list)
	}
	err := c.batches(func(b *batch) error {
		value := 0
		for i := range b.count {
			if b.repetitions[i] == 0 {
				if err := flush(); err != nil {
					return err
				}
				row, list = row+1, list[:0]
				if row == first+c.rows {
					return errRows
				}
			} else if row < first {
				return fault.Input(hintDamaged, "damaged: the column begins within a row")
			}
			switch level := b.level(i); {
			case level == c.leaf.definition:
				if len(list) == maxList {
					return at(row, errLongList)
				}
				list = append(list, b.values.float(value))
				value++
			case level >= c.leaf.element:
				return at(row, errNullInList)
			}
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil && row != first+c.rows-1 {
		err = errRows
	}
	return err
}
