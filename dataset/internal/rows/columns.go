// Package rows is what a table with one row an utterance means, whatever its format: which
// column plays which part, what a cell may hold, and how features are written. CSV, JSON
// Lines and Parquet share it.
//
// Start reading at Columns.Add, which takes one row, then Columns.Table.
package rows

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Columns collects the cells of a file. A format of text hands over row by row with
// Add; one that stores columns hands over whole columns with SetCells and SetFeatures.
type Columns struct {
	// Known lists every column of the file, for messages and to find out whether a
	// column is there.
	Known []string
	// Rows is the number of rows.
	Rows int
	// First is the number in the file of the first row, if these are not all its rows.
	First int

	noun, unit string // what messages call a column and a row
	source     *dataset.Source
	asked      dataset.Fields // as given
	fields     dataset.Fields // resolved

	line  []int               // of each row; nil where rows are numbered from 0
	cells map[string][]string // of the scalar columns, by role
	seen  map[string]bool     // roles of scalar columns with at least one value

	vectors  [erc.NumModalities]string   // columns of the features
	numbered [erc.NumModalities][]string // numbered columns, of a header that has them
	features [erc.NumModalities][][]float32
	ready    [erc.NumModalities]*dataset.Matrix // of SetFeatures
	files    *files
}

// Roles lists the columns that hold one value an utterance.
var Roles = []string{"dialogue", "turn", "speaker", "label", "class", "split"}

// New returns the collector of one file. noun is what messages call a column, and unit
// what they call a row: "line" where rows are lines of text, else "row", counted from 0.
func New(noun, unit string, source *dataset.Source, fields dataset.Fields) *Columns {
	c := &Columns{
		noun: noun, unit: unit, source: source, asked: fields, fields: fields.Resolved(),
		cells: map[string][]string{}, seen: map[string]bool{}, files: newFiles(filepath.Dir(source.Path)),
	}
	for _, m := range erc.Modalities {
		c.vectors[m] = c.fields.Features(m)
	}
	return c
}

// Called returns what the file calls the column of a role.
func (c *Columns) Called(role string) string {
	for _, column := range c.fields.Columns() {
		if column.Role == role {
			return *column.Name
		}
	}
	return role
}

// Reads reports whether the task needs the column of a role.
func (c *Columns) Reads(role string) bool {
	switch role {
	case "label":
		return c.fields.Task == "" || c.fields.Task == erc.Scores.String()
	case "class":
		return c.fields.Task == "" || c.fields.Task == erc.Classes.String()
	case "split":
		return c.fields.ReadsSplits()
	}
	return true
}

// Add takes the row that stands in a line of the file. cell returns the value of a
// column, "" where it has none.
func (c *Columns) Add(line int, cell func(column string) (string, error)) error {
	if c.Rows == dataset.MaxRows {
		return fault.Input("split the corpus", "more than %d rows", dataset.MaxRows)
	}
	c.Rows++
	refuse := func(column string, err error) error {
		tip := fault.Of(err)
		if tip == "" {
			tip = "docs/data.md says what the columns hold"
		}
		return fault.Input(tip, "line %d, %s %q: %w", line, c.noun, column, err)
	}
	c.line = append(c.line, line)
	for _, role := range Roles {
		if !c.Reads(role) {
			continue
		}
		name := c.Called(role)
		value, err := cell(name)
		if err != nil {
			return refuse(name, err)
		}
		c.seen[role] = c.seen[role] || value != ""
		c.cells[role] = append(c.cells[role], strings.Clone(value))
	}
	for m, name := range c.vectors {
		vector, err := c.vector(m, cell)
		if err != nil {
			return refuse(name, err)
		}
		c.features[m] = append(c.features[m], vector)
	}
	return nil
}

// place says where a row stands.
func (c *Columns) place(row int) string {
	if c.line == nil {
		return fmt.Sprintf("%s %d", c.unit, c.First+row)
	}
	return fmt.Sprintf("%s %d", c.unit, c.line[row])
}

// SetCells hands over the column of a role as a whole, a cell a row, "" where it has no
// value.
func (c *Columns) SetCells(role string, cells []string) {
	c.cells[role] = cells
	c.seen[role] = slices.ContainsFunc(cells, func(cell string) bool { return cell != "" })
}

// SetFeatures hands over the features of a modality as a whole.
func (c *Columns) SetFeatures(m erc.Modality, x *dataset.Matrix) { c.ready[m] = x }

// SetVectors hands over the features of a modality row by row, nil where they are
// missing.
func (c *Columns) SetVectors(m erc.Modality, vectors [][]float32) { c.features[m] = vectors }

// Vector returns the name of the column of a modality's features, and the numbered
// columns of that name, nil where Header found none.
func (c *Columns) Vector(m erc.Modality) (name string, numbered []string) {
	return c.vectors[m], c.numbered[m]
}

// FromCell reads features from a cell with a list or the path of a .npy file, nil if it
// is empty.
func (c *Columns) FromCell(text string) ([]float32, error) {
	switch {
	case text == "":
		return nil, nil
	case strings.HasPrefix(text, "["):
		return fromList(text)
	}
	return c.files.vector(text)
}

// Table makes the table of what was collected.
func (c *Columns) Table(hash string) (*dataset.Table, error) {
	t := &dataset.Table{
		Path: c.source.Path, Hash: c.files.hash(hash), Rows: c.Rows, Called: c.Called,
		Place: func(role string, row int) string {
			if row < 0 {
				return fmt.Sprintf("%s %q", c.noun, c.Called(role))
			}
			return fmt.Sprintf("%s, %s %q", c.place(row), c.noun, c.Called(role))
		},
	}
	if err := c.checkNames(t); err != nil {
		return nil, err
	}
	for m, rows := range c.features {
		if t.Features[m] = c.ready[m]; t.Features[m] != nil {
			continue
		}
		var err error
		if t.Features[m], err = c.matrix(t, erc.Modality(m), rows); err != nil {
			return nil, err
		}
	}
	return t, c.scalars(t)
}

// checkNames refuses a file without a required column, or without one that was
// asked for by name.
func (c *Columns) checkNames(t *dataset.Table) error {
	tip := "the file has no columns that are named"
	if len(c.Known) > 0 {
		const most = 12
		tip = "the file has " + strings.Join(c.Known[:min(most, len(c.Known))], ", ")
		if len(c.Known) > most {
			tip += ", …"
		}
		tip += "; choose one with --set data.ROLE=NAME"
	}
	for _, column := range c.asked.Columns() {
		name := c.Called(column.Role)
		required := column.Role == "dialogue" || column.Role == "turn"
		if (*column.Name != "" || required) && !c.has(name) && t.Rows > 0 {
			return t.Fault(tip, column.Role, -1, "not in the file")
		}
		if column.Role == "present" && *column.Name != "" && *column.Name != "present" {
			return t.Fault("leave cells empty where a modality is missing", "present", -1, "this format has no such column")
		}
	}
	return nil
}

// has reports whether the file has a column, or numbered columns of that name.
func (c *Columns) has(name string) bool {
	return slices.Contains(c.Known, name) || slices.Contains(c.Known, name+"_0")
}
