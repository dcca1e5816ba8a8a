package report

import (
	"context"
	"fmt"
	"math"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/metric/draws"
)

func init() {
	declare(part{name: "completion", title: "Completion", order: 50, boards: (*board).compared, table: completionTable})
}

// ideal is the row of what draws from the distribution of the truth would get.
const ideal = "ideal"

// completionTable is how good the draws of what is missing are: every model's scores
// averaged over the protocol, and for the scores that have intervals each point and the
// difference to the accented model.
func completionTable(ctx context.Context, b *board) (*table, error) {
	t := &table{
		note: "Draws of the withheld cells against the truth, in the leading principal axes of the standardised features of the training split; means over the modalities and the points of the protocol. " +
			"ES is the energy score of a cell and conv ES that of the means of conversations with at least five withheld cells; CRPS is of single features; RMSE is that of the mean over the draws, and RMSE raw the same in all standardised features. " +
			"80 % is the share of features, and conv 80 % of conversation means, in the central 80 % interval of the draws. MMD² and how often a classifier tells a draw and the truth apart compare both as samples; " +
			"lag 1 is the mean product of neighbours. The last four are the better the nearer they come to the last row, which has what draws from the distribution of the truth would get." + b.completions(),
	}
	all := &sheet{title: b.title() + ": averages"}
	var compared []draws.Score
	for _, s := range draws.Scores() {
		m := experiment.CompletionMeasure(s)
		if !s.In(metric.InSummary) || !b.has(m) {
			continue
		}
		all.columns = append(all.columns, column{name: s.Heading, measure: m, plain: s.Ideal != nil, of: meanOf(m, b.rulesWith(m))})
		if s.Share != nil && s.In(metric.InAgainst) {
			compared = append(compared, s)
		}
	}
	if len(all.columns) == 0 {
		return nil, nil
	}
	all.fill(b.methods)
	all.rows = append(all.rows, b.idealRow())
	t.sheets = append(t.sheets, all)
	methods, err := b.contributions(ctx)
	if err != nil {
		return nil, err
	}
	for _, score := range compared {
		s, err := b.completionSheet(ctx, score, methods)
		if err != nil {
			return nil, err
		}
		t.sheets = append(t.sheets, s)
	}
	return t, nil
}

// completionSheet has a score at every point of the protocol and the difference to the
// accented model.
func (b *board) completionSheet(ctx context.Context, score draws.Score, methods [][][]draws.Contribution) (*sheet, error) {
	m := experiment.CompletionMeasure(score)
	s := &sheet{title: b.title() + ": " + m.Heading, columns: b.pointColumns(m)}
	s.fill(b.methods)
	reference := b.reference()
	if methods == nil || reference < 0 {
		return s, nil
	}
	s.versus, s.than = &m, b.methods[reference].name
	boot := metric.Bootstrap{Replicates: replicates, Seed: bootstrapSeed, Stop: func() bool { return ctx.Err() != nil }}
	for i := range b.methods {
		if i == reference {
			continue
		}
		d, err := draws.Compare(score, methods[i], methods[reference], boot)
		if err != nil {
			return nil, fault.Input("give the sweep again, or delete the runs of one of them", "the completions of %s and %s are not of the same cells: %w",
				b.methods[i].name, s.than, err)
		}
		s.rows[i].versus = &versus{s.than, d}
	}
	return s, nil
}

// idealRow is what draws from the distribution of the truth would get, for as many draws
// as the first method has that has any.
func (b *board) idealRow() row {
	r := row{name: ideal, kind: constant}
	for _, s := range draws.Scores() {
		m := experiment.CompletionMeasure(s)
		if !s.In(metric.InSummary) || !b.has(m) {
			continue
		}
		e := entry{mean: math.NaN(), sd: math.NaN()}
		if s.Ideal != nil {
			rules := b.rulesWith(m)
			value := over(rules, func(t *trial, rule string) float64 {
				if c := t.cells[rule]; c != nil && c.Completion != nil {
					return s.Ideal(c.Completion)
				}
				return math.NaN()
			})
			for _, method := range b.methods {
				if x := (column{of: value}).over(method).mean; math.IsNaN(e.mean) {
					e.mean = x
				}
			}
		}
		r.entries = append(r.entries, e)
	}
	return r
}

// contributions reads what the conversations contribute to the completions of each method,
// for paired intervals; nil where there is nothing to compare, the methods do not all have
// the same seeds and rules, or a run kept none.
func (b *board) contributions(ctx context.Context) ([][][]draws.Contribution, error) {
	if len(b.methods) < 2 || !equalTrials(b.methods) {
		return nil, nil
	}
	var out [][][]draws.Contribution
	for _, m := range b.methods {
		var runs [][]experiment.Contributions
		for _, seed := range m.seeds() {
			for _, r := range m.trials[seed].runs {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				if r.CompletionHash == "" {
					return nil, nil
				}
				found, err := experiment.ReadContributions(r.dir, r.Record)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", m.name, err)
				}
				runs = append(runs, found)
			}
		}
		out = append(out, experiment.Strata(runs, b.rules...))
	}
	return out, nil
}
