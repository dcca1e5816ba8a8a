package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/metric"
	"gsdnet/train"
)

// number is how floats are written: short, exact enough, nothing for NaN.
func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// intervalColumns heads the low and high of each level.
func intervalColumns() []string {
	var out []string
	for _, level := range metric.Levels {
		out = append(out, fmt.Sprintf("low_%.0f", 100*level), fmt.Sprintf("high_%.0f", 100*level))
	}
	return out
}

// writeCells lists an evaluation's predictions, mask by mask.
func writeCells(w io.Writer, cells []train.Cell, convs []erc.Conversation) error {
	out := csv.NewWriter(w)
	heading := []string{"missing", "dialogue", "turn", "label", "prediction"}
	if len(cells) > 0 && cells[0].Scores != nil {
		heading = append(append(heading, "deviation"), intervalColumns()...)
	}
	rows := [][]string{heading}
	for i := range cells {
		at := 0
		for j := range convs {
			for k := range convs[j].Utterances {
				row := []string{cells[i].Rule, strconv.Itoa(int(convs[j].ID)), strconv.Itoa(convs[j].Utterances[k].Turn)}
				rows = append(rows, append(row, cellValues(&cells[i], at)...))
				at++
			}
		}
	}
	return out.WriteAll(rows)
}

// cellValues are the label and prediction of utterance number at.
func cellValues(c *train.Cell, at int) []string {
	if c.Classes != nil {
		return []string{number(c.Labels[at]), number(c.Predictions[at])}
	}
	d := c.Distributions[at]
	out := []string{number(c.Labels[at]), number(c.Predictions[at]), number(d.StdDev())}
	for _, level := range metric.Levels {
		low, high := d.Interval(level)
		out = append(out, number(low), number(high))
	}
	return out
}

// writePredictions lists predictions as CSV.
func writePredictions(w io.Writer, predictions []gsdnet.Prediction) error {
	rows := [][]string{{"dialogue", "turn", "speaker", "observed"}}
	for i, p := range predictions {
		row := []string{strconv.Itoa(int(p.Dialogue)), strconv.Itoa(p.Turn), strconv.Itoa(int(p.Speaker)), p.Observed}
		var heading, values []string
		if p.Score != nil {
			heading = append([]string{"score", "deviation"}, intervalColumns()...)
			values = []string{number(p.Score.Mean), number(p.Score.Deviation)}
			for _, interval := range p.Score.Intervals {
				values = append(values, number(interval.Low), number(interval.High))
			}
		} else {
			heading, values = []string{"class"}, []string{strconv.Itoa(int(p.Class.Label))}
			for c, probability := range p.Class.Probability {
				heading = append(heading, fmt.Sprintf("probability_%d", c))
				values = append(values, number(probability))
			}
		}
		if i == 0 {
			rows[0] = append(rows[0], heading...)
		}
		rows = append(rows, append(row, values...))
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// writeLines lists predictions as JSON, one a line.
func writeLines(w io.Writer, predictions []gsdnet.Prediction) error {
	encoder := json.NewEncoder(w)
	for _, p := range predictions {
		if err := encoder.Encode(p); err != nil {
			return err
		}
	}
	return nil
}
