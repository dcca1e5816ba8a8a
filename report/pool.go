package report

import (
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/metric/draws"
)

// pool merges the runs of all folds into one result for each method, seed and rule, as if
// one model had been tested on all conversations. A rule without a finished run of every
// fold has no result, and methods and seeds without any result are left out. A board
// without cross-validation stays as it is.
func (b *board) pool() error {
	if b.condition.folds == 0 {
		return nil
	}
	for _, m := range b.methods {
		for seed, t := range m.trials {
			if err := t.pool(b.condition.folds); err != nil {
				return err
			}
			if len(t.cells) == 0 {
				delete(m.trials, seed)
			}
		}
	}
	b.methods = slices.DeleteFunc(b.methods, func(m *method) bool { return len(m.trials) == 0 })
	if len(b.methods) > 0 {
		m := b.methods[0]
		b.constants = pooledConstants(m.trials[m.seeds()[0]].runs)
	}
	return nil
}

// pool computes the cells of a trial from its runs.
func (t *trial) pool(folds int) error {
	sortFolds(t.runs)
	predictions, err := t.predictions()
	if err != nil {
		return err
	}
	contributions, err := t.contributions()
	if err != nil {
		return err
	}
	parts := map[string][]*infer.MaskResult{}
	compared := map[int]map[string][]*infer.MaskResult{}
	for _, r := range t.runs {
		for i := range r.Result.Cells {
			c := &r.Result.Cells[i]
			parts[c.Rule] = append(parts[c.Rule], c)
		}
		for _, k := range r.Compare {
			if compared[k.Samples] == nil {
				compared[k.Samples] = map[string][]*infer.MaskResult{}
			}
			for i := range k.Result.Cells {
				c := &k.Result.Cells[i]
				compared[k.Samples][c.Rule] = append(compared[k.Samples][c.Rule], c)
			}
		}
	}
	for rule, cells := range parts {
		if len(cells) == folds {
			p := predictions[rule]
			t.cells[rule] = pooledCell(cells, &p, contributions[rule])
		}
	}
	for k, rules := range compared {
		t.compared[k] = map[string]*infer.MaskResult{}
		for rule, cells := range rules {
			if len(cells) == folds {
				t.compared[k][rule] = pooledCell(cells, nil, nil)
			}
		}
	}
	return nil
}

// predictions returns the predictions of all runs of a trial, by rule.
func (t *trial) predictions() (map[string]experiment.Predictions, error) {
	out := map[string]experiment.Predictions{}
	for _, r := range t.runs {
		all, err := r.readPredictions()
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			whole := out[p.Rule]
			whole.Rule = p.Rule
			whole.Dialogue = append(whole.Dialogue, p.Dialogue...)
			whole.Label, whole.Prediction, whole.CRPS = append(whole.Label, p.Label...), append(whole.Prediction, p.Prediction...), append(whole.CRPS, p.CRPS...)
			out[p.Rule] = whole
		}
	}
	return out, nil
}

// contributions returns what the conversations of all runs of a trial contribute to the
// scores of completions, by rule. It returns none for runs that kept none.
func (t *trial) contributions() (map[string][]draws.Contribution, error) {
	out := map[string][]draws.Contribution{}
	for _, r := range t.runs {
		if r.CompletionHash == "" {
			continue
		}
		all, err := experiment.RunDir(r.dir).Contributions(r.Record)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			out[c.Rule] = append(out[c.Rule], c.Conversations...)
		}
	}
	return out, nil
}

// pooledCell merges the results of all folds under one rule. Measures of predictions are
// computed from the pooled predictions, and scores of completions from the contributions of
// all conversations. The others (and all, if p and contributions are nil) are means over the
// folds, weighted by their numbers of utterances or withheld cells.
func pooledCell(cells []*infer.MaskResult, p *experiment.Predictions, contributions []draws.Contribution) *infer.MaskResult {
	out := &infer.MaskResult{Rule: cells[0].Rule}
	if cells[0].Scores != nil {
		n, values := weightedMeans(cells, func(c *infer.MaskResult) (int, metric.Values) { return c.Scores.N, c.Scores.Values })
		out.Scores = &metric.Scores{N: n, Values: values}
		recompute(values, p)
	}
	if cells[0].Classes != nil {
		n, values := weightedMeans(cells, func(c *infer.MaskResult) (int, metric.Values) { return c.Classes.N, c.Classes.Values })
		out.Classes = &metric.Classes{N: n, Values: values}
		recompute(values, p)
	}
	var completions []*draws.Completion
	var confusions []*classes.Confusion
	for _, c := range cells {
		completions, confusions = append(completions, c.Completion), append(confusions, c.Confusion)
	}
	out.Confusion = classes.Add(confusions...)
	out.Completion = draws.PoolParts(completions, contributions)
	out.Encoded = pooledRecovery(cells, func(c *infer.MaskResult) *metric.Recovery { return c.Encoded })
	out.Raw = pooledRecovery(cells, func(c *infer.MaskResult) *metric.Recovery { return c.Raw })
	out.Sampled = pooledRecovery(cells, func(c *infer.MaskResult) *metric.Recovery { return c.Sampled })
	out.Coverage = pooledCoverage(cells, func(c *infer.MaskResult) []metric.Coverage { return c.Coverage })
	out.Imputed = pooledCoverage(cells, func(c *infer.MaskResult) []metric.Coverage { return c.Imputed })
	return out
}

// recompute replaces the metrics that can be computed from the pooled predictions.
func recompute(values metric.Values, p *experiment.Predictions) {
	if p == nil {
		return
	}
	s := &methodPredictions{label: p.Label, prediction: p.Prediction, crps: p.CRPS}
	for key := range values {
		m := metric.Lookup(key)
		whole := splitMetric(m)
		switch {
		case m.Utterance != nil:
			sum, n := 0.0, 0.0
			for _, loss := range s.losses(m) {
				if !math.IsNaN(loss) {
					sum, n = sum+loss, n+1
				}
			}
			values[key] = sum / n
		case whole != nil && !m.Distributed:
			values[key] = whole(s.label, s.prediction)
		}
	}
}

// weightedMeans returns the sum of the weights and the weighted means of values over cells.
// Values that are NaN do not count.
func weightedMeans(cells []*infer.MaskResult, of func(*infer.MaskResult) (int, metric.Values)) (int, metric.Values) {
	total, sums, weights := 0, metric.Values{}, metric.Values{}
	for _, c := range cells {
		n, values := of(c)
		total += n
		for key, v := range values {
			if !math.IsNaN(v) {
				weights[key] += float64(n)
				v *= float64(n)
				sums[key] += v
			} else {
				sums[key] += 0
			}
		}
	}
	for key := range sums {
		sums[key] /= weights[key]
	}
	return total, sums
}

// pooledRecovery merges measures of recovered features. It returns nil if no fold has any.
func pooledRecovery(cells []*infer.MaskResult, of func(*infer.MaskResult) *metric.Recovery) *metric.Recovery {
	some := slices.DeleteFunc(slices.Clone(cells), func(c *infer.MaskResult) bool { return of(c) == nil })
	if len(some) == 0 {
		return nil
	}
	n, values := weightedMeans(some, func(c *infer.MaskResult) (int, metric.Values) { return of(c).N, of(c).Values })
	return &metric.Recovery{N: n, Values: values}
}

// pooledCoverage merges the coverage of intervals, level by level. It returns nil if no
// fold has any.
func pooledCoverage(cells []*infer.MaskResult, of func(*infer.MaskResult) []metric.Coverage) []metric.Coverage {
	var out []metric.Coverage
	for _, c := range cells {
		for k, level := range of(c) {
			if k == len(out) {
				out = append(out, metric.Coverage{Level: level.Level})
			}
			out[k].N += level.N
			out[k].Covered += float64(level.N) * level.Covered
			out[k].Width += float64(level.N) * level.Width
		}
	}
	for k := range out {
		out[k].Covered /= float64(out[k].N)
		out[k].Width /= float64(out[k].N)
	}
	return out
}

// pooledConstants merges the constant predictors of the folds, each of which is fitted to
// the training labels of its fold.
func pooledConstants(runs []*run) []infer.MaskResult {
	var out []infer.MaskResult
	seen := map[int]bool{} // folds: the runs of one fold have the same constants
	byName := map[string][]*infer.MaskResult{}
	for _, r := range runs {
		if seen[r.Cell.Fold] {
			continue
		}
		seen[r.Cell.Fold] = true
		for i := range r.Result.Constants {
			c := &r.Result.Constants[i]
			byName[c.Rule] = append(byName[c.Rule], c)
		}
	}
	for i := range runs[0].Result.Constants {
		out = append(out, *pooledCell(byName[runs[0].Result.Constants[i].Rule], nil, nil))
	}
	return out
}
