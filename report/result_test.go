package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/report"
)

// printed writes a table and checks that it fits.
func printed(t *testing.T, table *report.Table) string {
	t.Helper()
	var b strings.Builder
	check(t, table.Write(&b))
	for _, line := range strings.Split(b.String(), "\n") {
		if n := utf8.RuneCountInString(line); n > report.Width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	return b.String()
}

// A result with every measure that there is fits, and loses none of them.
func TestResultTableFits(t *testing.T) {
	levels := []metric.Coverage{{Level: 0.5, Covered: 1, Width: 123.456}, {Level: 0.8, Covered: 1, Width: 123.456}, {Level: 0.95, Covered: 1, Width: 123.456}}
	recovery := &metric.Recovery{N: 1, Values: metric.Values{"rmse": -123.456, "cosine": -0.5}}
	r := experiment.Result{}
	for _, rule := range []string{"random batch 0.3", "fixed {t,a,v}"} {
		r.Cells = append(r.Cells, infer.MaskResult{
			Rule: rule, Scores: &metric.Scores{Values: metric.Values{"mae": 123.456, "crps": 123.456}}, Classes: &metric.Classes{Values: metric.Values{}},
			Encoded: recovery, Raw: recovery, Sampled: recovery,
		})
	}
	r.Mean = r.Cells[0]
	r.Mean.Coverage, r.Mean.Imputed = levels, levels
	r.Constants = []infer.MaskResult{{Rule: "majority predictor", Scores: &metric.Scores{Values: metric.Values{}}}}
	text := printed(t, report.ResultTable(r))
	for _, m := range experiment.Measures() {
		if !strings.Contains(text, " "+m.Heading+" |") {
			t.Errorf("no column %s in\n%s", m.Heading, text)
		}
	}
	if parts := strings.Count(text, "| missing "); parts < 2 || strings.Count(text, "fixed {t,a,v}") != parts {
		t.Errorf("%d parts:\n%s", parts, text)
	}
	intervals := printed(t, report.CoverageTable(r))
	for _, want := range []string{"50 % holds", "95 % holds", "| predictions ", "| recovered features ", "100.0 %", "123.46"} {
		if !strings.Contains(intervals, want) {
			t.Errorf("no %q in\n%s", want, intervals)
		}
	}
	if rows := report.CoverageTable(experiment.Result{}).Rows; len(rows) != 0 {
		t.Errorf("%d rows of a result without intervals", len(rows))
	}
}

// A row without anything is left out of a part, not out of a whole table.
func TestEmptyRows(t *testing.T) {
	wide := &report.Table{Heading: []string{"model", strings.Repeat("a", 60), strings.Repeat("b", 60)}}
	wide.Add("one", "1", "–")
	wide.Add("none", "–", "")
	if text := printed(t, wide); strings.Count(text, "| one ") != 1 || strings.Count(text, "| none ") != 2 {
		t.Errorf("got\n%s", text)
	}
	whole := &report.Table{Heading: []string{"model", "a"}}
	whole.Add("one", "–")
	if text := printed(t, whole); strings.Count(text, "| one ") != 1 {
		t.Errorf("got\n%s", text)
	}
}
