package experiment

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"os"
	"slices"
	"strconv"

	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/metric/draws"
	"gsdnet/rundir"
)

// contributionColumns are the columns of a CompletionFile.
var contributionColumns = []string{"missing", "dialogue", "modality", "cells", "energy_score", "conversation_energy_score", "crps_feature", "squared_error", "squared_error_raw"}

// sumsOf returns where a contribution keeps the numbers of the last columns, in order.
func sumsOf(c *draws.Contribution) []*float64 {
	return []*float64{&c.Energy, &c.MeanEnergy, &c.CRPS, &c.Square, &c.RawSquare}
}

// writeContributions lists what each conversation contributes to the scores of completions,
// mask by mask.
func writeContributions(w io.Writer, cells []infer.MaskResult) error {
	rows := [][]string{contributionColumns}
	for i := range cells {
		for j := range cells[i].Contributions {
			c := &cells[i].Contributions[j]
			row := []string{cells[i].Rule, strconv.Itoa(int(c.Conversation)), c.Modality, strconv.Itoa(c.Cells)}
			for _, x := range sumsOf(c) {
				row = append(row, exact(*x))
			}
			rows = append(rows, row)
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// exact returns a number with all its digits, or an empty text for NaN.
func exact(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// Contributions are what the conversations contribute to the scores of a run's completions
// under one mask.
type Contributions struct {
	Rule          string
	Conversations []draws.Contribution
}

// Contributions reads the CompletionFile that Keep wrote into a directory with a
// record, mask by mask. It refuses a file that is not the record's, and a record without
// one.
func (d RunDir) Contributions(r *Record) ([]Contributions, error) {
	const advice = "delete it and metrics.json beside it, and give the sweep again"
	path := d.path(CompletionFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Input("delete metrics.json in that folder and give the sweep again with recovery = true", "%w", err)
	}
	if digest(text) != r.CompletionHash {
		return nil, fault.Input(advice, "%s: not the scores that %s was written with: its SHA-256 differs", path, rundir.MetricsFile)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], contributionColumns) {
		return nil, fault.Input(advice, "%s: not a list of scores of completions", path)
	}
	var out []Contributions
	for n, row := range rows[1:] {
		c, bad := parseContribution(row)
		if bad != "" {
			return nil, fault.Input(advice, "%s:%d: %q is not a number", path, n+2, bad)
		}
		if len(out) == 0 || out[len(out)-1].Rule != row[0] {
			out = append(out, Contributions{Rule: row[0]})
		}
		of := &out[len(out)-1]
		of.Conversations = append(of.Conversations, c)
	}
	return out, nil
}

// parseContribution reads a line of a CompletionFile. It returns the text that is not a
// number.
func parseContribution(row []string) (c draws.Contribution, bad string) {
	id, err := strconv.ParseInt(row[1], 10, 32)
	if err != nil {
		return c, row[1]
	}
	c.Conversation, c.Modality = int32(id), row[2]
	if c.Cells, err = strconv.Atoi(row[3]); err != nil {
		return c, row[3]
	}
	for i, into := range sumsOf(&c) {
		text := row[4+i]
		if text == "" {
			text = "NaN"
		}
		if *into, err = strconv.ParseFloat(text, 64); err != nil {
			return c, text
		}
	}
	return c, ""
}

// Strata sorts the contributions of several runs of one method for draws.Compare: a list
// for each rule and seed. Runs on different conversations, such as the folds of a
// cross-validation, share a list; runs on the same ones, such as seeds, do not. only says
// which masks and modalities count; nil keeps all.
func Strata(runs [][]Contributions, only func(rule, modality string) bool) [][]draws.Contribution {
	var out [][]draws.Contribution
	lists := map[string][]int{} // places in out by rule
	for _, run := range runs {
		for _, under := range run {
			list := slices.Clone(under.Conversations)
			if only != nil {
				list = slices.DeleteFunc(list, func(c draws.Contribution) bool { return !only(under.Rule, c.Modality) })
			}
			if len(list) == 0 {
				continue
			}
			at := slices.IndexFunc(lists[under.Rule], func(at int) bool { return disjoint(out[at], list) })
			if at < 0 {
				lists[under.Rule] = append(lists[under.Rule], len(out))
				out = append(out, list)
				continue
			}
			to := &out[lists[under.Rule][at]]
			*to = append(*to, list...)
		}
	}
	return out
}

// disjoint reports whether two lists have no conversation in common.
func disjoint(a, b []draws.Contribution) bool {
	has := map[int32]bool{}
	for i := range a {
		has[a[i].Conversation] = true
	}
	return !slices.ContainsFunc(b, func(c draws.Contribution) bool { return has[c.Conversation] })
}

// CompareCompletions returns the score of method a less that of method b with its 95 %
// interval, for which whole conversations are drawn. a and b list the run directories of
// each method, those of the same seed and fold at the same place. key is that of a score
// that is a mean over conversations: energy_score, conversation_energy_score, crps_feature,
// rmse or rmse_raw. only says which masks and modalities count; nil keeps all.
func CompareCompletions(key string, a, b []string, only func(rule, modality string) bool) (metric.Difference, error) {
	at := slices.IndexFunc(draws.Scores(), func(s draws.Score) bool { return s.Key == key && s.Share != nil })
	if at < 0 {
		return metric.Difference{}, fault.Input("choose energy_score, conversation_energy_score, crps_feature, rmse or rmse_raw", "no interval of the score %q", key)
	}
	var strata [2][][]draws.Contribution
	for side, dirs := range [2][]string{a, b} {
		var runs [][]Contributions
		for _, dir := range dirs {
			r, err := RunDir(dir).Record()
			if err != nil {
				return metric.Difference{}, err
			}
			run, err := RunDir(dir).Contributions(r)
			if err != nil {
				return metric.Difference{}, err
			}
			runs = append(runs, run)
		}
		strata[side] = Strata(runs, only)
	}
	d, err := draws.Compare(draws.Scores()[at], strata[0], strata[1], metric.Bootstrap{Seed: 1})
	if err != nil {
		return d, fault.Input("compare runs that were evaluated under the same masks", "%v and %v were not evaluated alike: %w", a, b, err)
	}
	return d, nil
}

// CompletionMeasure returns a score of completions as a measure of results, which have it
// unless it is NaN.
func CompletionMeasure(s draws.Score) Measure {
	return Measure{Metric: s.Metric, key: s.Key, of: func(r *infer.MaskResult) metric.Values {
		if x := s.Value(r.Completion); !math.IsNaN(x) {
			return metric.Values{s.Key: x}
		}
		return nil
	}}
}
