package report

import (
	"context"
	"fmt"

	"gsdnet/experiment"
	"gsdnet/report/figure"
)

func init() {
	declare(part{name: "difference", order: 20, boards: (*board).onAxis, figures: differenceFigures})
}

// differenceFigures shows the differences of every method to the reference model in the
// main measures of predictions, against the axis of the protocol.
func differenceFigures(ctx context.Context, b *board) ([]namedFigure, error) {
	var out []namedFigure
	for _, m := range experiment.Measures() {
		if !m.Main || m.Recover != nil {
			continue
		}
		chart, reference, err := b.differenceChart(ctx, m, b.rulesWith(m))
		if err != nil {
			return nil, err
		}
		if chart != nil {
			out = append(out, namedFigure{m.Key, fmt.Sprintf("%s less that of %s, %[3]s by %[3]s, %[4]s. "+
				"Whiskers are 95 %% paired bootstrap intervals over conversations: one that is clear of zero is a difference.", m.Heading, reference, b.kind.Point, b.dataset), chart})
		}
	}
	return out, nil
}

// differenceChart shows the difference of every method to the reference model in a measure,
// rate by rate. It returns nil without the reference model.
func (b *board) differenceChart(ctx context.Context, m experiment.Measure, rules []string) (*figure.Chart, string, error) {
	reference := b.reference()
	if reference < 0 || len(rules) < 2 {
		return nil, "", nil
	}
	name := b.methods[reference].name
	chart := &figure.Chart{
		Title: b.dataset + ": " + m.Heading + " less that of " + name, X: b.kind.Axis, Y: "difference in " + m.Unit(), Zero: true,
	}
	series := make([]figure.Series, len(b.methods))
	for _, rule := range rules {
		c, err := newComparison(ctx, b, []string{rule})
		if err != nil || c == nil {
			return nil, "", err
		}
		for i := range b.methods {
			d, ok := bootstrapDifference(ctx, m, &c.predictions[i], &c.predictions[reference])
			if !ok {
				return nil, "", nil
			}
			s := &series[i]
			s.Name = b.methods[i].name
			s.X, s.Y = append(s.X, rateOf(rule)), append(s.Y, axisScale(m)*d.Diff)
			s.Low, s.High = append(s.Low, axisScale(m)*d.Low), append(s.High, axisScale(m)*d.High)
		}
	}
	for i := range series {
		if i == reference {
			series[i] = figure.Series{} // the zero line; its colour stays its own
		}
	}
	chart.Series = series
	return chart, name, nil
}
