package report

import (
	"context"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/metric"
)

// replicates of the bootstrap, and its seed: the same folder gives the same
// report.
const (
	replicates    = 2000
	bootstrapSeed = 1
)

// methodPredictions holds all predictions of a method on the seeds and rules of a
// comparison, in the same order for every method.
type methodPredictions struct {
	groups                  []int32 // conversation
	strata                  []int   // which (seed, rule)
	label, prediction, crps []float64
	strataCount             int // of strata
}

// comparison holds the predictions of a board's methods, for paired intervals.
type comparison struct {
	methods     []*method
	predictions []methodPredictions
}

// newComparison reads the predictions of every method on the rules. It returns nil if there
// are fewer than two methods, or if they do not all have the same seeds and rules.
func newComparison(ctx context.Context, b *board, rules []string) (*comparison, error) {
	if len(b.methods) < 2 || !equalTrials(b.methods) {
		return nil, nil
	}
	c := &comparison{methods: b.methods}
	for _, m := range b.methods {
		s, err := readPredictions(ctx, m, rules)
		if err != nil {
			return nil, err
		}
		if len(c.predictions) > 0 && !s.sameUtterances(&c.predictions[0]) {
			return nil, fault.Input("give the sweep again, or delete the runs of one of them", "the predictions of %s and %s in %s are not of the same utterances",
				m.name, b.methods[0].name, filepath.Dir(m.trials[m.seeds()[0]].runs[0].dir))
		}
		c.predictions = append(c.predictions, s)
	}
	return c, nil
}

// sameUtterances reports whether the predictions of two methods are of the same utterances
// and labels.
func (s *methodPredictions) sameUtterances(other *methodPredictions) bool {
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	return slices.Equal(s.groups, other.groups) && slices.Equal(s.strata, other.strata) && slices.EqualFunc(s.label, other.label, same)
}

// readPredictions reads the predictions of a method, seed by seed and rule by rule.
func readPredictions(ctx context.Context, m *method, rules []string) (methodPredictions, error) {
	var out methodPredictions
	for _, seed := range m.seeds() {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		byRule, err := m.trials[seed].predictions()
		if err != nil {
			return out, err
		}
		for _, rule := range rules {
			p, ok := byRule[rule]
			if !ok || m.trials[seed].cells[rule] == nil {
				continue
			}
			for range p.Label {
				out.strata = append(out.strata, out.strataCount)
			}
			out.groups = append(out.groups, p.Dialogue...)
			out.label, out.prediction, out.crps = append(out.label, p.Label...), append(out.prediction, p.Prediction...), append(out.crps, p.CRPS...)
			out.strataCount++
		}
	}
	return out, nil
}

// differencesToBest returns the difference of every method to the best of the others in a
// measure, given the means of the methods. An element is nil if there is no interval.
func (c *comparison) differencesToBest(ctx context.Context, m experiment.Measure, means []float64) []*differenceTo {
	out := make([]*differenceTo, len(c.methods))
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for i := range c.methods {
		best := -1
		for j, mean := range means {
			if j != i && !math.IsNaN(mean) && (best < 0 || m.Better(mean, means[best])) {
				best = j
			}
		}
		if best < 0 || math.IsNaN(means[i]) {
			continue
		}
		wait.Go(func() {
			free <- struct{}{}
			if d, ok := bootstrapDifference(ctx, m, &c.predictions[i], &c.predictions[best]); ok {
				out[i] = &differenceTo{c.methods[best].name, d}
			}
			<-free
		})
	}
	wait.Wait()
	return out
}

func integers(x []float64) []int32 {
	out := make([]int32, len(x))
	for i := range x {
		out[i] = int32(x[i])
	}
	return out
}

// bootstrapDifference returns the difference of two methods with its bootstrap interval. It
// resamples whole conversations, with all masks and seeds of each. When ctx ends, the
// interval is NaN. It returns false for a measure that cannot be resampled.
func bootstrapDifference(ctx context.Context, m experiment.Measure, a, b *methodPredictions) (metric.Difference, bool) {
	boot := metric.Bootstrap{Groups: a.groups, Replicates: replicates, Seed: bootstrapSeed, Stop: func() bool { return ctx.Err() != nil }}
	whole := splitMetric(m.Metric)
	switch {
	case m.Utterance != nil:
		return boot.Losses(a.losses(m.Metric), b.losses(m.Metric)), true
	case whole == nil || m.Distributed:
		return metric.Difference{}, false
	case m.Sums != nil:
		return boot.Sums(m.Sums, a.classes(m.Metric, b), a.strata, a.label, a.prediction, b.prediction), true
	}
	rows := make([]float64, len(a.label))
	for i := range rows {
		if rows[i] = float64(i); math.IsNaN(a.label[i]) {
			rows[i] = math.NaN()
		}
	}
	return boot.Metric(a.stratifiedMean(whole), rows, a.prediction, b.prediction), true
}

// classes returns how many classes a metric has to tell apart, 0 if it is one of scores.
func (s *methodPredictions) classes(m metric.Metric, other *methodPredictions) int {
	if m.Class == nil {
		return 0
	}
	most := 0.0
	for i := range s.label {
		for _, class := range []float64{s.label[i], s.prediction[i], other.prediction[i]} {
			if class > most {
				most = class
			}
		}
	}
	return int(most) + 1
}

// losses returns a metric of every utterance, NaN where the utterance does not count.
func (s *methodPredictions) losses(m metric.Metric) []float64 {
	out := make([]float64, len(s.label))
	for i := range out {
		if out[i] = math.NaN(); !math.IsNaN(s.label[i]) && !(m.Class != nil && s.label[i] < 0) {
			out[i] = m.Utterance(s.label[i], s.prediction[i], s.crps[i])
		}
	}
	return out
}

// splitMetric returns a metric of predictions as a function of the labels and point
// predictions of a split, and nil for a metric of recovered features.
func splitMetric(m metric.Metric) func(labels, guesses []float64) float64 {
	switch {
	case m.Score != nil:
		return func(y, p []float64) float64 { return m.Score(y, p, nil) }
	case m.Class != nil:
		return func(y, p []float64) float64 { return m.Class(integers(y), integers(p), nil) }
	}
	return nil
}

// stratifiedMean returns the mean of a metric over the pairs of seed and rule, as a
// function that takes the indices of rows in place of their labels.
func (s *methodPredictions) stratifiedMean(whole func(labels, guesses []float64) float64) func(rows, guesses []float64) float64 {
	labels, guesses := make([][]float64, s.strataCount), make([][]float64, s.strataCount)
	return func(rows, drawn []float64) float64 {
		for k := range labels {
			labels[k], guesses[k] = labels[k][:0], guesses[k][:0]
		}
		for i, r := range rows {
			k := s.strata[int(r)]
			labels[k], guesses[k] = append(labels[k], s.label[int(r)]), append(guesses[k], drawn[i])
		}
		sum := 0.0
		for k := range labels {
			sum += whole(labels[k], guesses[k]) / float64(s.strataCount)
		}
		return sum
	}
}
