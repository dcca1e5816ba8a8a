package report

import (
	"fmt"
	"strings"

	"gsdnet/experiment"
	"gsdnet/train"
)

// ResultTable lists the cells of one run's result, their mean and the constant
// predictors. Shares are in percent; imputation errors stand in it where they
// were measured.
func ResultTable(r experiment.Result) *Table {
	measures := experiment.MeasuresOf(r.Cells)
	t := &Table{Heading: []string{"missing"}}
	for _, m := range measures {
		t.Heading = append(t.Heading, m.Name)
	}
	for _, cell := range append(append(append([]train.Cell{}, r.Cells...), r.Mean), r.Constants...) {
		row := []string{cell.Rule}
		for _, m := range measures {
			row = append(row, m.Format(m.Value(&cell)))
		}
		t.Add(row...)
	}
	return t
}

// CoverageLine says how honest a result's intervals are, "" without intervals.
func CoverageLine(r experiment.Result) string {
	var parts []string
	for _, c := range r.Mean.Coverage {
		parts = append(parts, fmt.Sprintf("%.0f %% interval holds %.1f %% (mean width %.2f)", 100*c.Level, 100*c.Covered, c.Width))
	}
	return strings.Join(parts, ", ")
}
