package main

import (
	"fmt"
	"math"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/report/figure"
)

// explanationFigure is a figure and the ending of its file's name.
type explanationFigure struct {
	name string
	figure.Figure
}

// explanationFigures returns the figures of an explanation, titled by what it is of.
func explanationFigures(title string, e *gsdnet.Explanation) []explanationFigure {
	var out []explanationFigure
	add := func(name string, f figure.Figure) { out = append(out, explanationFigure{name, f}) }
	if e.Influence != nil {
		add("modalities", modalityChart(title, e))
		add("influence", &figure.Heat{Title: title + ": influence", X: "on the utterance", Y: "of the utterance", Values: e.Influence})
	}
	if len(e.Edges) > 0 {
		add("edges", edgeHeat(title, e))
	}
	for _, m := range erc.Modalities {
		if f := borrowedHeat(title, e, m.String()); f != nil {
			add("filter-"+m.String(), f)
		}
	}
	if len(e.Spectra) > 0 {
		add("spectrum", spectrumChart(title, e))
	}
	if e.Trajectory != nil {
		add("sampler", samplerChart(title, e))
	}
	if len(e.Information) > 0 {
		add("information", informationChart(title, e))
	}
	return out
}

// modalityChart draws the Shapley values of the modalities of each utterance.
func modalityChart(title string, e *gsdnet.Explanation) *figure.Chart {
	c := &figure.Chart{Title: title + ": Shapley values", X: "turn", Y: "contribution to the prediction", Zero: true}
	for _, m := range erc.Modalities {
		s := figure.Series{Name: m.String()}
		for _, u := range e.Utterances {
			y := u.Own.Values[m]
			if y == 0 {
				y = math.NaN() // not observed
			}
			s.X, s.Y = append(s.X, float64(u.Turn)), append(s.Y, y)
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// edgeHeat draws what cutting each edge changes, at both of its places in the graph.
func edgeHeat(title string, e *gsdnet.Explanation) *figure.Heat {
	h := &figure.Heat{Title: title + ": change without an edge", X: "utterance", Y: "utterance"}
	for range e.Utterances {
		h.Values = append(h.Values, make([]float64, len(e.Utterances)))
	}
	for _, edge := range e.Edges {
		h.Values[edge.From][edge.To], h.Values[edge.To][edge.From] = edge.Change, edge.Change
	}
	return h
}

// borrowedHeat draws the weights of a modality's filter; nil where nothing is missing.
func borrowedHeat(title string, e *gsdnet.Explanation, modality string) figure.Figure {
	h := &figure.Heat{Title: title + ": weights of the " + modality + " filter", X: "of the observed utterance", Y: "in the missing utterance"}
	rows := make(map[int]*explain.Borrowed)
	for i := range e.Borrowed {
		if e.Borrowed[i].Modality == modality {
			rows[e.Borrowed[i].Utterance] = &e.Borrowed[i]
		}
	}
	if len(rows) == 0 {
		return nil
	}
	for u := range e.Utterances {
		row := make([]float64, len(e.Utterances))
		if b := rows[u]; b != nil {
			copy(row, b.Weights)
		} else {
			for i := range row {
				row[i] = math.NaN() // observed
			}
		}
		h.Values = append(h.Values, row)
	}
	return h
}

// spectrumChart draws the spectra before and after completion.
func spectrumChart(title string, e *gsdnet.Explanation) *figure.Chart {
	c := &figure.Chart{Title: title + ": spectra", X: "eigenvector of the observed reference graph", Y: "diag(UᵀAU)", Zero: true}
	for _, s := range e.Spectra {
		for _, side := range []struct {
			name   string
			values []float64
		}{{"before", s.Before}, {"after", s.After}} {
			line := figure.Series{Name: fmt.Sprintf("%s, %s", s.Modality, side.name)}
			for k, v := range side.values {
				line.X, line.Y = append(line.X, float64(k+1)), append(line.Y, v)
			}
			c.Series = append(c.Series, line)
		}
	}
	return c
}

// samplerChart draws the sampler's distance from the point estimate.
func samplerChart(title string, e *gsdnet.Explanation) *figure.Chart {
	c := &figure.Chart{Title: title + ": the sampler", X: "noise taken away, 1 − t", Y: "distance from the point estimate"}
	for _, m := range erc.Modalities {
		s := figure.Series{Name: m.String()}
		for i, t := range e.Trajectory.Times {
			s.X, s.Y = append(s.X, 1-t), append(s.Y, e.Trajectory.Features[i][m])
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// informationChart draws what knowing each missing cell would change.
func informationChart(title string, e *gsdnet.Explanation) *figure.Chart {
	c := &figure.Chart{Title: title + ": value of missing cells", X: "turn", Y: "expected change of the prediction"}
	for _, m := range erc.Modalities {
		s := figure.Series{Name: m.String()}
		for _, cell := range e.Information {
			if cell.Modality == m.String() {
				s.X, s.Y = append(s.X, float64(e.Utterances[cell.Utterance].Turn)), append(s.Y, cell.Change)
			}
		}
		c.Series = append(c.Series, s)
	}
	return c
}
