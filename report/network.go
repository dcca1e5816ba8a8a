package report

import (
	"context"
	"math"
	"path/filepath"

	"gsdnet/experiment"
	"gsdnet/metric"
	"gsdnet/rundir"
)

func init() {
	declare(part{name: "network", title: "Networks kept", order: 95, boards: (*board).compared, table: networkTable})
}

// networkTable shows whether validation kept the networks of the models that can do without
// them, and by how much they were better. It returns nil if there are none.
func networkTable(_ context.Context, b *board) (*table, error) {
	networks := map[*trial][]rundir.Network{}
	var methods []*method
	for _, m := range b.methods {
		found := false
		for _, t := range m.trials {
			networks[t] = t.networks()
			found = found || len(networks[t]) > 0
		}
		if found {
			methods = append(methods, m)
		}
	}
	if len(methods) == 0 {
		return nil, nil
	}
	s := &subtable{title: b.title() + ": networks"}
	for _, c := range []struct {
		heading string
		of      func(n rundir.Network) float64
	}{
		{"kept, % of runs", func(n rundir.Network) float64 { return 100 * oneIf(n.Kept) }},
		{"ES with", func(n rundir.Network) float64 { return n.With.Cells }},
		{"ES without", func(n rundir.Network) float64 { return n.Without.Cells }},
		{"conv ES with", func(n rundir.Network) float64 { return n.With.Conversations }},
		{"conv ES without", func(n rundir.Network) float64 { return n.Without.Conversations }},
		{"best epoch", func(n rundir.Network) float64 { return float64(n.Epoch) }},
	} {
		measure := experiment.Measure{Metric: metric.Metric{Heading: c.heading, Key: "network", Lower: true}}
		s.columns = append(s.columns, column{name: c.heading, measure: measure, unmarked: true, of: func(t *trial) float64 { return averageOf(networks[t], c.of) }})
	}
	s.addMethods(methods)
	return &table{
		subtables: []*subtable{s},
		note: "Training keeps a network if it lowers the energy score (ES) of draws on the validation split and does not raise that of the means of conversations. " +
			"The epoch is the one in which the network's own loss there is lowest, the mean over runs.",
	}, nil
}

// networks returns what the checkpoints of a trial say of their networks. One that is not
// there, or of a format that is no longer read, says nothing.
func (t *trial) networks() []rundir.Network {
	var out []rundir.Network
	for _, r := range t.runs {
		c, err := rundir.ReadCheckpoint(filepath.Join(r.dir, rundir.CheckpointFile))
		if err == nil && c.Network != nil {
			out = append(out, *c.Network)
		}
	}
	return out
}

// oneIf is 1 if something is so.
func oneIf(so bool) float64 {
	if so {
		return 1
	}
	return 0
}

// averageOf returns the mean of a number over what has it, NaN over nothing.
func averageOf[T any](all []T, of func(T) float64) float64 {
	if len(all) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, x := range all {
		sum += of(x)
	}
	return sum / float64(len(all))
}
