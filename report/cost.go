package report

import (
	"context"
	"math"
	"slices"

	"gsdnet/experiment"
	"gsdnet/metric"
	"gsdnet/rundir"
)

func init() {
	declare(part{name: "cost", title: "Training time", order: 90, boards: (*board).compared, table: costTable})
}

// costTable shows how long training took, from the logs of the runs. It returns nil if no
// run has a log.
func costTable(_ context.Context, b *board) (*table, error) {
	s := &subtable{title: b.title() + ": training"}
	for i, name := range []string{"seconds an epoch", "minutes in all"} {
		measure := experiment.Measure{Metric: metric.Metric{Heading: name, Key: "cost", Lower: true}}
		s.columns = append(s.columns, column{name: name, measure: measure, unmarked: true, of: func(t *trial) float64 { return t.cost()[i] }})
	}
	s.addMethods(b.methods)
	if !slices.ContainsFunc(s.rows, func(r row) bool { return !math.IsNaN(r.entries[0].mean) }) {
		return nil, nil
	}
	return &table{
		subtables: []*subtable{s},
		note:      "Of the machine that ran the sweep, validation included; cells that ran side by side slowed each other down.",
	}, nil
}

// cost returns the median number of seconds of an epoch and the minutes of all epochs, NaN
// without a log.
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
