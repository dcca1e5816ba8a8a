package report

import (
	"context"
	"fmt"

	"gsdnet/experiment"
	"gsdnet/metric"
)

func init() {
	declare(part{name: "table", title: "Table", order: 40, boards: (*board).compared, table: protocolTable})
}

// protocolTable makes the table of a board with the number that the paper gives it, a
// subtable for each measure.
func protocolTable(ctx context.Context, b *board) (*table, error) {
	t := &table{id: "table-" + b.dataset, title: "Points: " + b.title()}
	if n := b.kind.Table; n > 0 {
		t.id, t.title = fmt.Sprintf("table%d-%s", n, b.dataset), fmt.Sprintf("Table %d: %s", n, b.title())
	}
	if b.kind.Table == 0 || b.protocol != b.kind.Name {
		t.id += "-" + b.protocol
	}
	t.id += b.condition.suffix()
	t.note = b.seedsNote() + " Mean ± standard deviation over seeds; the best of our runs in bold. The last column is the difference of the average " +
		"to that of the best other model, with its 95 % paired bootstrap interval over conversations." + b.condition.note()
	compared, err := newComparison(ctx, b, b.rules)
	if err != nil {
		return nil, err
	}
	figures := printedFigures(b.printed, b.kind.Table, b.protocol == b.kind.Name && b.condition == (condition{}))
	if len(figures) > 0 {
		t.note += " Rows marked \"" + printedNote + "\" are the paper's figures, which were measured on features that are not ours: they do not compare."
	}
	for _, m := range b.predictionMeasures(metric.InProtocol) {
		s := &subtable{title: b.title() + ": " + m.Heading, columns: b.pointColumns(m)}
		s.addMethods(b.methods)
		s.addDifferences(ctx, m, compared)
		s.addConstants(b)
		s.addPrinted(figures, m.Key)
		t.subtables = append(t.subtables, s)
	}
	return t, nil
}

// addDifferences adds the differences to the best other method in the last column.
func (s *subtable) addDifferences(ctx context.Context, m experiment.Measure, c *comparison) {
	if c == nil {
		return
	}
	means := make([]float64, len(s.rows))
	for i, r := range s.rows {
		means[i] = r.entries[len(r.entries)-1].mean
	}
	s.compared = &m
	for i, v := range c.differencesToBest(ctx, m, means) {
		s.rows[i].difference = v
	}
}
