package report

import (
	"fmt"
	"math"
	"strings"

	"gsdnet/erc"
	"gsdnet/metric"
	"gsdnet/train"
)

// Protocol is a model's result under every frozen mask of a split.
type Protocol struct {
	Cells []train.Cell `json:"cells"`
	// Mean averages the cells.
	Mean train.Cell `json:"mean"`
	// Constants are predictors that look at nothing but the training labels, on
	// the same labels: the majority and, for scores, the mean. Empty when the
	// corpus has no training split.
	Constants []train.Cell `json:"constants,omitempty"`
}

// NewProtocol averages the cells of a split of a corpus and adds the constant
// predictors.
func NewProtocol(cells []train.Cell, corpus *erc.Corpus, split erc.Split) Protocol {
	p := Protocol{Cells: cells, Mean: mean(cells)}
	seen, asked := corpus.In(erc.Train), corpus.In(split)
	if len(seen) == 0 {
		return p
	}
	if corpus.Task == erc.Classes {
		labels := classes(asked)
		most := make([]int32, len(labels))
		for i, major := 0, metric.MajorityClass(classes(seen)); i < len(most); i++ {
			most[i] = max(major, 0)
		}
		scores := metric.EvaluateClasses(labels, most, nil)
		p.Constants = []train.Cell{{Rule: "majority predictor", Classes: &scores}}
		return p
	}
	constant, labels := metric.FitConstant(scoresOf(seen)), scoresOf(asked)
	majority, average := constant.Majority(labels), constant.Mean(labels)
	p.Constants = []train.Cell{{Rule: "majority predictor", Scores: &majority}, {Rule: "mean predictor", Scores: &average}}
	return p
}

// Table lists the cells, their mean and the constant predictors. Shares are in
// percent; imputation errors stand in it where they were measured.
func (p Protocol) Table() *Table {
	columns := columnsOf(p.Cells)
	t := &Table{Heading: []string{"missing"}}
	for _, c := range columns {
		t.Heading = append(t.Heading, c.name)
	}
	for _, cell := range append(append([]train.Cell{}, p.Cells...), p.Mean) {
		t.Add(cellsOf(cell, columns)...)
	}
	for _, cell := range p.Constants {
		t.Add(cellsOf(cell, columns)...)
	}
	return t
}

// Coverage says in a line how honest the intervals are, "" without intervals.
func (p Protocol) Coverage() string {
	var parts []string
	for _, c := range p.Mean.Coverage {
		parts = append(parts, fmt.Sprintf("%.0f %% interval holds %.1f %% (mean width %.2f)", 100*c.Level, 100*c.Covered, c.Width))
	}
	return strings.Join(parts, ", ")
}

// column is one metric of a cell.
type column struct {
	name   string
	format string
	scale  float64
	of     func(*train.Cell) *float64 // nil where the cell does not have it
}

func score(name, format string, scale float64, of func(*metric.Scores) *float64) column {
	return column{name, format, scale, func(c *train.Cell) *float64 {
		if c.Scores == nil {
			return nil
		}
		return of(c.Scores)
	}}
}

func class(name string, of func(*metric.Classes) *float64) column {
	return column{name, "%.1f", 100, func(c *train.Cell) *float64 {
		if c.Classes == nil {
			return nil
		}
		return of(c.Classes)
	}}
}

func recovery(name string, of func(*train.Cell) *float64) column {
	return column{name, "%.3f", 1, of}
}

var columns = []column{
	score("ACC2", "%.1f", 100, func(s *metric.Scores) *float64 { return &s.ACC2 }),
	score("F1", "%.1f", 100, func(s *metric.Scores) *float64 { return &s.F1 }),
	score("ACC2-has0", "%.1f", 100, func(s *metric.Scores) *float64 { return &s.ACC2Has0 }),
	score("ACC7", "%.1f", 100, func(s *metric.Scores) *float64 { return &s.ACC7 }),
	score("MAE", "%.3f", 1, func(s *metric.Scores) *float64 { return &s.MAE }),
	score("Corr", "%.3f", 1, func(s *metric.Scores) *float64 { return &s.Corr }),
	score("CRPS", "%.3f", 1, func(s *metric.Scores) *float64 { return &s.CRPS }),
	class("WA", func(s *metric.Classes) *float64 { return &s.WA }),
	class("UA", func(s *metric.Classes) *float64 { return &s.UA }),
	class("F1", func(s *metric.Classes) *float64 { return &s.F1 }),
	class("ECE", func(s *metric.Classes) *float64 { return &s.ECE }),
	recovery("RMSE X'", func(c *train.Cell) *float64 { return field(c.Encoded, rmse) }),
	recovery("cos X'", func(c *train.Cell) *float64 { return field(c.Encoded, cosine) }),
	recovery("RMSE raw", func(c *train.Cell) *float64 { return field(c.Raw, rmse) }),
	recovery("cos raw", func(c *train.Cell) *float64 { return field(c.Raw, cosine) }),
}

func rmse(r *metric.Recovery) *float64   { return &r.RMSE }
func cosine(r *metric.Recovery) *float64 { return &r.Cosine }

func field(r *metric.Recovery, of func(*metric.Recovery) *float64) *float64 {
	if r == nil {
		return nil
	}
	return of(r)
}

// columnsOf returns the columns that some cell has.
func columnsOf(cells []train.Cell) []column {
	var out []column
	for _, c := range columns {
		for i := range cells {
			if c.of(&cells[i]) != nil {
				out = append(out, c)
				break
			}
		}
	}
	return out
}

func cellsOf(cell train.Cell, columns []column) []string {
	out := []string{cell.Rule}
	for _, c := range columns {
		value := c.of(&cell)
		if value == nil || math.IsNaN(*value) {
			out = append(out, "–")
			continue
		}
		out = append(out, fmt.Sprintf(c.format, c.scale**value))
	}
	return out
}

// mean averages every metric over the cells that have it.
func mean(cells []train.Cell) train.Cell {
	out := train.Cell{Rule: "mean"}
	for _, cell := range cells {
		if cell.Scores != nil && out.Scores == nil {
			out.Scores = &metric.Scores{N: cell.Scores.N}
			out.Coverage = make([]metric.Coverage, len(cell.Coverage))
		}
		if cell.Classes != nil && out.Classes == nil {
			out.Classes = &metric.Classes{N: cell.Classes.N}
		}
		if cell.Encoded != nil && out.Encoded == nil {
			out.Encoded, out.Raw = &metric.Recovery{}, &metric.Recovery{}
		}
		for i, c := range cell.Coverage {
			share := 1 / float64(len(cells))
			out.Coverage[i].Level, out.Coverage[i].N = c.Level, c.N
			out.Coverage[i].Covered += share * c.Covered
			out.Coverage[i].Width += share * c.Width
		}
	}
	for _, c := range columnsOf(cells) {
		sum, n := 0.0, 0.0
		for i := range cells {
			if value := c.of(&cells[i]); value != nil {
				sum, n = sum+*value, n+1
			}
		}
		*c.of(&out) = sum / n
	}
	return out
}

func scoresOf(convs []erc.Conversation) []float64 {
	var out []float64
	for i := range convs {
		for j := range convs[i].Utterances {
			out = append(out, float64(convs[i].Utterances[j].Label))
		}
	}
	return out
}

func classes(convs []erc.Conversation) []int32 {
	var out []int32
	for i := range convs {
		for j := range convs[i].Utterances {
			out = append(out, convs[i].Utterances[j].Class)
		}
	}
	return out
}
