package parquet

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/rows"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// maxStreamed bounds the rows of a file that is read a few rows at a time.
const maxStreamed = 1 << 40

// File is a Parquet file of any number of rows, of which a few are in memory at a time.
// Close it after use. Goroutines may read it at the same time.
type File struct {
	// Digest is the SHA-256 of the metadata of the file, which hold the places, the sizes
	// and usually the bounds of all its columns.
	Digest string
	// Nested lists the columns that Others leaves out.
	Nested []string

	source *dataset.Source
	fields dataset.Fields
	file   *os.File
	reader *reader
	others []other
}

// other is a column that plays no part in a corpus, or none that is read.
type other struct {
	Column
	leaf int // index in the leaves of the reader
}

// Open opens the file at path, of which fields name the columns. It reads the metadata. Its
// errors name the file and have a hint.
func Open(path string, fields dataset.Fields) (*File, error) {
	if err := fields.Check(); err != nil {
		return nil, err
	}
	f := &File{source: &dataset.Source{Path: path}, fields: fields}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Input("check the path", "%s: no such file", f.source.Title())
	} else if err != nil {
		return nil, fault.Input("check the path and its permissions", "%s: it cannot be opened", f.source.Title())
	}
	f.file = file
	if err := f.open(); err != nil {
		file.Close()
		return nil, f.source.Named(err)
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Rows returns the number of rows.
func (f *File) Rows() int { return f.reader.n }

func (f *File) open() error {
	info, err := f.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return fault.Input("give the path of a file", "not a file")
	}
	r := &reader{columns: rows.New("column", "row", f.source, f.fields), in: f.file, size: info.Size()}
	f.reader = r
	if r.meta, r.leaves, err = footer(r.in, r.size, maxStreamed); err != nil {
		return err
	}
	r.n = int(r.meta.NumRows)
	if err := r.checkRows(); err != nil {
		return err
	}
	if err := r.columns.Header(r.names()); err != nil {
		return err
	}
	if f.Digest, err = digest(r); err != nil {
		return err
	}
	return f.findOthers()
}

// digest returns the SHA-256 of the metadata.
func digest(r *reader) (string, error) {
	var tail [8]byte
	if _, err := r.in.ReadAt(tail[:], r.size-8); err != nil {
		return "", errDisk
	}
	meta := make([]byte, binary.LittleEndian.Uint32(tail[:]))
	if _, err := r.in.ReadAt(meta, r.size-8-int64(len(meta))); err != nil {
		return "", errDisk
	}
	sum := sha256.Sum256(meta)
	return hex.EncodeToString(sum[:]), nil
}

// findOthers finds the columns that hold no features, and how to write them.
func (f *File) findOthers() error {
	features := map[string]bool{}
	for _, m := range erc.Modalities {
		name, numbered := f.reader.columns.Vector(m)
		features[name] = true
		for _, one := range numbered {
			features[one] = true
		}
	}
	opened, err := parquet.OpenFile(f.file, f.reader.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fault.Input(hintDamaged, "damaged: its schema cannot be read")
	}
	leaves := map[string]int{}
	for _, l := range f.reader.leaves {
		leaves[l.path[0]]++
	}
	nodes := map[string]parquet.Node{}
	for _, field := range opened.Schema().Fields() {
		nodes[field.Name()] = field
	}
	for i, l := range f.reader.leaves {
		name := l.path[0]
		switch {
		case features[name]:
		case leaves[name] > 1 || nodes[name] == nil:
			if len(f.Nested) == 0 || f.Nested[len(f.Nested)-1] != name {
				f.Nested = append(f.Nested, name)
			}
		default:
			f.others = append(f.others, other{Column{Name: name, node: nodes[name]}, i})
		}
	}
	return nil
}

// Others lists the columns that hold no features, as they are in the file, for a Writer.
// Batch.Other has their cells.
func (f *File) Others() []Column {
	var out []Column
	for _, o := range f.others {
		out = append(out, o.Column)
	}
	return out
}

// Dialogues calls visit with the conversation of every row, in the order of the rows: the
// text or the number of the column dialogue. It reads this column alone, and returns the
// first error of visit.
func (f *File) Dialogues(visit func(row int, name string) error) error {
	var stopped error
	err := f.dialogues(func(row int, name string) bool {
		stopped = visit(row, name)
		return stopped == nil
	})
	if stopped != nil {
		return stopped
	}
	return f.source.Named(err)
}

// dialogues is Dialogues until visit returns false.
func (f *File) dialogues(visit func(row int, name string) bool) error {
	name := f.reader.columns.Called("dialogue")
	column, err := f.reader.scalarAt(name)
	if err != nil {
		return err
	}
	if column < 0 {
		_, err := f.batch(0, 0).Table("") // says that it is not there
		return err
	}
	c, err := f.reader.seek(column, 0, 0)
	if err != nil {
		return placed(name, err)
	}
	for row := range f.reader.n {
		text, err := c.cell()
		if err == nil && text == "" {
			err = fault.Input("give every utterance one", "the cell is empty")
		}
		if err != nil {
			return placed(name, at(row, err))
		}
		if !visit(row, text) {
			break
		}
	}
	return nil
}

// Fault returns an error about the conversation in a row.
func (f *File) Fault(tip string, row int, format string, args ...any) error {
	return f.source.Named(placed(f.reader.columns.Called("dialogue"), at(row, fault.Input(tip, format, args...))))
}

// Refuse returns an error about the file as a whole.
func (f *File) Refuse(tip, format string, args ...any) error {
	return f.source.Named(fault.Input(tip, format, args...))
}

// Features returns the name of the column of a modality, and reports whether the file has
// it, or has numbered columns of that name.
func (f *File) Features(m erc.Modality) (string, bool) {
	name, numbered := f.reader.columns.Vector(m)
	at, err := f.reader.find(name)
	return name, numbered != nil || at >= 0 || err != nil
}

// batch returns an empty collector of rows that begin with a row.
func (f *File) batch(first, n int) *rows.Columns {
	c := rows.New("column", "row", f.source, f.fields)
	_ = c.Header(f.reader.names()) // open has checked them
	c.First, c.Rows = first, max(n, 1)
	return c
}

// scalarAt returns the place of a column with one value a row, -1 if it is not in the file.
func (r *reader) scalarAt(name string) (int, error) {
	at, err := r.find(name)
	if err != nil || at < 0 {
		return -1, err
	}
	if l := &r.leaves[at]; l.repetition > 0 || !l.numeric() && l.kind != format.ByteArray {
		return -1, fault.Input("write numbers or text", "column %q: it holds %s", name, l.describe())
	}
	return at, nil
}
