package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"gsdnet/experiment"
	"gsdnet/metric"
	"gsdnet/missing"
	"gsdnet/rundir"
)

func init() {
	declare(part{name: "table3", title: "Table 3: ablation", order: 50, boards: func(b *board) bool { return b.compared() && len(b.groups) > 0 }, table: ablationTable})
}

// ablatedModel is the model whose graph can be ablated.
const ablatedModel = rundir.DefaultModel

// graphKinds lists what the model can diffuse beside the features, in the order of the table.
var graphKinds = []string{"spectral", "adjacency", "none"}

// graph returns the setting of what a method diffuses beside the features. It is "" for a
// model without this setting.
func (m *method) graph() string {
	own, _ := m.settings[ablatedModel].(map[string]any)
	g, _ := own["graph"].(string)
	return g
}

// otherSettings returns all other settings of a method as text. Methods with the same text
// differ in their graph alone.
func (m *method) otherSettings() string {
	rest := maps.Clone(m.settings)
	if own, ok := rest[ablatedModel].(map[string]any); ok {
		own = maps.Clone(own)
		delete(own, "graph")
		rest[ablatedModel] = own
	}
	if training, ok := rest["train"].(map[string]any); ok {
		training = maps.Clone(training)
		delete(training, "seed")
		rest["train"] = training
	}
	return fmt.Sprint(rest) // maps print with sorted keys
}

// ablationGroups returns the groups of methods that differ in nothing but the graph.
func (b *board) ablationGroups() [][]*method {
	groups := map[string][]*method{}
	for _, m := range b.methods {
		if m.model == ablatedModel && slices.Contains(graphKinds, m.graph()) {
			groups[m.otherSettings()] = append(groups[m.otherSettings()], m)
		}
	}
	var out [][]*method
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		g := groups[key]
		slices.SortStableFunc(g, func(x, y *method) int {
			return cmp.Compare(slices.Index(graphKinds, x.graph()), slices.Index(graphKinds, y.graph()))
		})
		if g[0].graph() != g[len(g)-1].graph() {
			out = append(out, g)
		}
	}
	return out
}

// withoutAblated returns the board without the ablated methods, which are in Table 3.
func (b *board) withoutAblated(groups [][]*method) *board {
	out := *b
	out.whole, out.groups = b, groups
	out.methods = slices.DeleteFunc(slices.Clone(b.methods), func(m *method) bool {
		for _, g := range groups {
			if slices.Contains(g, m) && m.graph() != graphKinds[0] {
				return true
			}
		}
		return false
	})
	return &out
}

// ablationTable makes Table 3 of a board: averages with and without the diffusion of the
// graph.
func ablationTable(ctx context.Context, b *board) (*table, error) {
	t := &table{
		title: "Table 3: ablation, " + b.title(),
		note: "The colour of the noise: that of the graph filter, white with noise on the adjacency matrix, or white. Averages over the protocol, mean ± standard deviation over seeds; " +
			"the last column is the difference to the best other row, with its 95 % paired bootstrap interval over conversations; in the tables of completions, to the first row.",
	}
	for _, g := range b.groups {
		part := *b.whole
		part.methods = g
		s, err := averagesSubtable(ctx, &part, b.title()+": what is diffused")
		if err != nil {
			return nil, err
		}
		for i, m := range g {
			s.rows[i].name = m.graph() + " (" + m.name + ")"
		}
		s.addConstants(b)
		if b.protocol == missing.Default && b.condition == (condition{}) {
			s.addPrintedAblation(b.printed)
		}
		t.subtables = append(t.subtables, s)
		if err := t.addCompletions(ctx, &part); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// addCompletions adds the scores of the completions of the methods of a group, and their
// differences to the first of them.
func (t *table) addCompletions(ctx context.Context, group *board) error {
	all := group.completionAverages()
	if all == nil {
		return nil
	}
	compared, err := group.compareCompletions(ctx, 0, func(m experiment.Measure) []column {
		return []column{{name: average, measure: m, of: meanOf(m, group.rulesWith(m))}}
	})
	if err != nil {
		return err
	}
	t.subtables = append(append(t.subtables, all), compared...)
	return nil
}

// averagesSubtable has a column for every measure, averaged over the protocol, and the
// difference to the best other method in the main measure of the predictions.
func averagesSubtable(ctx context.Context, b *board, title string) (*subtable, error) {
	s := &subtable{title: title}
	for _, m := range b.predictionAndMainMeasures(metric.InSummary) {
		s.columns = append(s.columns, column{name: m.Heading, measure: m, of: meanOf(m, b.rulesWith(m))})
	}
	s.addMethods(b.methods)
	compared, err := newComparison(ctx, b, b.rules)
	if err != nil {
		return nil, err
	}
	s.addMainDifferences(ctx, compared)
	return s, nil
}

// addMainDifferences adds the differences to the best other method in the main measure of
// the predictions among the columns.
func (s *subtable) addMainDifferences(ctx context.Context, c *comparison) {
	for i, col := range s.columns {
		if !col.measure.Main || col.measure.Recover != nil || c == nil || s.compared != nil {
			continue
		}
		means := make([]float64, len(s.rows))
		for k, r := range s.rows {
			means[k] = r.entries[i].mean
		}
		s.compared = &col.measure
		for k, v := range c.differencesToBest(ctx, col.measure, means) {
			s.rows[k].difference = v
		}
	}
}

// addPrintedAblation adds the rows that the paper prints for one of its data sets. The
// columns are measures.
func (s *subtable) addPrintedAblation(dataset string) {
	for _, f := range printedAblation(dataset) {
		r := row{name: f.method + " (" + printedNote + ")", kind: printedRow}
		for _, c := range s.columns {
			e := summarise(nil)
			if v, ok := f.shares[c.measure.Key]; ok {
				e.mean = v
			}
			r.entries = append(r.entries, e)
		}
		s.rows = append(s.rows, r)
	}
}
