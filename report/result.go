package report

import (
	"fmt"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
)

// ResultTable lists the cells of one run's result, their mean and the constant
// predictors. Shares are in percent; imputation errors stand in it where they
// were measured.
func ResultTable(r experiment.Result) *Table {
	measures := experiment.MeasuresOf(r.Cells)
	t := &Table{Heading: []string{"missing"}}
	for _, m := range measures {
		t.Heading = append(t.Heading, m.Heading)
	}
	for _, cell := range append(append(append([]infer.MaskResult{}, r.Cells...), r.Mean), r.Constants...) {
		row := []string{cell.Rule}
		for _, m := range measures {
			row = append(row, m.Format(m.Value(&cell)))
		}
		t.Add(row...)
	}
	return t
}

// CoverageTable says how honest a result's intervals are, averaged over its masks: a
// row for the predictions and one for the recovered features, and no rows without
// intervals.
func CoverageTable(r experiment.Result) *Table {
	t := &Table{Heading: []string{"intervals, mean"}}
	for _, of := range []struct {
		what   string
		levels []metric.Coverage
	}{{"predictions", r.Mean.Coverage}, {"recovered features", r.Mean.Imputed}} {
		if of.levels == nil {
			continue
		}
		row := []string{of.what}
		for _, c := range of.levels {
			if len(t.Rows) == 0 {
				t.Heading = append(t.Heading, fmt.Sprintf("%.0f %% holds", 100*c.Level), "width")
			}
			row = append(row, fmt.Sprintf("%.1f %%", 100*c.Covered), fmt.Sprintf("%.2f", c.Width))
		}
		t.Add(row...)
	}
	return t
}
