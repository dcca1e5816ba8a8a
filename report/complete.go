package report

import (
	"context"
	"slices"

	"gsdnet/metric"
	"gsdnet/missing"
)

func init() {
	declare(part{name: "complete", title: "Complete conversations", order: 30, boards: (*board).hasComplete, table: completeTable})
}

// complete is the rule under which nothing is missing.
var complete = missing.Complete().String()

// completeTable shows the predictions of every method where nothing is missing. A method
// that is worse than others there predicts worse, however well it recovers.
func completeTable(ctx context.Context, b *board) (*table, error) {
	compared, err := newComparison(ctx, b, []string{complete})
	if err != nil {
		return nil, err
	}
	t := &table{
		note: "At rate 0, where there is nothing to complete, and the difference to the best other model there, " +
			"with its 95 % paired bootstrap interval over conversations.",
	}
	for _, m := range b.predictionMeasures(metric.InComplete) {
		s := &subtable{title: b.title() + ", nothing missing: " + m.Heading, columns: []column{{name: "rate 0", measure: m, of: valueAt(m, complete)}}}
		s.addMethods(b.methods)
		s.addDifferences(ctx, m, compared)
		s.addConstants(b)
		t.subtables = append(t.subtables, s)
	}
	if len(t.subtables) == 0 {
		return nil, nil
	}
	return t, nil
}

// hasComplete reports whether the board compares models at a rate of 0 of the default
// protocol.
func (b *board) hasComplete() bool {
	return b.compared() && b.protocol == missing.Default && slices.Contains(b.rules, complete)
}
