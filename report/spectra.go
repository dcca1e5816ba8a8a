package report

import (
	"fmt"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/metric"
	"gsdnet/report/figure"
)

// spectra are the graphs of a data set before and after recovery: a picture a
// modality, and the errors of whole graphs as a table.
func spectra(b *board) ([]named, []table, error) {
	s := &sheet{title: b.title() + ": graphs of withheld modalities"}
	var charts [erc.NumModalities]*figure.Chart
	var before [erc.NumModalities]experiment.Spectra
	for _, m := range b.methods {
		all, found, err := m.spectra()
		if err != nil {
			return nil, nil, err
		}
		if !found {
			continue
		}
		if len(s.rows) == 0 {
			graphColumns(s, all)
			charts = spectrumCharts(b)
			before = all
		}
		r := row{name: m.name, kind: ours}
		for i := range all {
			r.entries = append(r.entries, summarise([]float64{all[i].AfterGraph}))
			line := spectrumSeries(m.name, all[i].After)
			line.Accent = m.name == accented
			charts[i].Series = append(charts[i].Series, line)
		}
		s.rows = append(s.rows, r)
	}
	if len(s.rows) == 0 {
		return nil, nil, nil
	}
	var pictures []named
	for i, chart := range charts { // last, so that models have the colours of other pictures
		m, line := erc.Modality(i), spectrumSeries("before recovery", before[i].Before)
		line.Ground = true
		chart.Series = append(chart.Series, line)
		pictures = append(pictures, named{"spectrum-" + b.id() + "-" + m.String(),
			fmt.Sprintf("Error of the eigenvalues of the %s graph at %s, %s: before recovery, and of the graphs of recovered features.", m, b.shown(), b.dataset), chart})
	}
	for i := range s.columns {
		s.mark(i)
	}
	return pictures, []table{{
		id: "graphs-" + b.dataset + "-" + b.protocol, title: "Graphs before and after recovery: " + b.title(), sheets: []*sheet{s},
		note: "Relative error of a modality's graph (Frobenius) against that of the complete features, at " + b.shown() + ": as the mask leaves it, as recovered features give it, and, " +
			"as a bound for whatever diffuses eigenvalues alone, the complete graph's own eigenvalues in the basis of the observed reference graph.",
	}}, nil
}

// graphColumns heads the table and adds the rows that are the same for all.
func graphColumns(s *sheet, all [erc.NumModalities]experiment.Spectra) {
	measure := experiment.Measure{Metric: metric.Metric{Heading: "graph", Key: "graph_error", Lower: true}}
	before, bound := row{name: "before recovery", kind: constant}, row{name: "bound of the shared basis", kind: constant}
	for i := range all {
		s.columns = append(s.columns, column{name: erc.Modality(i).String(), measure: measure})
		before.entries = append(before.entries, summarise([]float64{all[i].BeforeGraph}))
		bound.entries = append(bound.entries, summarise([]float64{all[i].Basis}))
	}
	s.rows = append(s.rows, before, bound)
}

func spectrumCharts(b *board) (out [erc.NumModalities]*figure.Chart) {
	for i := range out {
		out[i] = &figure.Chart{
			Title: fmt.Sprintf("%s, %s: spectrum of the graph", b.dataset, erc.Modality(i)), X: "eigenvalue, by falling size", Y: "mean absolute error",
		}
	}
	return out
}

func spectrumSeries(name string, errors []float64) figure.Series {
	s := figure.Series{Name: name}
	for k, e := range errors {
		s.X, s.Y = append(s.X, float64(k+1)), append(s.Y, e)
	}
	return s
}

// spectra returns what the method's first seed kept.
func (m *method) spectra() (out [erc.NumModalities]experiment.Spectra, found bool, err error) {
	dir := m.kept(experiment.SpectraFile)
	if dir == "" {
		return out, false, nil
	}
	out, err = experiment.ReadSpectra(dir)
	return out, true, err
}
