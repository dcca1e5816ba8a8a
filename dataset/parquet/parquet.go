// Package parquet reads and writes corpora as Parquet, one row an utterance, with the
// columns of a CSV (package table): dialogue, turn, speaker, split, label, class, and the
// features as lists (text, audio, visual), as numbered columns (text_0, text_1, …), or as
// paths of .npy files.
//
// The metadata are decoded by parquet-go, which also writes. Pages are decoded here,
// because that library allocates what a file declares: a file of a hundred bytes can make
// it take gigabytes. Here, one page of at most 256 MiB and 2^25 values is in memory at a
// time, besides the features themselves.
//
// Open reads files of any size a few rows at a time, and Writer writes them.
//
// Start reading at read, then chunk.batches; for streams at File, then cursor.row.
package parquet

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go/format"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/rows"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

func init() {
	dataset.Register(dataset.Format{Name: ".parquet", About: "Parquet, a row an utterance", Read: read, Write: write})
}

const maxList = dataset.MaxWidth

func read(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	r := &reader{columns: rows.New("column", "row", source, fields)}
	hash, err := source.Random(r.file)
	if err != nil {
		return nil, err
	}
	return r.columns.Table(hash)
}

// reader reads one file.
type reader struct {
	columns *rows.Columns
	meta    *format.FileMetaData
	leaves  []leaf
	in      io.ReaderAt
	size    int64
	n       int // rows
}

// file reads all columns that play a part.
func (r *reader) file(in io.ReaderAt, size int64) (err error) {
	r.in, r.size = in, size
	if r.meta, r.leaves, err = footer(in, size, dataset.MaxRows); err != nil {
		return err
	}
	r.n = int(r.meta.NumRows)
	if err := r.checkRows(); err != nil {
		return err
	}
	r.columns.Rows = r.n
	if err := r.columns.Header(r.names()); err != nil {
		return err
	}
	for _, role := range rows.Roles {
		if err := r.scalar(role); err != nil {
			return err
		}
	}
	for _, m := range erc.Modalities {
		if err := r.features(m); err != nil {
			return err
		}
	}
	return nil
}

// checkRows returns an error if there are no rows, or more than the file can hold.
func (r *reader) checkRows() error {
	switch {
	case r.n == 0:
		return fault.Input("a corpus has 1 to 4194304 utterances", "it has no rows")
	case int64(r.n) > 1<<16+64*r.size:
		return fault.Input(hintDamaged, "damaged: it claims %d rows, which %d bytes cannot hold", r.n, r.size)
	}
	return nil
}

// names lists the columns of the highest level.
func (r *reader) names() []string {
	var names []string
	for i, l := range r.leaves {
		if i == 0 || l.path[0] != r.leaves[i-1].path[0] {
			names = append(names, l.path[0])
		}
	}
	return names
}

// find returns the place of a column, -1 if it is not in the file.
func (r *reader) find(name string) (int, error) {
	found := -1
	for i, l := range r.leaves {
		if l.path[0] != name {
			continue
		}
		if found >= 0 || l.repetition > 1 || l.repetition == 0 && len(l.path) > 1 {
			return -1, fault.Input("a column holds numbers, text, or lists of numbers", "column %q: it is nested", name)
		}
		found = i
	}
	return found, nil
}

// scalar reads the column of a role.
func (r *reader) scalar(role string) error {
	name := r.columns.Called(role)
	at, err := r.find(name)
	if err != nil || at < 0 || !r.columns.Reads(role) {
		if role == "dialogue" || role == "turn" {
			r.columns.SetCells(role, make([]string, r.n)) // Table says that it is not there
		}
		return err
	}
	l := &r.leaves[at]
	if l.repetition > 0 || !l.numeric() && l.kind != format.ByteArray {
		return fault.Input("write numbers or text", "column %q: it holds %s", name, l.describe())
	}
	var cells []string
	for i := range r.meta.RowGroups {
		if cells, err = r.chunk(i, at).cells(cells); err != nil {
			return placed(name, err)
		}
	}
	r.columns.SetCells(role, cells)
	return nil
}

// features reads the features of a modality, in whichever of the three ways they are
// stored.
func (r *reader) features(m erc.Modality) error {
	name, numbered := r.columns.Vector(m)
	if numbered != nil {
		return r.numbered(m, name, numbered)
	}
	at, err := r.find(name)
	if err != nil || at < 0 {
		return err
	}
	switch l := &r.leaves[at]; {
	case l.repetition == 0 && l.kind == format.ByteArray:
		return r.paths(m, name, at)
	case l.repetition == 1 && l.numeric():
		return r.lists(m, name, at)
	default:
		return fault.Input("write features as lists of numbers, as numbered columns, or as paths of .npy files", "column %q: it holds %s", name, l.describe())
	}
}

// paths reads features from texts: lists in brackets or paths of .npy files.
func (r *reader) paths(m erc.Modality, name string, at int) error {
	vectors := make([][]float32, 0, r.n)
	for i := range r.meta.RowGroups {
		cells, err := r.chunk(i, at).cells(nil)
		if err != nil {
			return placed(name, shift(err, len(vectors)))
		}
		for _, cell := range cells {
			vector, err := r.columns.FromCell(cell)
			if err != nil {
				return placed(name, &rowError{len(vectors), err})
			}
			vectors = append(vectors, vector)
		}
	}
	r.columns.SetVectors(m, vectors)
	return nil
}

// lists reads a column of lists into the rows of a matrix.
func (r *reader) lists(m erc.Modality, name string, column int) error {
	x := &dataset.Matrix{}
	before, width := 0, 0 // the rows before the first list, and the row of that list
	for i := range r.meta.RowGroups {
		err := r.chunk(i, column).lists(before, func(row int, list []float32) error {
			switch {
			case x.Width == 0 && list != nil:
				if err := r.room(len(list)); err != nil {
					return err
				}
				x.Width, width = len(list), row
				x.Values = make([]float32, 0, r.n*x.Width) // growing by append takes more than twice as much
				for range row {
					x.Append(nil)
				}
			case list != nil && len(list) != x.Width:
				return at(row, fault.Input("all vectors of a modality are of the same length", "%d features, but %d in row %d", len(list), x.Width, width))
			}
			x.Append(list)
			return nil
		})
		if err != nil {
			return placed(name, err)
		}
		before += int(r.meta.RowGroups[i].NumRows)
	}
	if x.Width > 0 {
		r.columns.SetFeatures(m, x)
	}
	return nil
}

// numbered reads features that have a column each.
func (r *reader) numbered(m erc.Modality, name string, names []string) error {
	x := &dataset.Matrix{Width: len(names)}
	if err := r.room(x.Width); err != nil {
		return placed(name, err)
	}
	x.Values = make([]float32, r.n*x.Width)
	empty := make([]int32, r.n)
	for j, one := range names {
		at, err := r.find(one)
		if err != nil {
			return err
		}
		l := &r.leaves[at]
		if l.repetition > 0 || !l.numeric() {
			return fault.Input("write features as numbers", "column %q: it holds %s", one, l.describe())
		}
		before := 0
		for i := range r.meta.RowGroups {
			err := r.chunk(i, at).numbers(before, func(row int, value float32, there bool) {
				if !there {
					empty[row]++
					value = float32(math.NaN())
				}
				x.Values[row*x.Width+j] = value
			})
			if err != nil {
				return placed(one, err)
			}
			before += int(r.meta.RowGroups[i].NumRows)
		}
	}
	for row, n := range empty {
		if n != 0 && int(n) != x.Width {
			return placed(name, at(row, errSomeEmpty(int(n), x.Width)))
		}
	}
	r.columns.SetFeatures(m, x)
	return nil
}

func errSomeEmpty(n, width int) error {
	return fault.Input("a missing modality has all its cells empty; fill single features before", "%d of its %d cells are empty", n, width)
}

// room returns an error if the features of a modality are more than a corpus may have,
// or more than the file can hold: a run of equal values takes a few bytes.
func (r *reader) room(width int) error {
	n := int64(width) * int64(r.n)
	switch {
	case width > dataset.MaxWidth || n > rows.MaxFeatures:
		return fault.Input("split the corpus", "%d rows of %d features, more than %d numbers", r.n, width, rows.MaxFeatures)
	case n > 1<<24+1024*r.size:
		return fault.Input(hintDamaged, "damaged: it claims %d numbers, which a file of %d bytes cannot hold", n, r.size)
	}
	return nil
}

// chunk returns a column of a row group.
func (r *reader) chunk(group, column int) *chunk {
	g := &r.meta.RowGroups[group]
	return &chunk{leaf: &r.leaves[column], meta: &g.Columns[column], rows: int(g.NumRows), file: r.in, size: r.size}
}

// rowError is an error in a row.
type rowError struct {
	row int
	err error
}

func (e *rowError) Error() string { return e.err.Error() }
func (e *rowError) Unwrap() error { return e.err }

func at(row int, err error) error { return &rowError{row, err} }

// shift moves an error in a row of a row group to that row of the file.
func shift(err error, rows int) error {
	if at := (*rowError)(nil); errors.As(err, &at) {
		return &rowError{at.row + rows, at.err}
	}
	return err
}

// placed puts the column, and the row if it is known, in front of an error.
func placed(column string, err error) error {
	place := fmt.Sprintf("column %q", column)
	if at := (*rowError)(nil); errors.As(err, &at) {
		place = fmt.Sprintf("row %d, column %q", at.row, column)
	}
	tip := fault.Of(err)
	if tip == "" {
		tip = hintDamaged
	}
	return fault.Input(tip, "%s: %w", place, err)
}
