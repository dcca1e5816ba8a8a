// Package npz is the project's own format of a corpus: a .npz of NumPy, in which
// each array plays one part, and row i of every array is the same utterance.
//
//	np.savez("corpus.npz", text=text, audio=audio, label=label, dialogue=dialogue, turn=turn)
//
//	corpus, err := dataset.Open("corpus.npz", dataset.Fields{})
//	err = npz.Write("copy.npz", corpus)
//
// docs/data.md lists the arrays. The archive itself is read by internal/npz; this
// package says which array plays which part, converts them to the columns of a
// dataset.Table, and blames what is wrong on an array and a row.
//
// Start reading at Table, then reader.read.
package npz

import (
	"errors"
	"fmt"
	"os"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

func init() {
	dataset.Register(dataset.Format{Name: ".npz", About: "arrays of NumPy, an array for each part", Read: read, Write: write})
}

func read(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	file, err := ReadFile(source.Path)
	if err != nil {
		return nil, err
	}
	table, err := withNames(source.Path, file, fields)
	if err != nil { // Describe shows what there is all the same
		table = &dataset.Table{Path: source.Path, Hash: file.Hash}
	}
	table.Columns = func() []dataset.ArrayInfo { return Describe(file, fields) }
	return table, err
}

func withNames(path string, file *archive.File, fields dataset.Fields) (*dataset.Table, error) {
	table, err := Table(path, file, fields)
	if err != nil || path == dataset.Stdin {
		return table, err
	}
	return table, readNames(path, table)
}

// ReadFile reads the arrays of a .npz, from standard input if the path is "-".
func ReadFile(path string) (*archive.File, error) {
	if path == dataset.Stdin {
		return archive.ReadStream(dataset.Title(path), os.Stdin)
	}
	return archive.ReadFile(path)
}

// Corpus makes a corpus of the arrays of a file, which is called path in messages
// and is not changed.
func Corpus(path string, file *archive.File, fields dataset.Fields) (*erc.Corpus, error) {
	table, err := Table(path, file, fields)
	if err != nil {
		return nil, err
	}
	return table.Corpus(fields.Task)
}

// Table makes a table of the arrays of a file, which is called path in messages
// and is not changed. Dialogues, speakers and splits may be text. An array
// without a part may hold anything.
func Table(path string, file *archive.File, fields dataset.Fields) (*dataset.Table, error) {
	if err := fields.Check(); err != nil {
		return nil, err
	}
	r := &reader{path: dataset.Title(path), file: file, fields: fields.Resolved()}
	if err := r.checkNames(fields); err != nil {
		return nil, err
	}
	table := &dataset.Table{
		Path: path, Hash: file.Hash, Called: r.called,
		Place: func(role string, row int) string {
			if row < 0 {
				return fmt.Sprintf("array %q", r.called(role))
			}
			return fmt.Sprintf("array %q, row %d", r.called(role), row)
		},
	}
	if err := r.read(table); err != nil {
		return nil, err
	}
	table.Rows = r.n
	return table, nil
}

// reader turns the arrays of one file into columns.
type reader struct {
	path   string
	file   *archive.File
	fields dataset.Fields // resolved
	n      int            // rows, as the array first has them
	first  string
}

// called returns the array that plays a part.
func (r *reader) called(role string) string {
	for _, c := range r.fields.Columns() {
		if c.Role == role {
			return *c.Name
		}
	}
	return role
}

// read reads every column.
func (r *reader) read(t *dataset.Table) (err error) {
	for _, m := range erc.Modalities {
		if t.Features[m], err = r.features(m); err != nil {
			return err
		}
	}
	if t.Present, err = r.present(); err != nil {
		return err
	}
	if t.Dialogue, t.Dialogues, err = r.identities(r.fields.Dialogue, "number the dialogues from 0, or save their names with .astype(str)"); err != nil {
		return err
	}
	if t.Turn, err = r.integers(r.fields.Turn, "number the turns within each dialogue"); err != nil {
		return err
	}
	if t.Speaker, t.Speakers, err = r.identities(r.fields.Speaker, "number the speakers from 0, or save their names with .astype(str)"); err != nil {
		return err
	}
	if r.fields.ReadsSplits() {
		if t.Split, err = r.splits(); err != nil {
			return err
		}
	}
	return r.labels(t)
}

// fault is an error in an array as a whole.
func (r *reader) fault(tip, array, format string, args ...any) error {
	return fault.Input(tip, "%s: array %q: %s", r.path, array, fmt.Sprintf(format, args...))
}

// faultAt is an error in one row of an array.
func (r *reader) faultAt(tip, array string, row int, format string, args ...any) error {
	return fault.Input(tip, "%s: array %q, row %d: %s", r.path, array, row, fmt.Sprintf(format, args...))
}

// unreadable is what an archive.Array says of its elements: of one of them, which
// is in a row of that many, or of all.
func (r *reader) unreadable(tip, wrongType, array string, width int, err error) error {
	var element *archive.ElementError
	if errors.As(err, &element) {
		return r.faultAt(tip, array, element.Index/width, "%s", element.Text)
	}
	return r.fault(wrongType, array, "%v", err)
}
