package report

import (
	"context"

	"gsdnet/experiment"
)

func init() {
	declare(part{name: "imputation", title: "Imputation", order: 60, boards: (*board).compared, table: imputationTable})
}

// imputationTable shows how close recovered features are to the withheld ones.
func imputationTable(_ context.Context, b *board) (*table, error) {
	t := &table{
		note: "Recovered against withheld cells. \"raw\" is the point estimate in standardised features, \"sampled\" the mean over the draws there; X' is the mean over the draws in the space in which each model completes, so that those figures do not compare between models.",
	}
	for _, m := range b.recoveryMeasures() {
		s := &subtable{title: b.title() + ": " + m.Heading, columns: b.pointColumns(m)}
		s.addMethods(b.methods)
		t.subtables = append(t.subtables, s)
	}
	if len(t.subtables) == 0 {
		return nil, nil
	}
	return t, nil
}

// recoveryMeasures lists the measures of recovered features that some method of the board
// has, those that compare between models first.
func (b *board) recoveryMeasures() []experiment.Measure {
	var raw, encoded []experiment.Measure
	for _, m := range experiment.Measures() {
		switch {
		case m.Recover == nil || !b.has(m):
		case m.Raw():
			raw = append(raw, m)
		default:
			encoded = append(encoded, m)
		}
	}
	return append(raw, encoded...)
}
