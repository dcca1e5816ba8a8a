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

// accented is the model with which the others are compared: pictures accent it.
const referenceModel = rundir.DefaultModel

// id names a board in files.
func (b *board) fileName() string {
	if b.protocol == missing.Default {
		return b.dataset + b.condition.suffix()
	}
	return b.dataset + "-" + b.protocol + b.condition.suffix()
}

// shown names the point at which a sweep keeps recovered features: "rate 0.5".
func (b *board) keptPoint() string { return b.kind.Point + " " + b.kind.Shown }

// scale is what an axis multiplies a measure by.
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

// kept returns the directory of the method's first run that has a file, "" where
// none has.
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
