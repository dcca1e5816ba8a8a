package rows

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// MaxFeatures bounds the numbers of one modality, of four bytes each.
const MaxFeatures = 1 << 30

// vector returns the features of one modality in a row, nil where they are
// missing.
func (c *Columns) vector(m int, cell func(column string) (string, error)) ([]float32, error) {
	if names := c.numbered[m]; names != nil {
		return fromColumns(names, cell)
	}
	text, err := cell(c.vectors[m])
	if err != nil {
		return nil, err
	}
	return c.FromCell(text)
}

// fromColumns reads a vector that has a column for each feature.
func fromColumns(names []string, cell func(column string) (string, error)) ([]float32, error) {
	out := make([]float32, len(names))
	empty := 0
	for i, name := range names {
		text, err := cell(name)
		if err != nil {
			return nil, err
		}
		if text == "" {
			empty++
			continue
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(x, 0) {
			return nil, fmt.Errorf("%.40q in %s is not a number", text, name)
		}
		out[i] = float32(x)
	}
	switch empty {
	case 0:
		return out, nil
	case len(names):
		return nil, nil
	}
	return nil, fault.Input("a missing modality has all its cells empty; fill single features before", "%d of its %d cells are empty", empty, len(names))
}

// fromList reads [0.2, 0.7].
func fromList(text string) ([]float32, error) {
	var numbers []float64
	if err := json.Unmarshal([]byte(text), &numbers); err != nil || strings.Contains(text, "null") {
		return nil, fault.Input("write a vector as [0.2, 0.7]", "%.40q is not a list of numbers", text)
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	out := make([]float32, len(numbers))
	for i, x := range numbers {
		out[i] = float32(x)
	}
	return out, nil
}

// matrix puts the vectors of a modality together; nil if there is none.
func (c *Columns) matrix(t *dataset.Table, m erc.Modality, rows [][]float32) (*dataset.Matrix, error) {
	first := -1
	for i, row := range rows {
		switch {
		case row == nil:
		case first < 0:
			first = i
		case len(row) != len(rows[first]):
			return nil, t.Fault("all vectors of a modality are of the same length", m.String(), i,
				"%d features, but %d in %s", len(row), len(rows[first]), c.place(first))
		}
	}
	if first < 0 {
		return nil, nil
	}
	width := len(rows[first])
	if int64(width)*int64(len(rows)) > MaxFeatures {
		return nil, t.Fault("split the corpus", m.String(), -1, "%d rows of %d features, more than %d numbers", len(rows), width, MaxFeatures)
	}
	x := &dataset.Matrix{Width: width, Values: make([]float32, 0, width*len(rows))}
	for i, row := range rows {
		x.Append(row)
		rows[i] = nil // so that large features are held once
	}
	return x, nil
}
