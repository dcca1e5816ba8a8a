package report_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "gsdnet/dataset/all"
	"gsdnet/engine"
	"gsdnet/experiment"
	_ "gsdnet/model/all"
	"gsdnet/report"
)

const foldsGrid = `
models = ["zero", "gsdnet"]
rates = [0.0, 0.5]
seeds = [1, 2]
samples = 1
recovery = true
folds = 3
[[dataset]]
name = "tiny"
path = "synthetic:conversations=12,turns=3-5"
[train]
epochs = 1
[zero]
width = 8
hidden = 8
[gsdnet]
width = 8
hidden = 8
`

// swept runs a grid into a new folder.
func swept(t *testing.T, grid string) string {
	t.Helper()
	out := t.TempDir()
	g, err := experiment.Parse("grid.toml", []byte(grid))
	check(t, err)
	s, err := g.Prepare(t.Context(), "", out)
	check(t, err)
	s.Backend, err = engine.Open("")
	check(t, err)
	defer s.Backend.Finalize()
	check(t, s.Run(t.Context()))
	return out
}

// lines returns the rows of a CSV table of a report, as maps by column.
func lines(t *testing.T, path string) (out []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	check(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	check(t, err)
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, name := range rows[0] {
			line[name] = row[i]
		}
		out = append(out, line)
	}
	return out
}

// A table over folds has every conversation once: its numbers are those of the predictions
// of all folds together, and its differences have intervals over all conversations.
func TestFoldsArePooled(t *testing.T) {
	out := swept(t, foldsGrid)
	to := written(t, out)
	table := lines(t, filepath.Join(to, "table2-tiny-folds3.csv"))
	for _, model := range []string{"zero", "gsdnet"} {
		means := pooledMeans(t, out, model)
		for i, measure := range []string{"mae", "corr"} {
			found := false
			for _, line := range table {
				if line["row"] != model || line["measure"] != measure || line["column"] != "0.5" {
					continue
				}
				found = true
				if got, err := strconv.ParseFloat(line["value"], 64); err != nil || math.Abs(got-means[i]) > 1e-6 {
					t.Errorf("%s of %s: got %v, want %v of the pooled predictions", measure, model, line["value"], means[i])
				}
			}
			if !found {
				t.Errorf("the table has no %s of %s", measure, model)
			}
		}
	}
	checkPooledCompletions(t, out, to)
	for _, line := range table {
		if line["row"] == "gsdnet" && line["measure"] == "mae" && strings.HasPrefix(line["column"], "mean") && (line["low"] == "" || line["high"] == "") {
			t.Errorf("the pooled difference has no interval: %v", line)
		}
	}
	if text := read(t, to, "table2-tiny-folds3.md"); !strings.Contains(text, "3 folds pooled") || !strings.Contains(text, "majority predictor") {
		t.Error("the table does not say that it pools folds, or lacks the constant predictors")
	}
}

// pooledMeans returns the mean absolute error and the correlation of the predictions of all
// folds together under the rate 0.5, means over the seeds. It checks that every
// conversation is tested once.
func pooledMeans(t *testing.T, out, model string) (means [2]float64) {
	t.Helper()
	for seed := 1; seed <= 2; seed++ {
		var labels, guesses []float64
		times := map[int32]int{}
		for fold := 1; fold <= 3; fold++ {
			dir := experiment.RunDir(filepath.Join(out, fmt.Sprintf("tiny--random--%s--mixed--seed%d--fold%dof3", model, seed, fold)))
			record, err := dir.Record()
			check(t, err)
			all, err := dir.Predictions(record)
			check(t, err)
			at := slices.IndexFunc(all, func(p experiment.Predictions) bool { return p.Rule == "random 0.5" })
			labels, guesses = append(labels, all[at].Label...), append(guesses, all[at].Prediction...)
			seen := map[int32]bool{}
			for _, id := range all[at].Dialogue {
				seen[id] = true
			}
			for id := range seen {
				times[id]++
			}
		}
		for id, n := range times {
			if n != 1 {
				t.Errorf("conversation %d is tested %d times", id, n)
			}
		}
		if len(times) != 12 {
			t.Errorf("%d of 12 conversations are tested", len(times))
		}
		sum := 0.0
		for i := range labels {
			sum += math.Abs(labels[i]-guesses[i]) / float64(len(labels))
		}
		means[0] += sum / 2
		means[1] += experiment.MeasureOf("corr").Score(labels, guesses, nil) / 2
	}
	return means
}

// checkPooledCompletions compares a score of completions in a report with the mean over the
// conversations of all folds.
func checkPooledCompletions(t *testing.T, out, to string) {
	t.Helper()
	want := 0.0
	for seed := 1; seed <= 2; seed++ {
		sums, cells := map[string]float64{}, map[string]float64{}
		for fold := 1; fold <= 3; fold++ {
			dir := experiment.RunDir(filepath.Join(out, fmt.Sprintf("tiny--random--gsdnet--mixed--seed%d--fold%dof3", seed, fold)))
			record, err := dir.Record()
			check(t, err)
			all, err := dir.Contributions(record)
			check(t, err)
			for _, under := range all {
				for _, c := range under.Conversations {
					if under.Rule == "random 0.5" {
						sums[c.Modality] += c.Energy
						cells[c.Modality] += float64(c.Cells)
					}
				}
			}
		}
		for m := range sums {
			want += sums[m] / cells[m] / float64(len(sums)) / 2
		}
	}
	found := false
	for _, line := range lines(t, filepath.Join(to, "completion-tiny-random-folds3.csv")) {
		if line["row"] == "gsdnet" && line["measure"] == "energy_score" && line["column"] == "0.5" {
			found = true
			if got, err := strconv.ParseFloat(line["value"], 64); err != nil || math.Abs(got-want) > 1e-6 {
				t.Errorf("energy score: got %v, want %v over the conversations of all folds", line["value"], want)
			}
		}
	}
	if !found {
		t.Error("the report has no energy score of gsdnet at 0.5")
	}
}

// Without one of its folds a seed has no number: a part of the corpus is never shown as
// the whole.
func TestUnfinishedFoldsAreLeftOut(t *testing.T) {
	out := swept(t, foldsGrid)
	check(t, os.Remove(filepath.Join(out, "tiny--random--zero--mixed--seed2--fold3of3", "metrics.json")))
	to := written(t, out)
	text := read(t, to, report.Main)
	for _, want := range []string{"1 of 12 cells is missing", "zero on fold 3 (seed 2)", "different seeds"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	for _, line := range lines(t, filepath.Join(to, "table2-tiny-folds3.csv")) {
		if want := map[string]string{"zero": "1", "gsdnet": "2"}[line["row"]]; want != "" && line["seeds"] != want {
			t.Errorf("%s: %s seeds, want %s", line["row"], line["seeds"], want)
		}
	}
}

// Boards of cells that were trained on other data are apart, each with its own tables.
func TestReductionsHaveTablesOfTheirOwn(t *testing.T) {
	grid := strings.NewReplacer("folds = 3", "blank = [0, 0.5]\nlabels = [0.3, 1]", "[1, 2]", "[1]", `"zero", "gsdnet"`, `"zero"`).Replace(foldsGrid)
	to := written(t, swept(t, grid))
	for _, suffix := range []string{"", "-blank0.5", "-labels0.3", "-blank0.5-labels0.3"} {
		lines := lines(t, filepath.Join(to, "table2-tiny"+suffix+".csv"))
		rows := map[string]bool{}
		for _, line := range lines {
			if line["kind"] == "run" {
				rows[line["row"]] = true
			}
		}
		if len(rows) != 1 {
			t.Errorf("%s: got the rows %v, want one model", suffix, rows)
		}
	}
	masks := read(t, to, "masks-tiny-random-blank0.5.md")
	if !strings.Contains(masks, "random-train-0.5-seed0") || !strings.Contains(masks, "random-test-0.5-seed0") {
		t.Errorf("the table of masks lacks one:\n%s", masks)
	}
}
