package report

import (
	"context"
	"fmt"

	"gsdnet/experiment"
	"gsdnet/internal/count"
	"gsdnet/metric"
	"gsdnet/report/figure"
)

func init() {
	declare(part{name: "rate", order: 10, boards: (*board).onAxis, figures: rateFigures})
}

// rateFigures shows the measures of predictions, and the main one of recovered features,
// against the axis of the protocol.
func rateFigures(_ context.Context, b *board) ([]namedFigure, error) {
	var out []namedFigure
	for _, m := range b.predictionAndMainMeasures(metric.InRate) {
		rules := b.rulesWith(m)
		if len(rules) < 2 {
			continue
		}
		kind := "against the " + b.kind.Axis
		if m.Recover != nil {
			kind = "of recovered features against the " + b.kind.Axis
		}
		caption := fmt.Sprintf("%s %s, %s. Whiskers are ± one standard deviation over seeds.", m.Heading, kind, b.dataset)
		out = append(out, namedFigure{m.Key, caption, b.rateChart(m, rules)})
	}
	return out, nil
}

// rateChart shows a measure against the missing rate, a line for each method.
func (b *board) rateChart(m experiment.Measure, rules []string) *figure.Chart {
	chart := &figure.Chart{Title: b.dataset + ": " + m.Heading, X: b.kind.Axis, Y: m.Unit()}
	s := &subtable{}
	for _, rule := range rules {
		s.columns = append(s.columns, column{measure: m, of: valueAt(m, rule)})
	}
	s.addMethods(b.methods)
	alike := equalTrials(b.methods)
	for i, method := range b.methods {
		line := figure.Series{Name: method.name, Accent: method.name == referenceModel}
		if !alike {
			line.Name += " (" + count.Of(len(method.trials), "seed") + ")"
		}
		for k, e := range s.rows[i].entries {
			line.X, line.Y = append(line.X, rateOf(rules[k])), append(line.Y, axisScale(m)*e.mean)
			if len(method.trials) > 1 {
				line.Low, line.High = append(line.Low, axisScale(m)*(e.mean-e.sd)), append(line.High, axisScale(m)*(e.mean+e.sd))
			}
		}
		chart.Series = append(chart.Series, line)
	}
	return chart
}
