package report

import (
	"context"
	"slices"

	"gsdnet/metric"
	"gsdnet/missing"
)

// complete is the rule under which nothing is missing.
var complete = missing.Complete().String()

// completeTable is what every model predicts where there is nothing to complete:
// one that falls behind there has not learnt to predict, whatever it recovers. False
// where the protocol leaves that rate out.
func completeTable(ctx context.Context, b *board) (table, bool, error) {
	if b.protocol != missing.Default || !slices.Contains(b.rules, complete) {
		return table{}, false, nil
	}
	compared, err := newComparison(ctx, b, []string{complete})
	if err != nil {
		return table{}, false, err
	}
	t := table{
		id: "complete-" + b.dataset + "-" + b.protocol, title: "Complete conversations: " + b.title(),
		note: "At rate 0, where there is nothing to complete, and the difference to the best other model there, " +
			"with its 95 % paired bootstrap interval over conversations.",
	}
	for _, m := range b.predicted(metric.InComplete) {
		s := &sheet{title: b.title() + ", nothing missing: " + m.Heading, columns: []column{{name: "rate 0", measure: m, of: at(m, complete)}}}
		s.fill(b.methods)
		s.compare(ctx, m, compared)
		s.constants(b)
		t.sheets = append(t.sheets, s)
	}
	return t, len(t.sheets) > 0, nil
}
