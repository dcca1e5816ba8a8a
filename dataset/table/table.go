// Package table reads and writes corpora as CSV, TSV and JSON Lines, one row an utterance.
//
//	dialogue,turn,speaker,split,label,text_0,text_1,audio
//	talk1,0,anna,train,1.5,0.2,0.7,audio/talk1_0.npy
//	talk1,1,ben,train,-0.5,,,audio/talk1_1.npy
//
//	{"dialogue": "talk1", "turn": 0, "speaker": "anna", "class": "joy", "text": [0.2, 0.7], "audio": null}
//
// The features of a modality are numbered columns (text_0, text_1, …), one column
// with a list in square brackets, or one with the path of a .npy file relative to
// the file itself; a .npy of several steps [T, D] is averaged over its steps. An
// empty cell, null or a key that is not there is a value that is missing.
// Dialogues, speakers and classes may be numbers from 0 or names; names of classes
// are numbered in the order of the alphabet, so that files with the same classes
// agree.
//
// Start reading at csvRows; what the columns mean is in the package rows below
// dataset/internal.
package table

import (
	"io"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/rows"
)

func init() {
	dataset.Register(dataset.Format{Name: ".csv", About: "a table with commas, a line an utterance", Read: reader("column", csvRows(',')), Write: writer(csvLines(','))})
	dataset.Register(dataset.Format{Name: ".tsv", About: "a table with tabs, a line an utterance", Read: reader("column", csvRows('\t')), Write: writer(csvLines('\t'))})
	dataset.Register(dataset.Format{Name: ".jsonl", About: "JSON Lines, an object an utterance", Read: reader("key", jsonRows), Write: writer(jsonLines)})
}

// lines hands every row of a file to the columns.
type lines func(file io.Reader, c *rows.Columns) error

// reader returns the reading function of a format whose columns are called noun.
func reader(noun string, each lines) func(*dataset.Source, dataset.Fields) (*dataset.Table, error) {
	return func(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
		c := rows.New(noun, "line", source, fields)
		hash, err := source.Stream(func(file io.Reader, _ int64) error { return each(file, c) })
		if err != nil {
			return nil, err
		}
		return c.Table(hash)
	}
}
