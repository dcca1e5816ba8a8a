package report

import (
	"context"

	"gsdnet/metric"
)

func init() {
	declare(part{name: "against", title: "Against", order: 20, boards: (*board).compared, table: againstTable})
}

// againstTable has the difference of every method to the reference model. It returns nil if
// the board does not have the reference model, or has it alone.
func againstTable(ctx context.Context, b *board) (*table, error) {
	reference := b.reference()
	c, err := newComparison(ctx, b, b.rules)
	if err != nil || c == nil || reference < 0 {
		return nil, err
	}
	name := b.methods[reference].name
	t := &table{
		title: "Against " + name + ": " + b.title(),
		note: "Averages over the protocol less that of " + name + ", with the 95 % paired bootstrap interval over conversations: " +
			"above zero the model errs more than " + name + " or, for shares and correlations, does better. A star says that it is clear of zero.",
	}
	for _, m := range b.predictionMeasures(metric.InAgainst) {
		s := &subtable{title: b.title() + ": " + m.Heading, columns: []column{{name: average, measure: m, of: meanOf(m, b.rules)}}, compared: &m, reference: name}
		s.addMethods(b.methods)
		for i := range b.methods {
			if d, ok := bootstrapDifference(ctx, m, &c.predictions[i], &c.predictions[reference]); ok && i != reference {
				s.rows[i].difference = &differenceTo{name, d}
			}
		}
		t.subtables = append(t.subtables, s)
	}
	return t, nil
}

// reference returns the index of the reference model among the methods, −1 without it.
func (b *board) reference() int {
	for i, m := range b.methods {
		if m.name == referenceModel {
			return i
		}
	}
	return -1
}
