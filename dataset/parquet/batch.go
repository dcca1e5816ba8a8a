package parquet

import (
	"math"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/rows"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// maxBatch bounds the features of one modality in a batch, of four bytes each.
const maxBatch = 1 << 28

// Rows reads the rows of a file in their order, a few at a time.
type Rows struct {
	file     *File
	next     int // row
	scalars  map[string]*cursor
	vectors  [erc.NumModalities]*cursor   // lists, or texts
	numbered [erc.NumModalities][]*cursor // columns of a feature each
	others   []*cursor
}

// Batch is some rows of a file.
type Batch struct {
	// Table holds the rows as a corpus, with the numbers of rows counted from 0.
	Table *dataset.Table
	// First is the number of the first row in the file.
	First int

	others [][]Cell // [column][row]
}

// Other returns the cell of a column of File.Others in a row of the batch.
func (b *Batch) Other(column, row int) Cell { return b.others[column][row] }

// From returns the rows from a row on. Rows before it in its row group are decoded, and
// other row groups are not. The columns of Others are read if others is true.
func (f *File) From(row int, others bool) (*Rows, error) {
	r, err := f.from(row, others)
	return r, f.source.Named(err)
}

func (f *File) from(row int, others bool) (*Rows, error) {
	out := &Rows{file: f, next: row, scalars: map[string]*cursor{}}
	group, skipped := 0, row
	for group < len(f.reader.meta.RowGroups)-1 && skipped >= int(f.reader.meta.RowGroups[group].NumRows) {
		skipped -= int(f.reader.meta.RowGroups[group].NumRows)
		group++
	}
	open := func(name string, column int) (*cursor, error) {
		c, err := f.reader.seek(column, group, skipped)
		if err != nil {
			return nil, placed(name, err)
		}
		return c, nil
	}
	for _, role := range rows.Roles {
		name := f.reader.columns.Called(role)
		at, err := f.reader.scalarAt(name)
		if err != nil || at < 0 || !f.reader.columns.Reads(role) {
			if err != nil && f.reader.columns.Reads(role) {
				return nil, err
			}
			continue
		}
		if out.scalars[role], err = open(name, at); err != nil {
			return nil, err
		}
	}
	for _, m := range erc.Modalities {
		if err := out.openFeatures(m, open); err != nil {
			return nil, err
		}
	}
	if others {
		for _, o := range f.others {
			c, err := open(o.Name, o.leaf)
			if err != nil {
				return nil, err
			}
			out.others = append(out.others, c)
		}
	}
	return out, nil
}

// openFeatures opens the column or the columns of a modality.
func (r *Rows) openFeatures(m erc.Modality, open func(name string, column int) (*cursor, error)) error {
	in := r.file.reader
	name, numbered := in.columns.Vector(m)
	for _, one := range numbered {
		at, err := in.find(one)
		if err != nil {
			return err
		}
		if l := &in.leaves[at]; l.repetition > 0 || !l.numeric() {
			return fault.Input("write features as numbers", "column %q: it holds %s", one, l.describe())
		}
		c, err := open(one, at)
		if err != nil {
			return err
		}
		r.numbered[m] = append(r.numbered[m], c)
	}
	at, err := in.find(name)
	if err != nil || at < 0 || numbered != nil {
		return err
	}
	if l := &in.leaves[at]; !(l.repetition == 0 && l.kind == format.ByteArray || l.repetition == 1 && l.numeric()) {
		return fault.Input("write features as lists of numbers, as numbered columns, or as paths of .npy files", "column %q: it holds %s", name, l.describe())
	}
	r.vectors[m], err = open(name, at)
	return err
}

// Read returns the next n rows, of which there must be as many.
func (r *Rows) Read(n int) (*Batch, error) {
	b, err := r.read(n)
	return b, r.file.source.Named(err)
}

func (r *Rows) read(n int) (*Batch, error) {
	first := r.next
	columns := r.file.batch(first, n)
	var dialogues []string
	for _, role := range rows.Roles {
		c := r.scalars[role]
		if c == nil {
			if role == "dialogue" || role == "turn" {
				columns.SetCells(role, make([]string, n)) // Table says that it is not there
			}
			continue
		}
		cells := make([]string, n)
		for i := range cells {
			var err error
			if cells[i], err = c.cell(); err != nil {
				return nil, placed(columns.Called(role), at(first+i, err))
			}
		}
		if role == "dialogue" {
			dialogues = cells
		}
		columns.SetCells(role, cells)
	}
	for _, m := range erc.Modalities {
		if err := r.features(m, columns, n); err != nil {
			return nil, err
		}
	}
	b := &Batch{First: first}
	for j, c := range r.others {
		cells := make([]Cell, n)
		for i := range cells {
			var err error
			if cells[i], err = c.copied(); err != nil {
				return nil, placed(r.file.others[j].Name, at(first+i, err))
			}
		}
		b.others = append(b.others, cells)
	}
	r.next += n
	table, err := columns.Table("")
	if err != nil {
		return nil, err
	}
	// Numbers of a batch are those of its names, whatever the names look like: only the file
	// as a whole says whether all of them are numbers.
	table.Dialogue, table.Dialogues = dataset.Number(dialogues)
	b.Table = table
	return b, nil
}

// features reads the features of a modality in the next n rows.
func (r *Rows) features(m erc.Modality, columns *rows.Columns, n int) error {
	switch {
	case r.numbered[m] != nil:
		return r.fromColumns(m, columns, n)
	case r.vectors[m] == nil:
		return nil
	}
	name, _ := columns.Vector(m)
	c := r.vectors[m]
	text := r.file.reader.leaves[c.column].repetition == 0
	vectors, total := make([][]float32, n), 0
	for i := range vectors {
		var err error
		if text {
			var cell string
			if cell, err = c.cell(); err == nil {
				vectors[i], err = columns.FromCell(cell)
			}
		} else {
			vectors[i], err = c.list(nil)
		}
		if total += len(vectors[i]); err == nil && total > maxBatch {
			err = errWide
		}
		if err != nil {
			return placed(name, at(r.next+i, err))
		}
	}
	columns.SetVectors(m, vectors)
	return nil
}

var errWide = fault.Input("cut long conversations into several", "the conversation has more than %d numbers of this modality", maxBatch)

// fromColumns reads the features of a modality that have a column each.
func (r *Rows) fromColumns(m erc.Modality, columns *rows.Columns, n int) error {
	name, names := columns.Vector(m)
	x := &dataset.Matrix{Width: len(names)}
	if int64(n)*int64(x.Width) > maxBatch {
		return placed(name, at(r.next, errWide))
	}
	x.Values = make([]float32, n*x.Width)
	empty := make([]int, n)
	for j, c := range r.numbered[m] {
		for i := range n {
			err := c.row(func(e entryOf) error {
				value := float32(math.NaN())
				if e.value >= 0 {
					value = e.values.float(e.value)
				} else {
					empty[i]++
				}
				x.Values[i*x.Width+j] = value
				return nil
			})
			if err != nil {
				return placed(names[j], at(r.next+i, err))
			}
		}
	}
	for i, missing := range empty {
		if missing != 0 && missing != x.Width {
			return placed(name, at(r.next+i, errSomeEmpty(missing, x.Width)))
		}
	}
	columns.SetFeatures(m, x)
	return nil
}

// copied returns the next row as it is, with its levels.
func (c *cursor) copied() (Cell, error) {
	var cell Cell
	err := c.row(func(e entryOf) error {
		if len(cell.copied) == maxList {
			return errLongList
		}
		value := parquet.NullValue()
		if e.value >= 0 {
			value = e.values.parquet(e.value)
		}
		cell.copied = append(cell.copied, value.Level(e.repetition, e.definition, 0))
		return nil
	})
	return cell, err
}
