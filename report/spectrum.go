package report

import (
	"context"
	"fmt"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/report/figure"
)

func init() {
	declare(part{name: "spectrum", order: 40, boards: (*board).compared, figures: spectrumFigures})
}

// spectrumFigures shows the errors of the eigenvalues of the graphs before and after
// recovery, one figure for each modality. It returns nil if no run kept them.
func spectrumFigures(_ context.Context, b *board) ([]namedFigure, error) {
	charts := spectrumCharts(b)
	var before *[erc.NumModalities]experiment.Spectra
	for _, m := range b.methods {
		all, found, err := m.spectra()
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if before == nil {
			before = &all
		}
		for i := range all {
			line := spectrumSeries(m.name, all[i].After)
			line.Accent = m.name == referenceModel
			charts[i].Series = append(charts[i].Series, line)
		}
	}
	if before == nil {
		return nil, nil
	}
	var out []namedFigure
	for i, chart := range charts { // last, so that models have the colours of other pictures
		m, line := erc.Modality(i), spectrumSeries("before recovery", before[i].Before)
		line.Ground = true
		chart.Series = append(chart.Series, line)
		out = append(out, namedFigure{m.String(),
			fmt.Sprintf("Error of the eigenvalues of the %s graph at %s, %s: before recovery, and of the graphs of recovered features.", m, b.keptPoint(), b.dataset), chart})
	}
	return out, nil
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
