package report

import (
	"context"
	"math"

	"gsdnet/experiment"
	"gsdnet/metric"
	"gsdnet/metric/classes"
)

func init() {
	declare(part{name: "classes", title: "Recall of each class", order: 45, boards: (*board).compared, table: classesTable})
}

// recallMeasure formats the recall of a class.
var recallMeasure = experiment.Measure{Metric: metric.Metric{Heading: "Recall", Key: "recall", Percent: true}}

// classesTable is the recall of each class, a row for each method. It returns nil for
// scores, and for runs that have kept no confusion matrices.
func classesTable(_ context.Context, b *board) (*table, error) {
	names := b.classNames()
	if len(names) == 0 {
		return nil, nil
	}
	s := &subtable{title: b.title() + ": recall"}
	for i, name := range names {
		s.columns = append(s.columns, column{name: className(name), measure: recallMeasure, of: func(t *trial) float64 { return b.recall(t, i) }})
	}
	mean := experiment.MeasureOf("ua")
	s.columns = append(s.columns, column{name: "mean", measure: mean, of: meanOf(mean, b.rules)})
	s.addMethods(b.methods)
	for _, r := range s.rows {
		for i := range r.entries {
			r.entries[i].best = r.entries[i].best && r.entries[i].mean > 0 // a class that no method finds has no best
		}
	}
	return &table{
		subtables: []*subtable{s},
		note: b.seedsNote() + " Share of the utterances of each class, in percent, for which this class is predicted, over all points of the protocol together, " +
			"mean ± standard deviation over seeds; the best of each class in bold. A method that predicts one class for everything has a recall of 100 for it and of 0 for the others.",
	}, nil
}

// classNames returns the names of the classes of a board, nil for scores.
func (b *board) classNames() []string {
	for _, m := range b.methods {
		for _, seed := range m.seeds() {
			if c := b.confusion(m.trials[seed]); c != nil {
				return c.Names
			}
		}
	}
	return nil
}

// confusion returns the confusion matrix of a trial over all rules of the board together. It
// is nil for a trial that lacks that of a rule.
func (b *board) confusion(t *trial) *classes.Confusion {
	var parts []*classes.Confusion
	for _, rule := range b.rules {
		cell := t.cells[rule]
		if cell == nil || cell.Confusion == nil {
			return nil
		}
		parts = append(parts, cell.Confusion)
	}
	return classes.Add(parts...)
}

// recall returns the recall of a class over all rules of the board together, NaN for a trial
// that lacks a rule.
func (b *board) recall(t *trial, class int) float64 {
	c := b.confusion(t)
	if c == nil || class >= len(c.Names) {
		return math.NaN()
	}
	return c.PerClass()[class].Recall
}
