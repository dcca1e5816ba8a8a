package npz

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// Load returns the arrays of a corpus of any format, and the fields that find them:
// of a .npz the file as it is and the fields as given, of any other format what
// Import would write.
func Load(path string, fields dataset.Fields) (*archive.File, dataset.Fields, error) {
	if path == dataset.Stdin || strings.EqualFold(filepath.Ext(path), ".npz") {
		file, err := ReadFile(path)
		return file, fields, err
	}
	table, _, err := checked([]string{path}, fields)
	if err != nil {
		return nil, fields, err
	}
	return Arrays(table), dataset.Fields{Task: fields.Task}, nil
}

// checked reads a table, and checks it for the task and for each kind of label that
// it has.
func checked(paths []string, fields dataset.Fields) (*dataset.Table, *erc.Corpus, error) {
	table, err := dataset.ReadAll(paths, fields)
	if err != nil {
		return nil, nil, err
	}
	corpus, err := table.Checked(fields.Task)
	if err != nil {
		return nil, nil, err
	}
	return table, corpus, nil
}

// Imported is a corpus that was read and checked, and not yet written.
type Imported struct {
	Corpus *erc.Corpus
	Table  *dataset.Table
	out    string
}

// Import reads a corpus of any format, of one file or several, which Write then writes
// to out, a .npz. It writes nothing itself, so that a caller may stop waiting for it.
func Import(paths []string, fields dataset.Fields, out string) (*Imported, error) {
	if err := mayWriteNames(out); err != nil {
		return nil, err
	}
	table, corpus, err := checked(paths, fields)
	if err != nil {
		return nil, err
	}
	return &Imported{Corpus: corpus, Table: table, out: out}, nil
}

// Write writes the corpus to the .npz and its names to the JSON beside it. It replaces a
// .npz and a JSON that are there.
func (i *Imported) Write() error { return write(i.out, i.Table) }

// write writes a table to a .npz and its names to the JSON beside it.
func write(path string, t *dataset.Table) error {
	if err := mayWriteNames(path); err != nil {
		return err
	}
	if err := Arrays(t).WriteFile(path); err != nil {
		return err
	}
	return WriteNames(path, t)
}

// mayWriteNames refuses to write over a JSON that holds something else than names.
func mayWriteNames(out string) error {
	path := NamesFile(out)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer f.Close()
		decoder := json.NewDecoder(f)
		decoder.DisallowUnknownFields()
		if decoder.Decode(&names{}) == nil {
			return nil
		}
	}
	return fault.Input("choose another --out, or move that file away", "%s is there already and holds something else than names, which would be written there", path)
}
