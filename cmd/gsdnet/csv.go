package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/internal/columns"
	"gsdnet/metric"
)

// writePredictions lists predictions as CSV.
func writePredictions(w io.Writer, corpus *erc.Corpus, predictions []gsdnet.Prediction) error {
	rows := [][]string{{"row", "dialogue", "turn", "speaker", "observed"}}
	for i, p := range predictions {
		row := []string{strconv.Itoa(p.Row), fmt.Sprint(identity(p.Dialogue, corpus.Dialogues)), strconv.Itoa(p.Turn),
			fmt.Sprint(identity(p.Speaker, corpus.Speakers)), p.Observed}
		var heading, values []string
		if p.Score != nil {
			heading = append([]string{"score", "deviation"}, columns.Intervals(metric.Levels[:])...)
			values = []string{columns.Number(p.Score.Mean), columns.Number(p.Score.Deviation)}
			for _, interval := range p.Score.Intervals {
				values = append(values, columns.Number(interval.Low), columns.Number(interval.High))
			}
		} else {
			heading = append([]string{"class", "class_name"}, columns.Probabilities(p.Class.Names)...)
			values = []string{strconv.Itoa(int(p.Class.Label)), p.Class.Name}
			for _, probability := range p.Class.Probability {
				values = append(values, columns.Number(probability))
			}
		}
		if i == 0 {
			rows[0] = append(rows[0], heading...)
		}
		rows = append(rows, append(row, values...))
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// identity returns the name of a dialogue or a speaker where the file has names,
// else the number.
func identity[T ~int32](number T, names []string) any {
	if names == nil {
		return number
	}
	return names[number]
}

// line is a prediction as a line of JSON has it.
type line struct {
	Row      int           `json:"row"`
	Dialogue any           `json:"dialogue"` // number or name
	Turn     int           `json:"turn"`
	Speaker  any           `json:"speaker"` // number or name
	Observed string        `json:"observed"`
	Score    *gsdnet.Score `json:"score,omitempty"`
	Class    *gsdnet.Class `json:"class,omitempty"`
}

// writeLines lists predictions as JSON, one a line.
func writeLines(w io.Writer, corpus *erc.Corpus, predictions []gsdnet.Prediction) error {
	encoder := json.NewEncoder(w)
	for _, p := range predictions {
		if err := encoder.Encode(line{
			p.Row, identity(p.Dialogue, corpus.Dialogues), p.Turn, identity(p.Speaker, corpus.Speakers), p.Observed, p.Score, p.Class,
		}); err != nil {
			return err
		}
	}
	return nil
}
