package experiment

import (
	"fmt"
	"math"

	"gsdnet/infer"
	"gsdnet/metric"
)

// Measure is one number of a cell.
type Measure struct {
	Name    string // as tables head it
	Key     string // in file names and CSV
	Percent bool   // shown in percent
	Lower   bool   // the lower the better
	Of      func(*infer.MaskResult) *float64
}

// Format writes a value as tables show it, a dash where there is none.
func (m Measure) Format(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case m.Percent:
		return fmt.Sprintf("%.1f", 100*x)
	}
	return fmt.Sprintf("%.3f", x)
}

// Better says that a is better than b; nothing is better than, or worse than,
// what is not a number.
func (m Measure) Better(a, b float64) bool {
	if m.Lower {
		return a < b
	}
	return a > b
}

// Value is the measure of a cell, NaN where the cell does not have it.
func (m Measure) Value(c *infer.MaskResult) float64 {
	if v := m.Of(c); v != nil {
		return *v
	}
	return math.NaN()
}

// Measures lists every measure, those of predictions before those of recovered
// features.
var Measures = []Measure{
	{"ACC2", "acc2", true, false, ofScores(func(s *metric.Scores) *float64 { return &s.ACC2 })},
	{"F1", "f1", true, false, ofScores(func(s *metric.Scores) *float64 { return &s.F1 })},
	{"ACC2-has0", "acc2_has0", true, false, ofScores(func(s *metric.Scores) *float64 { return &s.ACC2Has0 })},
	{"ACC7", "acc7", true, false, ofScores(func(s *metric.Scores) *float64 { return &s.ACC7 })},
	{"MAE", "mae", false, true, ofScores(func(s *metric.Scores) *float64 { return &s.MAE })},
	{"Corr", "corr", false, false, ofScores(func(s *metric.Scores) *float64 { return &s.Corr })},
	{"CRPS", "crps", false, true, ofScores(func(s *metric.Scores) *float64 { return &s.CRPS })},
	{"WA", "wa", true, false, ofClasses(func(s *metric.Classes) *float64 { return &s.WA })},
	{"UA", "ua", true, false, ofClasses(func(s *metric.Classes) *float64 { return &s.UA })},
	{"F1", "weighted_f1", true, false, ofClasses(func(s *metric.Classes) *float64 { return &s.F1 })},
	{"ECE", "ece", true, true, ofClasses(func(s *metric.Classes) *float64 { return &s.ECE })},
	{"RMSE X'", "rmse_encoded", false, true, func(c *infer.MaskResult) *float64 { return ofRecovery(c.Encoded, rmse) }},
	{"cos X'", "cosine_encoded", false, false, func(c *infer.MaskResult) *float64 { return ofRecovery(c.Encoded, cosine) }},
	{"RMSE raw", "rmse_raw", false, true, func(c *infer.MaskResult) *float64 { return ofRecovery(c.Raw, rmse) }},
	{"RMSE sampled", "rmse_sampled", false, true, func(c *infer.MaskResult) *float64 { return ofRecovery(c.Sampled, rmse) }},
	{"cos raw", "cosine_raw", false, false, func(c *infer.MaskResult) *float64 { return ofRecovery(c.Raw, cosine) }},
}

// MeasureOf returns the measure of a key; it panics on one that does not exist.
func MeasureOf(key string) Measure {
	for _, m := range Measures {
		if m.Key == key {
			return m
		}
	}
	panic(fmt.Sprintf("experiment: no measure %q", key))
}

// MeasuresOf lists the measures that some cell has.
func MeasuresOf(cells []infer.MaskResult) []Measure {
	var out []Measure
	for _, m := range Measures {
		for i := range cells {
			if m.Of(&cells[i]) != nil {
				out = append(out, m)
				break
			}
		}
	}
	return out
}

func ofScores(of func(*metric.Scores) *float64) func(*infer.MaskResult) *float64 {
	return func(c *infer.MaskResult) *float64 {
		if c.Scores == nil {
			return nil
		}
		return of(c.Scores)
	}
}

func ofClasses(of func(*metric.Classes) *float64) func(*infer.MaskResult) *float64 {
	return func(c *infer.MaskResult) *float64 {
		if c.Classes == nil {
			return nil
		}
		return of(c.Classes)
	}
}

func ofRecovery(r *metric.Recovery, of func(*metric.Recovery) *float64) *float64 {
	if r == nil {
		return nil
	}
	return of(r)
}

func rmse(r *metric.Recovery) *float64   { return &r.RMSE }
func cosine(r *metric.Recovery) *float64 { return &r.Cosine }
