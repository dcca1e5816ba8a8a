package report

import (
	"math"
	"os"
	"path/filepath"
	"strconv"

	"gsdnet/experiment"
	"gsdnet/missing"
	"gsdnet/rundir"
)

// referenceModel is the model with which the others are compared. Figures accent it.
const referenceModel = rundir.DefaultModel

// fileName returns the name of a board in the names of its figures.
func (b *board) fileName() string {
	if b.protocol == missing.Default {
		return b.dataset + b.condition.suffix()
	}
	return b.dataset + "-" + b.protocol + b.condition.suffix()
}

// keptPoint returns the name of the point at which a sweep keeps recovered features, such
// as "rate 0.5".
func (b *board) keptPoint() string { return b.kind.Point + " " + b.kind.Shown }

// axisScale returns the factor by which an axis multiplies a measure: 100 for percentages.
func axisScale(m experiment.Measure) float64 {
	if m.Percent {
		return 100
	}
	return 1
}

func rateOf(rule string) float64 {
	x, err := strconv.ParseFloat(point(rule), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// dirWith returns the directory of the first run of the method that has a file, "" without
// one.
func (m *method) dirWith(file string) string {
	for _, seed := range m.seeds() {
		for _, r := range m.trials[seed].runs {
			if _, missing := os.Stat(filepath.Join(r.dir, file)); missing == nil {
				return r.dir
			}
		}
	}
	return ""
}
