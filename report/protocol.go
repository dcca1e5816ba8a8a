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

// protocolTable is the table of a data set under a protocol, by the number that the
// paper gives it: a sheet a measure.
func protocolTable(ctx context.Context, b *board) (*table, error) {
	t := &table{id: "table-" + b.dataset, title: "Points: " + b.title()}
	if n := b.kind.Table; n > 0 {
		t.id, t.title = fmt.Sprintf("table%d-%s", n, b.dataset), fmt.Sprintf("Table %d: %s", n, b.title())
	}
	if b.kind.Table == 0 || b.protocol != b.kind.Name {
		t.id += "-" + b.protocol
	}
	t.id += b.condition.suffix()
	t.note = b.seeds() + " Mean ± standard deviation over seeds; the best of our runs in bold. The last column is the difference of the average " +
		"to that of the best other model, with its 95 % paired bootstrap interval over conversations." + b.condition.note()
	compared, err := newComparison(ctx, b, b.rules)
	if err != nil {
		return nil, err
	}
	figures := printedFigures(b.printed, b.kind.Table, b.protocol == b.kind.Name && b.condition == (condition{}))
	if len(figures) > 0 {
		t.note += " Rows marked \"" + printedNote + "\" are the paper's figures, which were measured on features that are not ours: they do not compare."
	}
	for _, m := range b.predicted(metric.InProtocol) {
		s := &sheet{title: b.title() + ": " + m.Heading, columns: b.pointColumns(m)}
		s.fill(b.methods)
		s.compare(ctx, m, compared)
		s.constants(b)
		s.quote(figures, m.Key)
		t.sheets = append(t.sheets, s)
	}
	return t, nil
}

// compare adds the differences to the best other by the last column.
func (s *sheet) compare(ctx context.Context, m experiment.Measure, c *comparison) {
	if c == nil {
		return
	}
	means := make([]float64, len(s.rows))
	for i, r := range s.rows {
		means[i] = r.entries[len(r.entries)-1].mean
	}
	s.versus = &m
	for i, v := range c.against(ctx, m, means) {
		s.rows[i].versus = v
	}
}
