package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gsdnet/experiment"
	"gsdnet/internal/count"
	"gsdnet/metric"
)

// table is one of the tables of a report: subtables under a heading.
type table struct {
	id        string // of its files
	title     string
	note      string
	subtables []*subtable
}

// predictionMeasures lists the measures of predictions that some method of the board has
// and that are not left out of a table or figure.
func (b *board) predictionMeasures(place string) []experiment.Measure {
	return slices.DeleteFunc(experiment.Measures(), func(m experiment.Measure) bool {
		return m.Recover != nil || !m.In(place) || !b.has(m)
	})
}

// predictionAndMainMeasures lists the same measures, and the main one of recovered
// features.
func (b *board) predictionAndMainMeasures(place string) []experiment.Measure {
	return slices.DeleteFunc(experiment.Measures(), func(m experiment.Measure) bool {
		return m.Recover != nil && !m.Main || !m.In(place) || !b.has(m)
	})
}

// mainMeasure returns the measure by which the predictions of a board are compared first.
func (b *board) mainMeasure() experiment.Measure {
	var out experiment.Measure
	for _, m := range experiment.Measures() {
		if m.Recover == nil && m.Main && (out.Key == "" || !b.has(out)) {
			out = m
		}
	}
	return out
}

// average is the name of the column with the mean over the points of a protocol.
const average = printedAverage

// has reports whether some cell of the board has the measure.
func (b *board) has(m experiment.Measure) bool {
	return len(b.rulesWith(m)) > 0
}

// rulesWith lists the rules under which some method has the measure.
func (b *board) rulesWith(m experiment.Measure) []string {
	var out []string
	for _, rule := range b.rules {
		if b.anyTrial(func(t *trial) bool { c := t.cells[rule]; return c != nil && m.Has(c) }) {
			out = append(out, rule)
		}
	}
	return out
}

func (b *board) anyTrial(is func(*trial) bool) bool {
	for _, m := range b.methods {
		for _, t := range m.trials {
			if is(t) {
				return true
			}
		}
	}
	return false
}

// valueAt returns the column of a measure under one rule.
func valueAt(m experiment.Measure, rule string) func(*trial) float64 {
	return func(t *trial) float64 {
		if c := t.cells[rule]; c != nil {
			return m.Value(c)
		}
		return math.NaN()
	}
}

// meanOver returns the column of the mean of a number over rules, NaN if a trial lacks one
// of them.
func meanOver(rules []string, of func(t *trial, rule string) float64) func(*trial) float64 {
	return func(t *trial) float64 {
		sum := 0.0
		for _, rule := range rules {
			sum += of(t, rule) / float64(len(rules))
		}
		return sum
	}
}

func meanOf(m experiment.Measure, rules []string) func(*trial) float64 {
	return meanOver(rules, func(t *trial, rule string) float64 { return valueAt(m, rule)(t) })
}

// pointColumns returns the columns of a measure at every point of the protocol, and of its
// average.
func (b *board) pointColumns(m experiment.Measure) []column {
	var out []column
	rules := b.rulesWith(m)
	for _, rule := range rules {
		out = append(out, column{name: point(rule), measure: m, of: valueAt(m, rule)})
	}
	name := average
	if len(b.rules) < len(b.kind.Points) {
		name = fmt.Sprintf("mean of %d", len(rules)) // not what others call the average
	}
	return append(out, column{name: name, measure: m, of: meanOf(m, rules)})
}

// seedsNote says in a sentence how many seeds the methods have, and adds completionsNote.
func (b *board) seedsNote() string {
	least, most := math.MaxInt, 0
	for _, m := range b.methods {
		least, most = min(least, len(m.trials)), max(most, len(m.trials))
	}
	text := count.Of(most, "seed") + "."
	if least != most {
		text = fmt.Sprintf("%d to %d seeds.", least, most)
	}
	return text + b.completionsNote()
}

// completionsNote says which methods were evaluated with other numbers of completions than
// the first one. It is "" if all have the same number.
func (b *board) completionsNote() string {
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

// shareMeasure and widthMeasure format what is no measure of a cell.
var (
	shareMeasure = experiment.Measure{Metric: metric.Metric{Heading: "share", Key: "covered", Percent: true}}
	widthMeasure = experiment.Measure{Metric: metric.Metric{Heading: "width", Key: "width", Lower: true}}
)
