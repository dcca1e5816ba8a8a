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

	"github.com/google/go-cmp/cmp"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/report"
)

// classResult is a result under two masks that can be counted by hand.
func classResult(names ...string) experiment.Result {
	var cells []infer.MaskResult
	for i, preds := range [][]int32{{0, 0, 1, 1, 2}, {0, 0, 0, 0, 2}} {
		labels := []int32{0, 0, 0, 1, 1}
		scores := metric.EvaluateClasses(labels, preds, nil)
		cells = append(cells, infer.MaskResult{Rule: fmt.Sprintf("random 0.%d", i), Classes: &scores, Confusion: classes.Confuse(names, labels, preds)})
	}
	return experiment.Result{Cells: cells, Mean: infer.MaskResult{Rule: "mean", Classes: cells[0].Classes, Confusion: classes.Add(cells[0].Confusion, cells[1].Confusion)}}
}

func TestClassTablesByHand(t *testing.T) {
	r := classResult("joy", "a|very long name of an emotion", "fear")
	// Counts of both masks: joy 5 0→0 and 1 0→1; the second class 1 →0, 1 →1 and 2 →2.
	want := [][]string{{"joy", "83.3", "83.3", "83.3", "3"}, {"a¦very long name of…", "50.0", "25.0", "33.3", "2"}, {"fear", "0.0", "–", "0.0", "0"}}
	if diff := cmp.Diff(want, report.ClassTable(r).Rows); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	want = [][]string{{"joy", "83.3", "16.7", "0.0"}, {"a¦very long name of…", "25.0", "25.0", "50.0"}, {"fear", "–", "–", "–"}}
	if diff := cmp.Diff(want, report.ConfusionTable(r).Rows); diff != "" {
		t.Errorf("confusion (-want +got):\n%s", diff)
	}
	many := classResult(slices.Repeat([]string{"x"}, report.MostClasses+1)...)
	if got := len(report.ConfusionTable(many).Rows); got != 0 {
		t.Errorf("%d rows of a matrix of too many classes, want none", got)
	}
	if got := len(report.ClassTable(experiment.Result{}).Rows); got != 0 {
		t.Errorf("%d rows without classes, want none", got)
	}
}

const classesGrid = `
models = ["zero", "mean"]
rates = [0.0, 0.5]
samples = 1
folds = 3
[[dataset]]
name = "tiny"
path = "synthetic:conversations=12,turns=3-5"
data.task = "classes"
[train]
epochs = 2
[zero]
width = 8
hidden = 8
[mean]
width = 8
hidden = 8
`

// The report of classes has a table of recalls and a figure of confusion matrices. Over
// folds, the recall is that of the predictions of all folds together.
func TestFoldsOfClassesArePooled(t *testing.T) {
	out := swept(t, classesGrid)
	to := written(t, out)
	parts := shown(t, to)
	for _, want := range []string{"classes", "confusion"} {
		if !slices.Contains(parts, want) {
			t.Errorf("the report has the parts %v, not %s", parts, want)
		}
	}
	figure := read(t, to, filepath.Join(report.FigureDir, "confusion-tiny-folds3-matrix.svg"))
	for _, want := range []string{"negative", "predicted class", "true class", "zero"} {
		if !strings.Contains(figure, want) {
			t.Errorf("no %q in the figure", want)
		}
	}
	table := lines(t, filepath.Join(to, "classes-tiny-random-folds3.csv"))
	for class, name := range []string{"negative", "neutral", "positive"} {
		for _, model := range []string{"zero", "mean"} {
			want, at := recallOf(t, out, model, class), slices.IndexFunc(table, func(line map[string]string) bool { return line["row"] == model && line["column"] == name })
			if at < 0 {
				t.Fatalf("no recall of %s by %s in %v", name, model, table)
			}
			if got, err := strconv.ParseFloat(table[at]["value"], 64); err != nil || math.Abs(got-want) > 1e-6 {
				t.Errorf("recall of %s by %s: got %s, want %g", name, model, table[at]["value"], want)
			}
		}
	}
}

// recallOf returns the recall of a class over the predictions of all folds and masks.
func recallOf(t *testing.T, out, model string, class int) float64 {
	t.Helper()
	right, all := 0, 0
	for fold := 1; fold <= 3; fold++ {
		f, err := os.Open(filepath.Join(out, fmt.Sprintf("tiny--random--%s--mixed--seed1--fold%dof3", model, fold), experiment.PredictionsFile))
		check(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		check(t, err)
		check(t, f.Close())
		for _, row := range rows[1:] {
			if row[3] != strconv.Itoa(class) {
				continue
			}
			all++
			if row[4] == row[3] {
				right++
			}
		}
	}
	return float64(right) / float64(all)
}
