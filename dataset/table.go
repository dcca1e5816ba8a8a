package dataset

import (
	"fmt"
	"math"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// What a table may hold. Labels beyond MaxScore are on another scale (1 to 5, 1
// to 7, 0 to 100) and are refused; classes beyond MaxClasses are a column that
// holds something else.
const (
	MaxScore   = erc.MaxScore
	MaxClasses = erc.MaxClasses
	MaxRows    = erc.MaxUtterances
	MaxWidth   = erc.MaxWidth
)

// Table holds the utterances of a file, one a row, in the order of the file. Every
// format fills one, and Corpus makes a corpus of it. A column is nil where the
// file does not have it; all others have Rows values. The rules:
//
//   - Dialogue and Turn must be there, and at least one modality. Rows come in any
//     order; dialogue and turn put them in order.
//   - A modality is missing where its row is NaN throughout or where Present says
//     so. What is stored of a modality that is not Present is ignored; one that is
//     Present must not be NaN.
//   - Only the labels of the task are used. A corpus with no label at all has the
//     task erc.NoLabels.
//   - Without Split, or with the task "none", every conversation is a test
//     conversation: the input of a prediction. Without Speaker there is one.
type Table struct {
	Path string // of the file, for messages
	Name string // of the corpus; the base name of Path if empty
	Hash string // SHA-256 of what was read, hexadecimal
	Rows int

	Features [erc.NumModalities]*Matrix
	Present  []erc.Present // optional

	Label    []float64 // optional; NaN without a score
	Class    []int64   // optional; -1 without a class
	Dialogue []int64   // from 0
	Turn     []int64
	Speaker  []int64 // optional; from 0
	Split    []int64 // optional; the number of an erc.Split

	// Names by number, nil where the file has numbers alone.
	Dialogues, Speakers, Classes []string
	// Titles are names of conversations by dialogue number that are only shown;
	// the file itself has numbers.
	Titles []string

	// Place says where a value stands, as in `line 5, column "label"`; a negative
	// row stands for the whole column. Columns are named by their roles, as in
	// Fields. Nil is `column "label", row 3`.
	Place func(column string, row int) string
	// Called returns what the file calls a column. Nil is the column's role.
	Called func(column string) string
	// Columns describes everything that the file holds, used or not, for Describe.
	// It may be nil.
	Columns func() []ArrayInfo

	parts []*Table // of several files, by ReadAll
}

// Matrix holds the features of one modality, a row an utterance.
type Matrix struct {
	Width  int       // of a row
	Values []float32 // [Rows, Width]; a missing row is NaN throughout
	Names  []string  // of the features, optional
}

// Row returns the features of one utterance.
func (m *Matrix) Row(i int) []float32 { return m.Values[i*m.Width : (i+1)*m.Width : (i+1)*m.Width] }

// Append adds the features of one utterance, of the matrix's width, or nil where they
// are missing.
func (m *Matrix) Append(features []float32) {
	if features != nil {
		m.Values = append(m.Values, features...)
		return
	}
	for range m.Width {
		m.Values = append(m.Values, float32(math.NaN()))
	}
}

// Fault returns an error in one row of a column, or in all of it if the row is
// negative.
func (t *Table) Fault(tip, column string, row int, format string, args ...any) error {
	for _, part := range t.parts {
		if row < part.Rows {
			return part.Fault(tip, column, row, format, args...)
		}
		row -= part.Rows
	}
	var place string
	switch {
	case t.Place != nil:
		place = t.Place(column, row)
	case row < 0:
		place = fmt.Sprintf("column %q", t.called(column))
	default:
		place = fmt.Sprintf("column %q, row %d", t.called(column), row)
	}
	return fault.Input(tip, "%s: %s: %s", Title(t.Path), place, fmt.Sprintf(format, args...))
}

func (t *Table) called(column string) string {
	if t.Called == nil {
		return column
	}
	return t.Called(column)
}

// Corpus checks the table and makes a corpus of it, for a task as in
// Fields.Task. The features of the corpus are those of the table, not copies.
func (t *Table) Corpus(task string) (*erc.Corpus, error) {
	if err := t.checkShapes(); err != nil {
		return nil, err
	}
	rows := make([]row, t.Rows)
	for _, fill := range []func([]row) error{t.fillFeatures, t.fillPositions, func(rows []row) error { return t.fillSplits(rows, task) }} {
		if err := fill(rows); err != nil {
			return nil, err
		}
	}
	corpus := &erc.Corpus{Name: printable(t.Name), Hash: t.Hash, Dialogues: t.Dialogues, Speakers: t.Speakers}
	if corpus.Name == "" {
		corpus.Name = baseName(t.Path)
	}
	for m, x := range t.Features {
		if x != nil {
			corpus.Dims[m] = x.Width
			for _, name := range x.Names {
				corpus.Channels[m] = append(corpus.Channels[m], printable(name))
			}
		}
	}
	var err error
	if corpus.Task, corpus.NumClasses, err = t.fillLabels(rows, task); err != nil {
		return nil, err
	}
	if corpus.Task == erc.Classes {
		for _, name := range t.Classes {
			corpus.Classes = append(corpus.Classes, printable(name))
		}
	}
	if corpus.Conversations, err = t.group(rows); err != nil {
		return nil, err
	}
	if err := corpus.Check(); err != nil {
		return nil, corpusFault(t.Path, err)
	}
	return corpus, nil
}

// Checked is Corpus, and also checks the labels that the task does not use: what may be
// written to another file.
func (t *Table) Checked(task string) (*erc.Corpus, error) {
	corpus, err := t.Corpus(task)
	if err == nil && t.Label != nil && t.Class != nil && task == "" {
		_, err = t.Corpus(erc.Classes.String())
	}
	if err != nil {
		return nil, err
	}
	return corpus, nil
}

// row is an utterance and what says where it belongs.
type row struct {
	erc.Utterance
	dialogue int32
	split    erc.Split
}

// Number numbers texts in the order in which they first appear, and returns the
// number of each text and the texts by number.
func Number(texts []string) (numbers []int64, names []string) {
	seen := map[string]int64{}
	numbers = make([]int64, len(texts))
	for i, text := range texts {
		number, known := seen[text]
		if !known {
			number = int64(len(names))
			seen[text] = number
			names = append(names, text)
		}
		numbers[i] = number
	}
	return numbers, names
}

// NumberSorted numbers names in the order of the alphabet, so that files with the
// same names agree. An empty name has the number -1.
func NumberSorted(texts []string) (numbers []int64, names []string) {
	names = slices.Clone(texts)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 0 && names[0] == "" {
		names = names[1:]
	}
	numbers = make([]int64, len(texts))
	for i, text := range texts {
		numbers[i] = int64(erc.Unlabelled)
		if text != "" {
			at, _ := slices.BinarySearch(names, text)
			numbers[i] = int64(at)
		}
	}
	return numbers, names
}
