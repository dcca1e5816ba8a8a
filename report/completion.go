package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/metric/draws"
)

func init() {
	declare(part{name: "completion", title: "Completion", order: 65, boards: (*board).compared, table: completionTable})
}

// ideal is the name of the row with the values that draws from the distribution of the
// truth would get.
const ideal = "ideal"

// completionTable shows how good the draws of what is missing are: the scores of every
// method averaged over the protocol and, for scores with intervals, the score at each point
// and the difference to the reference model.
func completionTable(ctx context.Context, b *board) (*table, error) {
	all := b.completionAverages()
	if all == nil {
		return nil, nil
	}
	compared, err := b.compareCompletions(ctx, b.reference(), b.pointColumns)
	if err != nil {
		return nil, err
	}
	return &table{
		note: "Draws of the withheld cells against the truth, in the leading principal axes of the standardised features of the training split; means over the modalities and the points of the protocol. " +
			"ES is the energy score of a cell and conv ES that of the means of conversations with at least five withheld cells; CRPS is of single features; RMSE is that of the mean over the draws, and RMSE all the same in all standardised features. " +
			"80 % is the share of features, and conv 80 % of conversation means, in the central 80 % interval of the draws. MMD² and how often a classifier tells a draw and the truth apart compare both as samples; " +
			"lag 1 is the mean product of neighbours. Where the last row has a number, which is what draws from the distribution of the truth would get, the nearest to it is the best. " +
			"Differences are averages over the protocol, with their 95 % paired bootstrap intervals over conversations." + b.completionsNote(),
		subtables: append([]*subtable{all}, compared...),
	}, nil
}

// completionColumns returns the scores of completions that some method of the board has,
// and their columns.
func (b *board) completionColumns() (scores []draws.Score, columns []column) {
	for _, s := range draws.Scores() {
		if m := experiment.CompletionMeasure(s); s.In(metric.InSummary) && b.has(m) {
			scores = append(scores, s)
			columns = append(columns, column{name: s.Heading, measure: m, unmarked: s.Ideal != nil, of: meanOf(m, b.rulesWith(m))})
		}
	}
	return scores, columns
}

// completionAverages has all scores of completions, averaged over the protocol. It returns
// nil if there are none.
func (b *board) completionAverages() *subtable {
	scores, columns := b.completionColumns()
	if len(columns) == 0 {
		return nil
	}
	s := &subtable{title: b.title() + ": completion, averages", columns: columns}
	s.addMethods(b.methods)
	s.rows = append(s.rows, b.idealRow(scores))
	return s
}

// compareCompletions makes a subtable for each score of completions that has intervals,
// with the given columns and the difference to the method with the index reference. There
// are no differences if the index is −1.
func (b *board) compareCompletions(ctx context.Context, reference int, columns func(experiment.Measure) []column) ([]*subtable, error) {
	methods, err := b.contributions(ctx)
	if err != nil {
		return nil, err
	}
	scores, _ := b.completionColumns()
	var out []*subtable
	for _, score := range scores {
		if score.Share == nil || !score.In(metric.InAgainst) {
			continue
		}
		m := experiment.CompletionMeasure(score)
		s := &subtable{title: b.title() + ": " + m.Heading, columns: columns(m)}
		s.addMethods(b.methods)
		if methods != nil && reference >= 0 {
			if err := b.addCompletionDifferences(ctx, s, score, methods, reference); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// addCompletionDifferences adds the difference in a score to the method with the index
// reference.
func (b *board) addCompletionDifferences(ctx context.Context, s *subtable, score draws.Score, methods [][][]draws.Contribution, reference int) error {
	m := experiment.CompletionMeasure(score)
	s.compared, s.reference = &m, b.methods[reference].name
	boot := metric.Bootstrap{Replicates: replicates, Seed: bootstrapSeed, Stop: func() bool { return ctx.Err() != nil }}
	errs := make([]error, len(b.methods))
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for i := range b.methods {
		if i == reference {
			continue
		}
		wait.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			d, err := draws.Compare(score, methods[i], methods[reference], boot)
			if err != nil {
				errs[i] = fault.Input("give the sweep again, or delete the runs of one of them", "the completions of %s and %s are not of the same cells: %w", b.methods[i].name, s.reference, err)
				return
			}
			s.rows[i].difference = &differenceTo{s.reference, d}
		})
	}
	wait.Wait()
	return cmp.Or(errs...)
}

// idealRow has the scores that draws from the distribution of the truth would get, with the
// number of draws of the first method that has any.
func (b *board) idealRow(scores []draws.Score) row {
	r := row{name: ideal, kind: constantRow}
	for _, s := range scores {
		e := entry{mean: math.NaN(), sd: math.NaN()}
		if s.Ideal != nil {
			rules := b.rulesWith(experiment.CompletionMeasure(s))
			value := meanOver(rules, func(t *trial, rule string) float64 {
				if c := t.cells[rule]; c != nil && c.Completion != nil {
					return s.Ideal(c.Completion)
				}
				return math.NaN()
			})
			for _, method := range b.methods {
				if x := (column{of: value}).entryOf(method).mean; math.IsNaN(e.mean) {
					e.mean = x
				}
			}
		}
		r.entries = append(r.entries, e)
	}
	return r
}

// contributions reads the contributions of conversations to the scores of completions of
// each method, for paired intervals. It returns nil if there are fewer than two methods, if
// they do not all have the same seeds and rules, and if a run did not keep its
// contributions.
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
				found, err := experiment.RunDir(r.dir).Contributions(r.Record)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", m.name, err)
				}
				runs = append(runs, found)
			}
		}
		out = append(out, experiment.Strata(runs, nil))
	}
	return out, nil
}
