package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/missing"
)

// ablated is the model whose graph can be ablated, and graphs what it may
// diffuse beside the features, in the order of the table.
const ablated = "gsdnet"

var graphs = []string{"spectral", "adjacency", "none"}

// graph is what a method diffuses beside the features, "" where that is no
// question.
func (m *method) graph() string {
	own, _ := m.settings[ablated].(map[string]any)
	g, _ := own["graph"].(string)
	return g
}

// otherwise is everything else that a method was set to, as text: methods that
// agree in it differ in their graph alone.
func (m *method) otherwise() string {
	rest := maps.Clone(m.settings)
	if own, ok := rest[ablated].(map[string]any); ok {
		own = maps.Clone(own)
		delete(own, "graph")
		rest[ablated] = own
	}
	if training, ok := rest["train"].(map[string]any); ok {
		training = maps.Clone(training)
		delete(training, "seed")
		rest["train"] = training
	}
	return fmt.Sprint(rest) // maps print with sorted keys
}

// ablations groups the methods that differ in nothing but the graph.
func (b *board) ablations() [][]*method {
	groups := map[string][]*method{}
	for _, m := range b.methods {
		if m.model == ablated && slices.Contains(graphs, m.graph()) {
			groups[m.otherwise()] = append(groups[m.otherwise()], m)
		}
	}
	var out [][]*method
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		g := groups[key]
		slices.SortStableFunc(g, func(x, y *method) int {
			return cmp.Compare(slices.Index(graphs, x.graph()), slices.Index(graphs, y.graph()))
		})
		if g[0].graph() != g[len(g)-1].graph() {
			out = append(out, g)
		}
	}
	return out
}

// without returns the board without the ablated methods, which Table 3 is for.
func (b *board) without(groups [][]*method) *board {
	out := *b
	out.methods = slices.DeleteFunc(slices.Clone(b.methods), func(m *method) bool {
		for _, g := range groups {
			if slices.Contains(g, m) && m.graph() != graphs[0] {
				return true
			}
		}
		return false
	})
	return &out
}

// ablationTable is Table 3 of a data set under a protocol: averages with and
// without the diffusion of the graph.
func ablationTable(ctx context.Context, b *board, groups [][]*method) (table, error) {
	t := table{
		id: "table3-" + b.dataset + "-" + b.protocol, title: "Table 3: ablation, " + b.title(),
		note: "What is diffused beside the features: the graph's spectrum, its adjacency matrix, or nothing. Averages over the protocol, mean ± standard deviation over seeds; " +
			"the last column is the difference to the best other row, with its 95 % paired bootstrap interval over conversations.",
	}
	for _, g := range groups {
		part := *b
		part.methods = g
		s, err := averages(ctx, &part, b.title()+": what is diffused")
		if err != nil {
			return t, err
		}
		for i, m := range g {
			s.rows[i].name = m.graph() + " (" + m.name + ")"
		}
		s.constants(b)
		if b.protocol == missing.Default {
			s.quoteAblation(b.printed)
		}
		t.sheets = append(t.sheets, s)
	}
	return t, nil
}

// averages is a sheet of every measure, averaged over the protocol, with the
// difference to the best other in the mean absolute error or the accuracy.
func averages(ctx context.Context, b *board, title string) (*sheet, error) {
	s := &sheet{title: title}
	for _, m := range b.predictedAndMain(metric.InSummary) {
		s.columns = append(s.columns, column{name: m.Heading, measure: m, of: meanOf(m, b.rulesWith(m))})
	}
	s.fill(b.methods)
	compared, err := newComparison(ctx, b, b.rules)
	if err != nil {
		return nil, err
	}
	s.compareIn(ctx, compared)
	return s, nil
}

// summaryTable is a board at a glance: every model's averages.
func summaryTable(ctx context.Context, b *board) (table, error) {
	s, err := averages(ctx, b, b.title()+": averages")
	if err != nil {
		return table{}, err
	}
	s.constants(b)
	return table{
		id: "summary-" + b.dataset + "-" + b.protocol, title: "Summary: " + b.title(), sheets: []*sheet{s},
		note: fmt.Sprintf("%s Averages over %d points of the protocol, mean ± standard deviation over seeds, the best in bold. "+
			"The last column is the difference to the best other model with its 95 %% paired bootstrap interval over conversations: "+
			"below zero is better for errors, above for shares; a star says that it is clear of zero.", b.seeds(), len(b.rules)),
	}, nil
}

// compareIn compares by the main measure of the predictions among the columns.
func (s *sheet) compareIn(ctx context.Context, c *comparison) {
	for i, col := range s.columns {
		if !col.measure.Main || col.measure.Recover != nil || c == nil || s.versus != nil {
			continue
		}
		means := make([]float64, len(s.rows))
		for k, r := range s.rows {
			means[k] = r.entries[i].mean
		}
		s.versus = &col.measure
		for k, v := range c.against(ctx, col.measure, means) {
			s.rows[k].versus = v
		}
	}
}

// quoteAblation adds the rows that the paper prints for one of its data sets; the
// columns are measures.
func (s *sheet) quoteAblation(dataset string) {
	for _, f := range printedAblation(dataset) {
		r := row{name: f.method + " (" + printedNote + ")", kind: quoted}
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

// samplesTable is what more completions buy: a row for each method and number of
// completions.
func samplesTable(b *board) (table, bool) {
	t := table{
		id: "samples-" + b.dataset + "-" + b.protocol, title: "Completions: " + b.title(),
		note: "The same runs evaluated with K completions of each conversation; averages over the protocol. Models without randomness, to which K makes no difference, are left out.",
	}
	s := &sheet{title: b.title() + ": K completions"}
	for _, m := range b.predictedAndMain(metric.InSamples) {
		s.columns = append(s.columns, column{name: m.Heading, measure: m, plain: true, of: meanOf(m, b.rulesWith(m))})
	}
	s.columns = append(s.columns, column{name: "95 % holds", measure: shareMeasure, plain: true,
		of: coverage(b.rules, 2, func(c *infer.MaskResult) []metric.Coverage { return c.Coverage }, func(c *metric.Coverage) float64 { return c.Covered })})
	for _, m := range b.methods {
		of := &sheet{columns: s.columns}
		for _, k := range m.numbers() {
			of.fill([]*method{m.with(k)})
		}
		if !alike(of.rows) {
			s.rows = append(s.rows, of.rows...)
		}
	}
	t.sheets = []*sheet{s}
	return t, len(s.rows) > 0
}

// alike says whether there are several rows, all of the same means but for the
// rounding of an average over equal completions.
func alike(rows []row) bool {
	same := func(a, b entry) bool {
		return math.IsNaN(a.mean) && math.IsNaN(b.mean) || math.Abs(a.mean-b.mean) <= 1e-5*math.Abs(a.mean)
	}
	for i := 1; i < len(rows); i++ {
		if !slices.EqualFunc(rows[0].entries, rows[i].entries, same) {
			return false
		}
	}
	return len(rows) > 1
}

// numbers lists the numbers of completions that a method was compared with.
func (m *method) numbers() []int {
	all := map[int]bool{}
	for _, t := range m.trials {
		for k := range t.compared {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// with is a method as it was evaluated with k completions.
func (m *method) with(k int) *method {
	out := *m
	out.name = fmt.Sprintf("%s, K = %d", m.name, k)
	out.trials = map[uint64]*trial{}
	for seed, t := range m.trials {
		if cells, ok := t.compared[k]; ok {
			out.trials[seed] = &trial{cells: cells}
		}
	}
	return &out
}
