package report

import (
	"fmt"
	"strings"

	"gsdnet/experiment"
	"gsdnet/metric"
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

// CoverageLines say how honest a result's intervals are, a line for predictions
// and one for recovered features; nothing without intervals.
func CoverageLines(r experiment.Result) []string {
	var lines []string
	for _, of := range []struct {
		what   string
		levels []metric.Coverage
	}{{"prediction", r.Mean.Coverage}, {"recovered features", r.Mean.Imputed}} {
		var parts []string
		for _, c := range of.levels {
			parts = append(parts, fmt.Sprintf("%.0f %% interval holds %.1f %% (mean width %.2f)", 100*c.Level, 100*c.Covered, c.Width))
		}
		if parts != nil {
			lines = append(lines, of.what+": "+strings.Join(parts, ", "))
		}
	}
	return lines
}
