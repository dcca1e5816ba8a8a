package report

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"gsdnet/infer"
	"gsdnet/metric"
)

func init() {
	declare(part{name: "samples", title: "Completions", order: 80, boards: (*board).compared, table: samplesTable})
}

// samplesTable shows the effect of more completions: a row for each method and number of
// completions.
func samplesTable(_ context.Context, b *board) (*table, error) {
	t := &table{
		note: "The same runs evaluated with K completions of each conversation; averages over the protocol. Models without randomness, to which K makes no difference, are left out.",
	}
	s := &subtable{title: b.title() + ": K completions"}
	for _, m := range b.predictionAndMainMeasures(metric.InSamples) {
		s.columns = append(s.columns, column{name: m.Heading, measure: m, unmarked: true, of: meanOf(m, b.rulesWith(m))})
	}
	s.columns = append(s.columns, column{name: "95 % holds", measure: shareMeasure, unmarked: true,
		of: coverage(b.rules, 2, func(c *infer.MaskResult) []metric.Coverage { return c.Coverage }, func(c *metric.Coverage) float64 { return c.Covered })})
	for _, m := range b.methods {
		of := &subtable{columns: s.columns}
		for _, k := range m.completionNumbers() {
			of.addMethods([]*method{m.withCompletions(k)})
		}
		if !equalMeans(of.rows) {
			s.rows = append(s.rows, of.rows...)
		}
	}
	if len(s.rows) == 0 {
		return nil, nil
	}
	t.subtables = []*subtable{s}
	return t, nil
}

// equalMeans reports whether there are several rows and all have the same means, up to the
// rounding of an average over equal completions.
func equalMeans(rows []row) bool {
	same := func(a, b entry) bool {
		return math.IsNaN(a.mean) && math.IsNaN(b.mean) || math.Abs(a.mean-b.mean) <= 1e-5*math.Abs(a.mean)
	}
	for i := 1; i < len(rows); i++ {
		if !slices.EqualFunc(rows[0].entries, rows[i].entries, same) {
			return false
		}
	}
	return len(rows) > 1
}

// completionNumbers lists the numbers of completions with which a method was evaluated.
func (m *method) completionNumbers() []int {
	all := map[int]bool{}
	for _, t := range m.trials {
		for k := range t.compared {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// withCompletions returns the method as it was evaluated with k completions.
func (m *method) withCompletions(k int) *method {
	out := *m
	out.name = fmt.Sprintf("%s, K = %d", m.name, k)
	out.trials = map[uint64]*trial{}
	for seed, t := range m.trials {
		if cells, ok := t.compared[k]; ok {
			out.trials[seed] = &trial{cells: cells}
		}
	}
	return &out
}
