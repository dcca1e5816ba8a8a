package report

import (
	"context"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/metric"
)

func init() {
	declare(part{name: "graphs", title: "Graphs before and after recovery", order: 120, boards: (*board).compared, table: graphsTable})
}

// graphsTable shows the errors of whole graphs before and after recovery, a row for each
// method. It returns nil if no run kept them.
func graphsTable(_ context.Context, b *board) (*table, error) {
	s := &subtable{title: b.title() + ": graphs of withheld modalities"}
	for _, m := range b.methods {
		all, found, err := m.spectra()
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if len(s.rows) == 0 {
			graphColumns(s, all)
		}
		r := row{name: m.name, kind: runRow}
		for i := range all {
			r.entries = append(r.entries, summarise([]float64{all[i].AfterGraph}))
		}
		s.rows = append(s.rows, r)
	}
	if len(s.rows) == 0 {
		return nil, nil
	}
	for i := range s.columns {
		s.markBest(i)
	}
	return &table{
		subtables: []*subtable{s},
		note: "Relative error of a modality's graph (Frobenius) against that of the complete features, at " + b.keptPoint() + ": as the mask leaves it, as recovered features give it, and, " +
			"as a bound for whatever diffuses eigenvalues alone, the complete graph's own eigenvalues in the basis of the observed reference graph.",
	}, nil
}

// graphColumns adds the columns, and the rows that are the same for all methods.
func graphColumns(s *subtable, all [erc.NumModalities]experiment.Spectra) {
	measure := experiment.Measure{Metric: metric.Metric{Heading: "graph", Key: "graph_error", Lower: true}}
	before, bound := row{name: "before recovery", kind: constantRow}, row{name: "bound of the shared basis", kind: constantRow}
	for i := range all {
		s.columns = append(s.columns, column{name: erc.Modality(i).String(), measure: measure})
		before.entries = append(before.entries, summarise([]float64{all[i].BeforeGraph}))
		bound.entries = append(bound.entries, summarise([]float64{all[i].Basis}))
	}
	s.rows = append(s.rows, before, bound)
}

// spectra returns the spectra that the first seed of the method kept.
func (m *method) spectra() (out [erc.NumModalities]experiment.Spectra, found bool, err error) {
	dir := m.dirWith(experiment.SpectraFile)
	if dir == "" {
		return out, false, nil
	}
	out, err = experiment.RunDir(dir).Spectra()
	return out, true, err
}
