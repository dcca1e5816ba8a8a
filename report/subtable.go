package report

import (
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/metric"
)

// sheet is numbers of methods side by side: what a table is before it is set in
// markdown, CSV or LaTeX.
type subtable struct {
	title   string
	columns []column
	rows    []row
	// versus heads a last column with the difference in this measure to another
	// method, the best unless than names it; nil without.
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

// kind says what a row stands for.
type rowKind string

const (
	runRow      rowKind = "run"
	constantRow rowKind = "constant predictor"
	printedRow  rowKind = "printed"
)

// row is a method's numbers.
type row struct {
	name       string
	kind       rowKind
	entries    []entry
	difference *differenceTo
}

// entry is a mean and sample deviation over seeds.
type entry struct {
	mean, sd float64  // NaN where there is none
	n        int      // values
	seeds    []uint64 // that the values are of; nil of what has none
	best     bool
}

// versus is the difference of a method to the best of the others.
type differenceTo struct {
	other string
	metric.Difference
}

// fill adds a row for every method and marks the best of each column.
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

// over summarises a column's number over the seeds of a method that have it.
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

// equal reports whether all entries that have a value are of the same seeds.
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

// uneven reports whether our own runs have different seeds in a column, so that
// they do not compare.
func (s *subtable) seedsDiffer(column int) bool {
	var entries []entry
	for _, r := range s.rows {
		if r.kind == runRow && column < len(r.entries) {
			entries = append(entries, r.entries[column])
		}
	}
	return !sameSeeds(entries)
}

// summarise is the mean of values and their sample deviation.
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

// mark finds the best of our own runs in a column; what looks the same in the
// table is marked with it. Nothing is the best where the runs have different seeds.
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

// constants adds the rows of the predictors that know the training labels alone.
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

// quote adds what the paper prints, method by method, where it prints something
// of the measure. The points of its figures are the columns.
func (s *subtable) addPrinted(figures []printed, key string) {
	place := map[string]int{}
	for i, c := range s.columns {
		place[c.name] = i
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
		if i, ok := place[f.point]; ok {
			s.rows[at].entries[i].mean = share
		}
	}
}
