package report

import (
	"context"
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
)

func init() {
	declare(part{name: "coverage", title: "Coverage", order: 70, boards: (*board).compared, table: coverageTable})
}

// coverageTable shows how often the intervals of predictions and of recovered features hold
// the truth.
func coverageTable(_ context.Context, b *board) (*table, error) {
	crps := experiment.MeasureOf("crps")
	if !b.has(crps) {
		return nil, nil
	}
	t := &table{
		note: "Share of labels, in percent, in the central interval of the predictive distribution, and the mean width of these intervals; likewise of withheld features, standardised, in normal intervals around recovered ones. Averages over the protocol. The nearer to its level, the more honest; of honest ones the narrower is the better.",
	}
	predicted := b.coverageSubtable("intervals of the predictions", func(c *infer.MaskResult) []metric.Coverage { return c.Coverage })
	predicted.columns = append(predicted.columns, column{name: "CRPS", measure: crps, of: meanOf(crps, b.rules)})
	predicted.addMethods(b.methods)
	t.subtables = []*subtable{predicted}
	imputed := b.coverageSubtable("intervals of the recovered features", func(c *infer.MaskResult) []metric.Coverage { return c.Imputed })
	imputed.addMethods(b.methods)
	imputed.rows = slices.DeleteFunc(imputed.rows, func(r row) bool { return math.IsNaN(r.entries[0].mean) })
	if len(imputed.rows) > 0 {
		t.subtables = append(t.subtables, imputed)
	}
	return t, nil
}

// coverageSubtable has the columns of one kind of intervals.
func (b *board) coverageSubtable(title string, of func(*infer.MaskResult) []metric.Coverage) *subtable {
	s := &subtable{title: b.title() + ": " + title}
	for i, level := range []string{"50 %", "80 %", "95 %"} {
		s.columns = append(s.columns,
			column{name: level + " holds", measure: shareMeasure, unmarked: true, of: coverage(b.rules, i, of, func(c *metric.Coverage) float64 { return c.Covered })},
			column{name: "width", measure: widthMeasure, unmarked: true, of: coverage(b.rules, i, of, func(c *metric.Coverage) float64 { return c.Width })})
	}
	return s
}

// coverage returns the mean of a number of a level over the rules that have it, NaN if the
// trial was not evaluated under one of the rules.
func coverage(rules []string, level int, of func(*infer.MaskResult) []metric.Coverage, number func(*metric.Coverage) float64) func(*trial) float64 {
	return func(t *trial) float64 {
		sum, n := 0.0, 0.0
		for _, rule := range rules {
			c := t.cells[rule]
			if c == nil {
				return math.NaN()
			}
			if level < len(of(c)) {
				sum, n = sum+number(&of(c)[level]), n+1
			}
		}
		return sum / n
	}
}
