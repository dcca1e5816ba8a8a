package table

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// columns collects the cells of a file, row by row.
type columns struct {
	noun   string // what messages call a column
	source *dataset.Source
	asked  dataset.Fields // as given
	fields dataset.Fields // resolved
	known  []string       // every column of the file

	line  []int               // of each row
	cells map[string][]string // of the scalar columns, by role
	seen  map[string]bool     // roles of scalar columns with at least one value

	vectors  [erc.NumModalities]string   // columns of the features
	numbered [erc.NumModalities][]string // numbered columns, of a CSV that has them
	features [erc.NumModalities][][]float32
	files    *files
}

// roles lists the columns that hold one value an utterance.
var roles = []string{"dialogue", "turn", "speaker", "label", "class", "split"}

func newColumns(noun string, source *dataset.Source, fields dataset.Fields) *columns {
	c := &columns{
		noun: noun, source: source, asked: fields, fields: fields.Resolved(),
		cells: map[string][]string{}, seen: map[string]bool{}, files: newFiles(filepath.Dir(source.Path)),
	}
	for _, m := range erc.Modalities {
		c.vectors[m] = c.fields.Features(m)
	}
	return c
}

// called returns what the file calls the column of a role.
func (c *columns) called(role string) string {
	for _, column := range c.fields.Columns() {
		if column.Role == role {
			return *column.Name
		}
	}
	return role
}

// reads reports whether the task needs the column of a role.
func (c *columns) reads(role string) bool {
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

// add takes the row that stands in a line of the file. cell returns the value of a
// column, "" where it has none.
func (c *columns) add(line int, cell func(column string) (string, error)) error {
	if len(c.line) == dataset.MaxRows {
		return fault.Input("split the corpus", "more than %d rows", dataset.MaxRows)
	}
	refuse := func(column string, err error) error {
		tip := fault.Of(err)
		if tip == "" {
			tip = "docs/data.md says what the columns hold"
		}
		return fault.Input(tip, "line %d, %s %q: %w", line, c.noun, column, err)
	}
	c.line = append(c.line, line)
	for _, role := range roles {
		if !c.reads(role) {
			continue
		}
		name := c.called(role)
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

// table makes the table of what was collected.
func (c *columns) table(hash string) (*dataset.Table, error) {
	t := &dataset.Table{
		Path: c.source.Path, Hash: c.files.hash(hash), Rows: len(c.line), Called: c.called,
		Place: func(role string, row int) string {
			if row < 0 {
				return fmt.Sprintf("%s %q", c.noun, c.called(role))
			}
			return fmt.Sprintf("line %d, %s %q", c.line[row], c.noun, c.called(role))
		},
	}
	if err := c.checkNames(t); err != nil {
		return nil, err
	}
	for m, rows := range c.features {
		var err error
		if t.Features[m], err = c.matrix(t, erc.Modality(m), rows); err != nil {
			return nil, err
		}
	}
	return t, c.scalars(t)
}

// checkNames refuses a file without a required column, or without one that was
// asked for by name.
func (c *columns) checkNames(t *dataset.Table) error {
	tip := "the file has no columns that are named"
	if len(c.known) > 0 {
		const most = 12
		tip = "the file has " + strings.Join(c.known[:min(most, len(c.known))], ", ")
		if len(c.known) > most {
			tip += ", …"
		}
		tip += "; choose one with --set data.ROLE=NAME"
	}
	for _, column := range c.asked.Columns() {
		name := c.called(column.Role)
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
func (c *columns) has(name string) bool {
	return slices.Contains(c.known, name) || slices.Contains(c.known, name+"_0")
}
