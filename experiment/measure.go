package experiment

import (
	"fmt"
	"math"
	"slices"

	"gsdnet/infer"
	"gsdnet/metric"
)

// Measure is one number of a result under a mask: a declared metric, of the
// predictions or of one of the spaces that recovered features are compared in.
type Measure struct {
	metric.Metric
	// of returns the numbers that the metric is among, nil where a result has none.
	of    func(*infer.MaskResult) metric.Values
	key   string // of the metric among the numbers
	space string // of recovered features: encoded, raw or sampled; empty of predictions
}

// Value returns the measure of a result, NaN where the result does not have it.
func (m Measure) Value(r *infer.MaskResult) float64 {
	if !m.Has(r) {
		return math.NaN()
	}
	return m.of(r)[m.key]
}

// Has reports whether a result has the measure.
func (m Measure) Has(r *infer.MaskResult) bool { return m.of != nil && m.of(r) != nil }

// Raw reports whether the measure compares recovered features in the space of the
// standardised features, which is the same for all models.
func (m Measure) Raw() bool { return m.space == "raw" || m.space == "sampled" }

// Measures lists every measure, in the order of the declared metrics: those of
// predictions before those of recovered features. A metric of recovered features gives
// a measure for each space: the features as the model encodes them, the standardised
// features, and, where the metric asks for it, these as they were sampled.
func Measures() []Measure {
	var out, encoded, raw []Measure
	for _, m := range metric.All() {
		switch {
		case m.Score != nil:
			out = append(out, Measure{Metric: m, key: m.Key, of: scoresOfResult})
		case m.Class != nil:
			out = append(out, Measure{Metric: m, key: m.Key, of: classesOfResult})
		default:
			encoded = append(encoded, inSpace(m, "encoded", " X'", func(r *infer.MaskResult) *metric.Recovery { return r.Encoded }))
			raw = append(raw, inSpace(m, "raw", " raw", func(r *infer.MaskResult) *metric.Recovery { return r.Raw }))
			if m.Sampled {
				raw = append(raw, inSpace(m, "sampled", " sampled", func(r *infer.MaskResult) *metric.Recovery { return r.Sampled }))
			}
		}
	}
	return slices.Concat(out, encoded, raw)
}

// inSpace is a metric of recovered features in one space.
func inSpace(m metric.Metric, space, heading string, of func(*infer.MaskResult) *metric.Recovery) Measure {
	out := Measure{Metric: m, key: m.Key, space: space, of: func(r *infer.MaskResult) metric.Values {
		if of(r) == nil {
			return nil
		}
		return of(r).Values
	}}
	out.Key, out.Heading = m.Key+"_"+space, m.Heading+heading
	if space == "raw" {
		out.Axis = m.Unit() + ", standardised features"
	}
	out.Main = m.Main && space == "raw"
	return out
}

func scoresOfResult(r *infer.MaskResult) metric.Values {
	if r.Scores == nil {
		return nil
	}
	return r.Scores.Values
}

func classesOfResult(r *infer.MaskResult) metric.Values {
	if r.Classes == nil {
		return nil
	}
	return r.Classes.Values
}

// MeasureOf returns the measure of a key. It panics if there is none, as keys are
// constants of the program.
func MeasureOf(key string) Measure {
	for _, m := range Measures() {
		if m.Key == key {
			return m
		}
	}
	panic(fmt.Sprintf("experiment: no measure %q", key))
}

// Measures lists the measures that some cells of the result have.
func (p *Result) Measures() []Measure { return measuresOf(p.Cells) }

// measuresOf lists the measures that some of the results have.
func measuresOf(results []infer.MaskResult) []Measure {
	return slices.DeleteFunc(Measures(), func(m Measure) bool {
		return !slices.ContainsFunc(results, func(r infer.MaskResult) bool { return m.Has(&r) })
	})
}
