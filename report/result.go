package report

import (
	"fmt"
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/metric/draws"
)

// ResultTable lists the cells of one run's result, their mean and the constant
// predictors. Shares are in percent; imputation errors stand in it where they
// were measured.
func ResultTable(r experiment.Result) *Table {
	measures := r.Measures()
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

// CoverageTable shows how often the intervals of a result hold the truth, averaged over its
// masks: a row for the predictions and one for the recovered features. It has no rows
// without intervals.
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

// CompletionTable lists the scores of the completions of one run, as means over the
// modalities: a row for each mask, one for their mean, and one with the values that draws
// from the distribution of the truth would get, where they are known. It has no rows if the
// scores were not measured.
func CompletionTable(r experiment.Result) *Table {
	t := &Table{Heading: []string{"missing"}}
	var shown []draws.Score
	for _, s := range draws.Scores() {
		if s.In(metric.InSummary) {
			shown = append(shown, s)
			t.Heading = append(t.Heading, s.Heading)
		}
	}
	add := func(name string, of func(draws.Score) float64) {
		row := []string{name}
		for _, s := range shown {
			row = append(row, s.Format(of(s)))
		}
		t.Add(row...)
	}
	for _, cell := range append(slices.Clone(r.Cells), r.Mean) {
		if c := cell.Completion; c != nil {
			add(point(cell.Rule), func(s draws.Score) float64 { return s.Value(c) })
		}
	}
	if c := r.Mean.Completion; c != nil {
		add("ideal", func(s draws.Score) float64 {
			if s.Ideal == nil {
				return math.NaN()
			}
			return s.Ideal(c)
		})
	}
	return t
}
