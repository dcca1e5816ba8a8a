package report_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/experiment"
	"gsdnet/missing"
	"gsdnet/report"
)

// The differences of completions are those of the averages beside them, in every score that
// has intervals, and no interval holds zero where every conversation is better.
func TestDifferencesOfCompletions(t *testing.T) {
	dir := written(t, sweep(t, "mosi", "random", missing.RandomRules("")))
	average := map[string]map[string]float64{} // by measure and row
	compared := map[string]int{}
	lines := records(t, dir, "completion-mosi-random.csv")
	for _, line := range lines {
		if strings.HasSuffix(line["sheet"], ": completion, averages") && line["kind"] == "run" {
			if average[line["measure"]] == nil {
				average[line["measure"]] = map[string]float64{}
			}
			average[line["measure"]][line["row"]] = float(t, line["value"])
		}
	}
	for _, line := range lines {
		if line["versus"] == "" {
			continue
		}
		of := average[line["measure"]]
		if got, want := float(t, line["difference"]), of[line["row"]]-of["gsdnet"]; line["versus"] != "gsdnet" || math.Abs(got-want) > 1e-6 {
			t.Errorf("%s of %s less that of %s is %g, the averages say %g", line["measure"], line["row"], line["versus"], got, want)
		}
		if low := float(t, line["low"]); low <= 0 {
			t.Errorf("%s of %s: the interval begins at %g, want above zero", line["measure"], line["row"], low)
		}
		compared[line["measure"]]++
	}
	for _, key := range []string{"energy_score", "conversation_energy_score", "rmse", "rmse_raw"} {
		if compared[key] != 2 {
			t.Errorf("%d differences in %s, want those of mctn and zero", compared[key], key)
		}
	}
	if ideal := read(t, dir, "completion-mosi-random.md"); !strings.Contains(ideal, "| ideal ") {
		t.Error("no row says what is ideal")
	}
}

// A completion.csv that is not that of its run stops the report and is named.
func TestForeignContributionsAreRefused(t *testing.T) {
	from := sweep(t, "mosi", "random", missing.RandomRules("")[:3])
	runs, err := filepath.Glob(filepath.Join(from, "*", experiment.CompletionFile))
	check(t, err)
	text, err := os.ReadFile(runs[0])
	check(t, err)
	check(t, os.WriteFile(runs[0], append(text, '\n'), 0o600))
	if _, err := report.Write(t.Context(), from, t.TempDir()); err == nil || !strings.Contains(err.Error(), runs[0]) {
		t.Errorf("got %v, want an error that names %s", err, runs[0])
	}
}
