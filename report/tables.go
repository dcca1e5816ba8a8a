package report

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/count"
	"gsdnet/metric"
)

// table is one of a report's tables: sheets under a heading.
type table struct {
	id     string // of its files
	title  string
	note   string
	sheets []*sheet
}

// predicted lists the measures of predictions that some method of the board has and
// that are not left out of a table or figure.
func (b *board) predicted(place string) []experiment.Measure {
	return slices.DeleteFunc(experiment.Measures(), func(m experiment.Measure) bool {
		return m.Recover != nil || !m.In(place) || !b.has(m)
	})
}

// predictedAndMain lists also the main measure of recovered features.
func (b *board) predictedAndMain(place string) []experiment.Measure {
	return slices.DeleteFunc(experiment.Measures(), func(m experiment.Measure) bool {
		return m.Recover != nil && !m.Main || !m.In(place) || !b.has(m)
	})
}

// main returns the measure by which the predictions of a board are compared first.
func (b *board) main() experiment.Measure {
	var out experiment.Measure
	for _, m := range experiment.Measures() {
		if m.Recover == nil && m.Main && (out.Key == "" || !b.has(out)) {
			out = m
		}
	}
	return out
}

// recovered lists the measures of recovered features that some method of the board has,
// those that compare between models first.
func (b *board) recovered() []experiment.Measure {
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

// average is the column of the mean over a protocol's points.
const average = printedAverage

// has says that some cell of the board has the measure.
func (b *board) has(m experiment.Measure) bool {
	return len(b.rulesWith(m)) > 0
}

// rulesWith lists the rules under which some method has the measure.
func (b *board) rulesWith(m experiment.Measure) []string {
	var out []string
	for _, rule := range b.rules {
		if b.someTrial(func(t *trial) bool { c := t.cells[rule]; return c != nil && m.Has(c) }) {
			out = append(out, rule)
		}
	}
	return out
}

func (b *board) someTrial(is func(*trial) bool) bool {
	for _, m := range b.methods {
		for _, t := range m.trials {
			if is(t) {
				return true
			}
		}
	}
	return false
}

// at is a measure under one rule.
func at(m experiment.Measure, rule string) func(*trial) float64 {
	return func(t *trial) float64 {
		if c := t.cells[rule]; c != nil {
			return m.Value(c)
		}
		return math.NaN()
	}
}

// over is the mean of a number over rules, NaN when a trial lacks one of them.
func over(rules []string, of func(t *trial, rule string) float64) func(*trial) float64 {
	return func(t *trial) float64 {
		sum := 0.0
		for _, rule := range rules {
			sum += of(t, rule) / float64(len(rules))
		}
		return sum
	}
}

func meanOf(m experiment.Measure, rules []string) func(*trial) float64 {
	return over(rules, func(t *trial, rule string) float64 { return at(m, rule)(t) })
}

// pointColumns are a measure at every point of the protocol, and its average.
func (b *board) pointColumns(m experiment.Measure) []column {
	var out []column
	rules := b.rulesWith(m)
	for _, rule := range rules {
		out = append(out, column{name: point(rule), measure: m, of: at(m, rule)})
	}
	name := average
	if len(b.rules) < len(b.kind.Points) {
		name = fmt.Sprintf("mean of %d", len(rules)) // not what others call the average
	}
	return append(out, column{name: name, measure: m, of: meanOf(m, rules)})
}

// seeds says over how many seeds the methods were run.
func (b *board) seeds() string {
	least, most := math.MaxInt, 0
	for _, m := range b.methods {
		least, most = min(least, len(m.trials)), max(most, len(m.trials))
	}
	said := count.Of(most, "seed") + "."
	if least != most {
		said = fmt.Sprintf("%d to %d seeds.", least, most)
	}
	return said + b.completions()
}

// completions says which methods were evaluated with other numbers of completions
// than the first one, nothing where all are alike.
func (b *board) completions() string {
	number := func(m *method) int { return m.trials[m.seeds()[0]].runs[0].Samples }
	first := number(b.methods[0])
	var others []string
	for _, m := range b.methods {
		if k := number(m); k != first {
			others = append(others, fmt.Sprintf("%d of %s", k, m.name))
		}
	}
	if others == nil {
		return ""
	}
	return fmt.Sprintf(" The mean is over %s of each conversation, but %s.", count.Of(first, "completion"), strings.Join(others, ", "))
}

// protocolTable is the table of a data set under a protocol, by the number that the
// paper gives it: a sheet a measure.
func protocolTable(ctx context.Context, b *board) (table, error) {
	t := table{id: "table-" + b.dataset, title: "Points: " + b.title()}
	if n := b.kind.Table; n > 0 {
		t.id, t.title = fmt.Sprintf("table%d-%s", n, b.dataset), fmt.Sprintf("Table %d: %s", n, b.title())
	}
	if b.kind.Table == 0 || b.protocol != b.kind.Name {
		t.id += "-" + b.protocol
	}
	t.note = b.seeds() + " Mean ± standard deviation over seeds; the best of our runs in bold. The last column is the difference of the average " +
		"to that of the best other model, with its 95 % paired bootstrap interval over conversations."
	compared, err := newComparison(ctx, b, b.rules)
	if err != nil {
		return t, err
	}
	figures := printedFigures(b.printed, b.kind.Table, b.protocol == b.kind.Name)
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

// recoveryTable is how near recovered features come to the withheld ones.
func recoveryTable(b *board) (table, bool) {
	t := table{
		id: "imputation-" + b.dataset + "-" + b.protocol, title: "Imputation: " + b.title(),
		note: "Recovered against withheld cells, the mean over the completions of each. \"raw\" is in standardised features, the same for all, each model's departure from the conversation's mean weighed on the validation split; \"sampled\" is before that; X' is each model's own encoding, so that those figures do not compare between models.",
	}
	for _, m := range b.recovered() {
		s := &sheet{title: b.title() + ": " + m.Heading, columns: b.pointColumns(m)}
		s.fill(b.methods)
		t.sheets = append(t.sheets, s)
	}
	return t, len(t.sheets) > 0
}

// shareMeasure and widthMeasure format what is no measure of a cell.
var (
	shareMeasure = experiment.Measure{Metric: metric.Metric{Heading: "share", Key: "covered", Percent: true}}
	widthMeasure = experiment.Measure{Metric: metric.Metric{Heading: "width", Key: "width", Lower: true}}
)

// coverageTable is how honest the intervals of the predictions are.
func coverageTable(b *board) (table, bool) {
	t := table{
		id: "coverage-" + b.dataset + "-" + b.protocol, title: "Coverage: " + b.title(),
		note: "Share of labels, in percent, in the central interval of the predictive distribution, and the mean width of these intervals; likewise of withheld features, standardised, in normal intervals around recovered ones. Averages over the protocol. The nearer to its level, the more honest; of honest ones the narrower is the better.",
	}
	crps := experiment.MeasureOf("crps")
	predicted := b.coverageSheet("intervals of the predictions", func(c *infer.MaskResult) []metric.Coverage { return c.Coverage })
	predicted.columns = append(predicted.columns, column{name: "CRPS", measure: crps, of: meanOf(crps, b.rules)})
	predicted.fill(b.methods)
	t.sheets = []*sheet{predicted}
	imputed := b.coverageSheet("intervals of the recovered features", func(c *infer.MaskResult) []metric.Coverage { return c.Imputed })
	imputed.fill(b.methods)
	imputed.rows = slices.DeleteFunc(imputed.rows, func(r row) bool { return math.IsNaN(r.entries[0].mean) })
	if len(imputed.rows) > 0 {
		t.sheets = append(t.sheets, imputed)
	}
	return t, b.has(crps)
}

// coverageSheet has the columns of some intervals.
func (b *board) coverageSheet(title string, of func(*infer.MaskResult) []metric.Coverage) *sheet {
	s := &sheet{title: b.title() + ": " + title}
	for i, level := range []string{"50 %", "80 %", "95 %"} {
		s.columns = append(s.columns,
			column{name: level + " holds", measure: shareMeasure, plain: true, of: coverage(b.rules, i, of, func(c *metric.Coverage) float64 { return c.Covered })},
			column{name: "width", measure: widthMeasure, plain: true, of: coverage(b.rules, i, of, func(c *metric.Coverage) float64 { return c.Width })})
	}
	return s
}

// coverage averages a number of a level over the rules that have it, NaN when the
// trial was not evaluated under one of the rules.
func coverage(rules []string, level int, of func(*infer.MaskResult) []metric.Coverage, number func(*metric.Coverage) float64) func(*trial) float64 {
	return func(t *trial) float64 {
		sum, n := 0.0, 0.0
		for _, rule := range rules {
			c := t.cells[rule]
			if c == nil {
				return math.NaN()
			}
			if level < len(of(c)) {
				sum, n = sum+number(&of(c)[level]), n+1
			}
		}
		return sum / n
	}
}
