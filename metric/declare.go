package metric

import (
	"fmt"
	"math"
	"slices"
)

// Metric declares one number that an evaluation reports. It is the only place that
// has to know the metric: the table of an evaluation, metrics.json, the tables and
// figures of a report, the marks of the best model and the intervals of differences
// all go through the declarations (All).
//
// Exactly one of Score, Class and Recover is set. It computes the metric, and says of
// what: of predicted scores, of predicted classes, or of recovered features.
type Metric struct {
	Key     string // unique; in CSV files and in the names of figures
	Field   string // in the JSON of an evaluation; empty: the Key
	Heading string // of a column of a table
	Axis    string // of a figure, with the unit; empty: the Heading
	Help    string // what the metric measures, one sentence
	Percent bool   // a share, shown in percent with one decimal; else three decimals
	Lower   bool   // lower values are better; else higher values are

	// Main marks the metric of its kind by which models are compared first: the
	// comparing column of a summary, and the figures of differences.
	Main bool
	// Undefined says that the metric may be NaN although there are labels.
	Undefined bool
	// Distributed says that the metric needs the predictive distribution: without it
	// the metric is NaN, and differences between models have no interval.
	Distributed bool
	// Sampled asks, of a recovery metric, for the mean over draws, too, beside the point
	// estimate.
	Sampled bool
	// Omit lists the tables and figures that leave the metric out (In… below). A
	// metric without it is in all of them.
	Omit []string

	// Score computes the metric of scores. Labels may be NaN (unlabelled); dists is nil
	// or holds a predictive distribution for each utterance.
	Score func(labels, preds []float64, dists []Mixture) float64
	// Class computes the metric of classes. Labels below 0 are unlabelled; probs is nil
	// or holds the probabilities [utterance][class].
	Class func(labels, preds []int32, probs [][]float64) float64
	// Recover computes the metric of features [row][feature].
	Recover func(withheld, recovered [][]float64) float64
	// Utterance is the metric of a single utterance, if the metric is the mean of that
	// over utterances; NaN of an utterance that does not count. It makes intervals of
	// differences fast. Without it and Sums they are computed from whole splits.
	Utterance func(label, pred, crps float64) float64
	// Sums is the metric as a function of sums over utterances, if it is one. It makes
	// intervals of differences fast, too.
	Sums *Sums

	majority func(Constant) float64 // what the majority predictor says; nil: the seventh
}

// The places that a metric can be left out of (Metric.Omit).
const (
	InSummary  = "summary"  // the averages of every model, and the ablation
	InProtocol = "protocol" // a sheet for each metric, a column for each missing rate
	InAgainst  = "against"  // differences to the reference model
	InComplete = "complete" // nothing missing
	InSamples  = "samples"  // numbers of completions
	InRate     = "rate"     // the figure of the metric against the missing rate
	InLine     = "line"     // the line that a sweep prints of a finished cell
)

// Places lists the values that Metric.Omit can hold.
var Places = []string{InSummary, InProtocol, InAgainst, InComplete, InSamples, InRate, InLine}

// In reports whether a metric is in a table or figure, one of Places.
func (m Metric) In(place string) bool { return !slices.Contains(m.Omit, place) }

// Format writes a value as tables show it, a dash where there is none.
func (m Metric) Format(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case m.Percent:
		return fmt.Sprintf("%.1f", 100*x)
	}
	return fmt.Sprintf("%.3f", x)
}

// Better reports whether a is better than b. NaN is neither better nor worse than
// anything.
func (m Metric) Better(a, b float64) bool {
	if m.Lower {
		return a < b
	}
	return a > b
}

// Unit returns what axes of figures call the metric.
func (m Metric) Unit() string {
	switch {
	case m.Axis != "":
		return m.Axis
	case m.Percent:
		return m.Heading + ", %"
	}
	return m.Heading
}

// all holds the declarations. The metrics that this package ships come first, in the
// order of the columns of tables.
var all = slices.Concat(scoreMetrics, classMetrics, recoveryMetrics)

// All returns every declared metric, in the order of the columns of tables.
func All() []Metric { return slices.Clone(all) }

// Register adds a metric, after those that are declared already. Call it from the init
// function of the file that declares the metric. It panics if the declaration is not
// complete, or if its key or field is taken.
func Register(m Metric) {
	if err := m.check(); err != "" {
		panic(fmt.Sprintf("metric: %q: %s", m.Key, err))
	}
	all = append(all, m)
}

// check returns what is wrong with a declaration, "" if nothing is.
func (m Metric) check() string {
	computes := 0
	for _, set := range []bool{m.Score != nil, m.Class != nil, m.Recover != nil} {
		if set {
			computes++
		}
	}
	switch {
	case m.Key == "" || m.Heading == "" || m.Help == "":
		return "a metric needs a key, a heading and a sentence of help"
	case computes != 1:
		return "exactly one of Score, Class and Recover computes a metric"
	}
	for _, place := range m.Omit {
		if !slices.Contains(Places, place) {
			return fmt.Sprintf("%q is not one of %v", place, Places)
		}
	}
	for _, other := range all {
		if other.Key == m.Key || other.kind() == m.kind() && other.field() == m.field() {
			return "the key or the field is taken"
		}
	}
	return ""
}

// Lookup returns the metric of a key. It panics if there is none, as keys are
// constants of the program.
func Lookup(key string) Metric {
	for _, m := range all {
		if m.Key == key {
			return m
		}
	}
	panic(fmt.Sprintf("metric: no metric %q", key))
}

// kind says what a metric is computed of.
type kind int

const (
	ofScores kind = iota
	ofClasses
	ofFeatures
)

func (m Metric) kind() kind {
	switch {
	case m.Score != nil:
		return ofScores
	case m.Class != nil:
		return ofClasses
	}
	return ofFeatures
}

// field is the metric's key in JSON.
func (m Metric) field() string {
	if m.Field != "" {
		return m.Field
	}
	return m.Key
}

// metrics lists the declared metrics of a kind.
func (k kind) metrics() []Metric {
	return slices.DeleteFunc(slices.Clone(all), func(m Metric) bool { return m.kind() != k })
}
