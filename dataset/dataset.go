// Package dataset reads corpora of conversations, whatever format they have.
//
//	import _ "gsdnet/dataset/all" // every format
//
//	corpus, err := dataset.Open("mosi.npz", dataset.Fields{Text: "text_unsup"})
//	corpus, err := dataset.Open("synthetic:seed=3", dataset.Fields{})
//
// Every format is a folder of this one. It registers itself (Register) and fills
// a Table: one row an utterance, one column for each part. Table.Corpus turns
// the table into a corpus and checks all of it, in one place for all formats.
// A corpus is read whole or not at all. Whatever is wrong with it is one line
// that names the file and the place (the array and the row, or the line and the
// column), with a hint.
//
// Start reading at Open, then Table, which holds the rules for what a corpus may
// be. Package npz has the project's own container, package synthetic invents
// conversations, and Describe sums any corpus up.
package dataset

import (
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Open reads the corpus at path, whichever format it has; "-" is a .npz on
// standard input. If the fields name a fold, the corpus has its splits (Folded). Errors
// are fault.Input, and leave no corpus.
func Open(path string, fields Fields) (*erc.Corpus, error) {
	table, err := Read(path, fields)
	if err != nil {
		return nil, err
	}
	corpus, err := table.Corpus(fields.Task)
	if err != nil || fields.Folds == 0 || !fields.ReadsSplits() {
		return corpus, err
	}
	return Folded(corpus, fields.Folds, fields.Fold)
}

// Read reads the table of the file at path, which Table.Corpus has not checked
// yet. If a format can list what the file holds although it makes no table, it
// returns a table with Hash and Columns alone beside the error.
func Read(path string, fields Fields) (*Table, error) {
	if err := fields.Check(); err != nil {
		return nil, err
	}
	source := &Source{Path: path}
	format, err := recognise(source)
	if err != nil {
		return nil, err
	}
	table, err := format.Read(source, fields)
	if table != nil {
		if table.Path == "" {
			table.Path = path
		}
		table.Name = printable(table.Name)
		if table.Name == "" {
			table.Name = baseName(table.Path)
		}
	}
	return table, err
}

// corpusFault is an error of erc.Corpus.Check, which Table.Corpus should have
// found first.
func corpusFault(path string, err error) error {
	return fault.Input("mend the file; conversations and utterances are counted from 0", "%s: %w", path, err)
}
