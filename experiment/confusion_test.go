package experiment_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/rundir"
)

// keptClasses writes a record of two masks with predictions of three classes.
func keptClasses(t *testing.T, names []string) string {
	t.Helper()
	corpus, err := dataset.Open("synthetic:conversations=12,turns=3-5", dataset.Fields{Task: erc.Classes.String()})
	if err != nil {
		t.Fatal(err)
	}
	var cells []infer.MaskResult
	for i, rule := range []string{"random 0.0", "random 0.5"} {
		cell := infer.MaskResult{Rule: rule}
		var labels, preds []int32
		for _, conv := range corpus.In(erc.Test) {
			for _, u := range conv.Utterances {
				labels, preds = append(labels, u.Class), append(preds, int32(i))
				cell.Labels, cell.Predictions = append(cell.Labels, float64(u.Class)), append(cell.Predictions, float64(i))
				cell.Probabilities = append(cell.Probabilities, []float64{0.5 - 0.1*float64(i), 0.25 + 0.1*float64(i), 0.25})
			}
		}
		scores := metric.EvaluateClasses(labels, preds, cell.Probabilities)
		cell.Classes, cell.Confusion = &scores, classes.Confuse(names, labels, preds)
		cells = append(cells, cell)
	}
	r := &experiment.Record{
		Run: "run", Data: "corpus", DataHash: corpus.Hash, MaskHash: corpus.Hash, Split: "test", Samples: 2,
		Result: experiment.NewResult(cells, rundir.NewFingerprint(corpus), corpus, erc.Test),
	}
	dir := filepath.Join(t.TempDir(), "kept")
	if err := experiment.RunDir(dir).Keep(r, corpus); err != nil {
		t.Fatal(err)
	}
	return dir
}

// predictions.csv has the probability of each class, and the matrix of the mean is the sum
// over the masks.
func TestClassesAreKept(t *testing.T) {
	names := []string{"low, very", "mid", "high"}
	dir := keptClasses(t, names)
	text, err := os.ReadFile(filepath.Join(dir, experiment.PredictionsFile))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(string(text), "\n")
	if want := `missing,dialogue,turn,label,prediction,"probability_low, very",probability_mid,probability_high`; rows[0] != want {
		t.Errorf("got heading %s, want %s", rows[0], want)
	}
	if !strings.HasSuffix(rows[1], ",0,0.5,0.25,0.25") || !strings.HasSuffix(rows[len(rows)-2], ",1,0.4,0.35,0.25") {
		t.Errorf("got probabilities %s … %s", rows[1], rows[len(rows)-2])
	}
	record, err := experiment.RunDir(dir).Record()
	if err != nil {
		t.Fatal(err)
	}
	cells, mean := record.Result.Cells, record.Result.Mean.Confusion
	if mean == nil || cells[0].Confusion == nil || mean.N() != cells[0].Confusion.N()+cells[1].Confusion.N() || mean.Names[0] != names[0] {
		t.Errorf("got %v for the masks together", mean)
	}
	all, err := experiment.RunDir(dir).Predictions(record)
	if err != nil || len(all) != 2 || len(all[1].Prediction) != cells[1].Classes.N || all[1].Prediction[0] != 1 {
		t.Errorf("read back %v, %v", all, err)
	}
}

func TestWrongConfusionIsRefused(t *testing.T) {
	dir := keptClasses(t, []string{"low", "mid", "high"})
	path := filepath.Join(dir, rundir.MetricsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cell := []any{"result", "cells", 0}
	for _, c := range []struct {
		to   any
		path []any
		want string
	}{
		{[]any{[]any{1, 0, 0}, []any{0, 0, 0}, []any{0, 0, 0}}, []any{"confusion", "counts"}, "result.cells[0].confusion counts 1 utterances"},
		{[]any{[]any{1, 0, 0}}, []any{"confusion", "counts"}, "holds what does not belong there"},
		{deleted, []any{"confusion", "classes"}, "result.cells[0].confusion.classes is missing"},
	} {
		if err := os.WriteFile(path, edit(t, text, c.to, append(append([]any{}, cell...), c.path...)...), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := experiment.RunDir(dir).Record(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.path, err, c.want)
		}
	}
	if err := os.WriteFile(path, edit(t, text, deleted, append(append([]any{}, cell...), "confusion")...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.RunDir(dir).Record(); err != nil {
		t.Errorf("a record of an older version: %v", err)
	}
}
