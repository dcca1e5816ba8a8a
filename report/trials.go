package report

import (
	"context"
	"math"
	"slices"
	"strings"

	"gsdnet/experiment"
)

func init() {
	declare(part{name: "trials", title: "Trials", order: 10, boards: (*board).tuned, table: trialsTable})
}

// defaultSettings is the name of the column of a model without the settings of a trial.
const defaultSettings = "as is"

// trialsTable shows the trials of a tuning grid, a row for each model and a column for each
// trial.
func trialsTable(_ context.Context, b *board) (*table, error) {
	b = b.whole
	m := b.mainMeasure()
	s := &subtable{title: b.title() + ": " + m.Heading}
	for _, name := range b.trialNames() {
		s.columns = append(s.columns, column{name: name, measure: m, of: meanOf(m, b.rulesWith(m))})
	}
	for _, method := range b.methods {
		at := slices.IndexFunc(s.columns, func(c column) bool { return c.name == method.trialName() })
		s.setEntry(method, at)
	}
	for i := range s.rows {
		s.rows[i].markBest(m)
	}
	return &table{
		subtables: []*subtable{s},
		note:      b.seedsNote() + " Averages over the protocol on the validation split, mean ± standard deviation over seeds; the best of each model in bold.",
	}, nil
}

// trialName returns the name of the settings that a tuning grid gave to the method's model.
func (m *method) trialName() string {
	if m.name == m.model {
		return defaultSettings
	}
	return strings.TrimPrefix(m.name, m.model+"-")
}

// trialNames lists the names of trials, defaultSettings first.
func (b *board) trialNames() []string {
	var out []string
	for _, m := range b.methods {
		if !slices.Contains(out, m.trialName()) {
			out = append(out, m.trialName())
		}
	}
	if at := slices.Index(out, defaultSettings); at > 0 {
		out = slices.Insert(slices.Delete(out, at, at+1), 0, defaultSettings)
	}
	return out
}

// setEntry sets the entry of a method in the row of its model, at a column.
func (s *subtable) setEntry(m *method, column int) {
	row := slices.IndexFunc(s.rows, func(r row) bool { return r.name == m.model })
	if row < 0 {
		row = len(s.rows)
		s.rows = append(s.rows, newRow(m.model, len(s.columns)))
	}
	s.rows[row].entries[column] = s.columns[column].entryOf(m)
}

func newRow(name string, columns int) row {
	r := row{name: name, kind: runRow}
	for range columns {
		r.entries = append(r.entries, entry{mean: math.NaN(), sd: math.NaN()})
	}
	return r
}

// markBest marks the best entry of a row, if all its entries are of the same seeds.
func (r *row) markBest(m experiment.Measure) {
	if !sameSeeds(r.entries) {
		return
	}
	best := -1
	for i, e := range r.entries {
		if !math.IsNaN(e.mean) && (best < 0 || m.Better(e.mean, r.entries[best].mean)) {
			best = i
		}
	}
	if best >= 0 {
		r.entries[best].best = true
	}
}
