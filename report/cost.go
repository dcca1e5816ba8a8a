package report

import (
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/metric"
	"gsdnet/rundir"
)

// costTable is what training took, from the runs' logs; false where none has one.
func costTable(b *board) (table, bool) {
	s := &sheet{title: b.title() + ": training"}
	for i, name := range []string{"seconds an epoch", "minutes in all"} {
		measure := experiment.Measure{Metric: metric.Metric{Heading: name, Key: "cost", Lower: true}}
		s.columns = append(s.columns, column{name: name, measure: measure, plain: true, of: func(t *trial) float64 { return t.cost()[i] }})
	}
	s.fill(b.methods)
	known := slices.ContainsFunc(s.rows, func(r row) bool { return !math.IsNaN(r.entries[0].mean) })
	return table{
		id: "cost-" + b.dataset + "-" + b.protocol, title: "Training time: " + b.title(), sheets: []*sheet{s},
		note: "Of the machine that ran the sweep, validation included; cells that ran side by side slowed each other down.",
	}, known
}

// cost is the median seconds of an epoch, and the minutes of all; NaN without a
// log.
func (t *trial) cost() [2]float64 {
	var epochs []float64
	for _, r := range t.runs {
		log, err := rundir.ReadLog(r.dir)
		if err != nil {
			continue
		}
		before := 0.0
		for _, e := range log {
			if e.Seconds < before {
				before = 0 // resumed, and its clock with it
			}
			epochs = append(epochs, e.Seconds-before)
			before = e.Seconds
		}
	}
	if len(epochs) == 0 {
		return [2]float64{math.NaN(), math.NaN()}
	}
	total := 0.0
	for _, seconds := range epochs {
		total += seconds
	}
	slices.Sort(epochs)
	return [2]float64{epochs[len(epochs)/2], total / 60}
}
