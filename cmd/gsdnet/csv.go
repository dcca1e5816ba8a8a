package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"gsdnet"
	"gsdnet/experiment"
)

// writePredictions lists predictions as CSV.
func writePredictions(w io.Writer, predictions []gsdnet.Prediction) error {
	rows := [][]string{{"dialogue", "turn", "speaker", "observed"}}
	for i, p := range predictions {
		row := []string{strconv.Itoa(int(p.Dialogue)), strconv.Itoa(p.Turn), strconv.Itoa(int(p.Speaker)), p.Observed}
		var heading, values []string
		if p.Score != nil {
			heading = append([]string{"score", "deviation"}, experiment.IntervalColumns()...)
			values = []string{experiment.Number(p.Score.Mean), experiment.Number(p.Score.Deviation)}
			for _, interval := range p.Score.Intervals {
				values = append(values, experiment.Number(interval.Low), experiment.Number(interval.High))
			}
		} else {
			heading, values = []string{"class"}, []string{strconv.Itoa(int(p.Class.Label))}
			for c, probability := range p.Class.Probability {
				heading = append(heading, fmt.Sprintf("probability_%d", c))
				values = append(values, experiment.Number(probability))
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
