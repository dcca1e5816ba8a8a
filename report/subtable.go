package report

import (
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/metric"
)

// subtable has a row of numbers for each method. It is written as markdown, CSV and LaTeX.
type subtable struct {
	title   string
	columns []column
	rows    []row
	// compared is the measure of the differences in the last column. They are differences to
	// the method with the name reference, or to the best other method if it is "". A nil
	// measure stands for no such column.
	compared  *experiment.Measure
	reference string
}

// column is one number of a trial.
type column struct {
	name     string
	measure  experiment.Measure
	unmarked bool // the best is not marked
	of       func(*trial) float64
}

// rowKind says what a row stands for.
type rowKind string

const (
	runRow      rowKind = "run"
	constantRow rowKind = "constant predictor"
	printedRow  rowKind = "printed"
)

// row holds the numbers of a method.
type row struct {
	name       string
	kind       rowKind
	entries    []entry
	difference *differenceTo
}

// entry is the mean and the sample deviation over seeds.
type entry struct {
	mean, sd float64  // NaN where there is none
	n        int      // values
	seeds    []uint64 // that the values are of; nil of what has none
	best     bool
}

// differenceTo is the difference of a method to another one, with its interval.
type differenceTo struct {
	other string
	metric.Difference
}

// addMethods adds a row for every method and marks the best of each column.
func (s *subtable) addMethods(methods []*method) {
	for _, m := range methods {
		r := row{name: m.name, kind: runRow}
		for _, c := range s.columns {
			r.entries = append(r.entries, c.entryOf(m))
		}
		s.rows = append(s.rows, r)
	}
	for i := range s.columns {
		s.markBest(i)
	}
}

// entryOf returns the mean and deviation of the column's number over the seeds of a method
// that have it.
func (c column) entryOf(m *method) entry {
	var values []float64
	var seeds []uint64
	for _, seed := range m.seeds() {
		if v := c.of(m.trials[seed]); !math.IsNaN(v) {
			values, seeds = append(values, v), append(seeds, seed)
		}
	}
	e := summarise(values)
	e.seeds = seeds
	return e
}

// sameSeeds reports whether all entries that have a value are of the same seeds.
func sameSeeds(entries []entry) bool {
	var first []uint64
	found := false
	for _, e := range entries {
		if e.n == 0 {
			continue
		}
		if found && !slices.Equal(e.seeds, first) {
			return false
		}
		first, found = e.seeds, true
	}
	return true
}

// seedsDiffer reports whether the runs of the methods have different seeds in a column, so
// that they do not compare.
func (s *subtable) seedsDiffer(column int) bool {
	var entries []entry
	for _, r := range s.rows {
		if r.kind == runRow && column < len(r.entries) {
			entries = append(entries, r.entries[column])
		}
	}
	return !sameSeeds(entries)
}

// summarise returns the mean of values and their sample deviation.
func summarise(values []float64) entry {
	e := entry{mean: math.NaN(), sd: math.NaN(), n: len(values)}
	if e.n == 0 {
		return e
	}
	e.mean = 0
	for _, v := range values {
		e.mean += v / float64(e.n)
	}
	if e.n > 1 {
		squares := 0.0
		for _, v := range values {
			squares += (v - e.mean) * (v - e.mean)
		}
		e.sd = math.Sqrt(squares / float64(e.n-1))
	}
	return e
}

// markBest marks the best of the rows of runs in a column, and the rows that look the same
// in the table. It marks nothing if the runs have different seeds.
func (s *subtable) markBest(column int) {
	c := s.columns[column]
	best := math.NaN()
	for _, r := range s.rows {
		if v := r.entries[column].mean; r.kind == runRow && !math.IsNaN(v) && !c.measure.Better(best, v) {
			if math.IsNaN(best) || c.measure.Better(v, best) {
				best = v
			}
		}
	}
	if c.unmarked || math.IsNaN(best) || s.seedsDiffer(column) {
		return
	}
	for i := range s.rows {
		if s.rows[i].kind == runRow {
			e := &s.rows[i].entries[column]
			e.best = c.measure.Format(e.mean) == c.measure.Format(best)
		}
	}
}

// addConstants adds the rows of the predictors that know the training labels alone.
func (s *subtable) addConstants(b *board) {
	for i := range b.constants {
		r := row{name: b.constants[i].Rule, kind: constantRow}
		some := false
		for _, c := range s.columns {
			v := c.measure.Value(&b.constants[i])
			some = some || !math.IsNaN(v)
			r.entries = append(r.entries, entry{mean: v, sd: math.NaN()})
		}
		if some {
			s.rows = append(s.rows, r)
		}
	}
}

// addPrinted adds a row for each method for which the paper prints the measure. The points
// of its figures are the columns.
func (s *subtable) addPrinted(figures []printed, key string) {
	index := map[string]int{}
	for i, c := range s.columns {
		index[c.name] = i
	}
	rows := map[string]int{}
	for _, f := range figures {
		share, has := f.shares[key]
		if !has {
			continue
		}
		at, known := rows[f.method]
		if !known {
			at = len(s.rows)
			rows[f.method] = at
			r := row{name: f.method + " (" + printedNote + ")", kind: printedRow}
			for range s.columns {
				r.entries = append(r.entries, entry{mean: math.NaN(), sd: math.NaN()})
			}
			s.rows = append(s.rows, r)
		}
		if i, ok := index[f.point]; ok {
			s.rows[at].entries[i].mean = share
		}
	}
}
