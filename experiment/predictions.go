package experiment

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"os"
	"strconv"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/columns"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/rundir"
)

// writePredictions lists an evaluation's predictions, mask by mask.
func writePredictions(w io.Writer, cells []infer.MaskResult, convs []erc.Conversation) error {
	out := csv.NewWriter(w)
	heading := []string{"missing", "dialogue", "turn", "label", "prediction"}
	if len(cells) > 0 && cells[0].Scores != nil {
		heading = append(append(heading, "crps", "deviation"), columns.Intervals(metric.Levels[:])...)
	}
	if len(cells) > 0 && cells[0].Confusion != nil {
		heading = append(heading, columns.Probabilities(cells[0].Confusion.Names)...)
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

// cellValues are the label and prediction of utterance number at, followed by the
// probability of each class or, for scores, by the CRPS, the deviation and the intervals.
func cellValues(c *infer.MaskResult, at int) []string {
	out := []string{columns.Number(c.Labels[at]), columns.Number(c.Predictions[at])}
	if c.Classes != nil {
		if c.Confusion != nil {
			for _, probability := range c.Probabilities[at] {
				out = append(out, columns.Number(probability))
			}
		}
		return out
	}
	d, crps := c.Distributions[at], math.NaN()
	if !math.IsNaN(c.Labels[at]) {
		crps = d.CRPS(c.Labels[at])
	}
	out = append(out, columns.Number(crps), columns.Number(d.StdDev()))
	for _, level := range metric.Levels {
		low, high := d.Interval(level)
		out = append(out, columns.Number(low), columns.Number(high))
	}
	return out
}

// Predictions are a run's predictions under one test mask, utterance by
// utterance; NaN is what there is not.
type Predictions struct {
	Rule              string
	Dialogue          []int32
	Label, Prediction []float64
	CRPS              []float64
}

// Predictions reads the predictions that Keep wrote with a record, mask by mask. It
// returns an error for a file that was not written with this record.
func (d RunDir) Predictions(r *Record) ([]Predictions, error) {
	const advice = "delete it and metrics.json beside it, and give the sweep again"
	path := d.path(PredictionsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Input("delete metrics.json in that folder and give the sweep again", "%w", err)
	}
	if digest(text) != r.PredictionsHash {
		return nil, fault.Input(advice, "%s: not the predictions that %s was written with: its SHA-256 differs", path, rundir.MetricsFile)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fault.Input(advice, "%s: not a list of predictions", path)
	}
	place := map[string]int{}
	for i, name := range rows[0] {
		place[name] = i
	}
	if err := checkColumns(place); err != nil {
		return nil, fault.Input(advice, "%s: %w", path, err)
	}
	var out []Predictions
	for n, row := range rows[1:] {
		rule := row[place["missing"]]
		if len(out) == 0 || out[len(out)-1].Rule != rule {
			out = append(out, Predictions{Rule: rule})
		}
		if column := out[len(out)-1].add(row, place); column != "" {
			return nil, fault.Input(advice, "%s:%d: %s %q is not a number", path, n+2, column, row[place[column]])
		}
	}
	return out, nil
}

// add takes in a line, whose columns are placed by name. It returns the name of a
// column that does not hold a number.
func (p *Predictions) add(row []string, place map[string]int) string {
	dialogue, err := strconv.ParseInt(row[place["dialogue"]], 10, 32)
	if err != nil {
		return "dialogue"
	}
	p.Dialogue = append(p.Dialogue, int32(dialogue))
	for name, into := range map[string]*[]float64{"label": &p.Label, "prediction": &p.Prediction, "crps": &p.CRPS} {
		value := math.NaN()
		if at, ok := place[name]; ok && row[at] != "" {
			if value, err = strconv.ParseFloat(row[at], 64); err != nil {
				return name
			}
		}
		*into = append(*into, value)
	}
	return ""
}
