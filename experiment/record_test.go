package experiment_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/rundir"
)

// kept writes a record with predictions of one mask into a directory.
func kept(t *testing.T) (dir string, r *experiment.Record) {
	t.Helper()
	corpus := synthetic.New(synthetic.Config{Train: 2, Valid: 1, Test: 2, MinTurns: 3, MaxTurns: 4, Dims: [3]int{2, 2, 2}})
	cell := infer.MaskResult{Rule: "random 0.3", Raw: &metric.Recovery{N: 1, Values: metric.Values{"rmse": 1}}, Encoded: &metric.Recovery{N: 1}, Sampled: &metric.Recovery{N: 1}}
	for _, conv := range corpus.In(erc.Test) {
		for _, u := range conv.Utterances {
			cell.Labels, cell.Predictions = append(cell.Labels, float64(u.Label)), append(cell.Predictions, 0.25)
			cell.Distributions = append(cell.Distributions, metric.Mixture{{Loc: 0.25, Scale: 1}})
		}
	}
	scores := metric.Evaluate(cell.Labels, cell.Predictions, cell.Distributions)
	cell.Scores = &scores
	r = &experiment.Record{
		Run: "run", Data: "corpus", DataHash: corpus.Hash, MaskHash: corpus.Hash, Split: "test", Samples: 2,
		Cell:   &experiment.Identity{Dataset: "a", Protocol: "random", Variant: "zero", Model: "zero", Training: "mixed", Seed: 1},
		Result: experiment.NewResult([]infer.MaskResult{cell}, rundir.NewFingerprint(corpus), corpus, erc.Test),
	}
	dir = filepath.Join(t.TempDir(), "kept")
	if err := experiment.RunDir(dir).Keep(r, corpus); err != nil {
		t.Fatal(err)
	}
	return dir, r
}

// edit changes a value of metrics.json: a path of names and numbers, and nil to
// delete what is there.
func edit(t *testing.T, text []byte, to any, path ...any) []byte {
	t.Helper()
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	at := tree
	for i, step := range path {
		last := i == len(path)-1
		if index, isIndex := step.(int); isIndex {
			at = at.([]any)[index]
			continue
		}
		object := at.(map[string]any)
		switch {
		case last && to == deleted:
			delete(object, step.(string))
		case last:
			object[step.(string)] = to
		default:
			at = object[step.(string)]
		}
	}
	out, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const deleted = "deleted"

func TestRecordReadsBack(t *testing.T) {
	dir, want := kept(t)
	got, err := experiment.RunDir(dir).Record()
	if err != nil || got.Result.Mean.Scores.Get("mae") != want.Result.Mean.Scores.Get("mae") || len(got.Result.Constants) != 2 {
		t.Fatal(got, err)
	}
	if all, err := experiment.RunDir(dir).Predictions(got); err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
}

// A metrics.json that is not whole is refused, and the field named.
func TestGarbledRecordsAreRefused(t *testing.T) {
	dir, _ := kept(t)
	path := filepath.Join(dir, rundir.MetricsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cell := []any{"result", "cells", 0}
	in := func(more ...any) []any { return append(append([]any{}, cell...), more...) }
	for _, c := range []struct {
		want string
		text []byte
	}{
		{"run", []byte("{}")},
		{"not an object", []byte("[]")},
		{"not an object", []byte("null")},
		{"not JSON", nil},
		{"not JSON", text[:len(text)/2]},
		{"not JSON", append([]byte("x"), text...)},
		{"data_sha256", edit(t, text, deleted, "data_sha256")},
		{"data_sha256", edit(t, text, nil, "data_sha256")},
		{"data_sha256", edit(t, text, "abc", "data_sha256")},
		{"masks_sha256", edit(t, text, strings.Repeat("x", 64), "masks_sha256")},
		{"predictions_sha256", edit(t, text, deleted, "predictions_sha256")},
		{"split", edit(t, text, "train", "split")},
		{"samples", edit(t, text, 0, "samples")},
		{"samples", edit(t, text, "two", "samples")},
		{"samples", edit(t, text, nil, "samples")},
		{"result", edit(t, text, deleted, "result")},
		{"result.cells", edit(t, text, nil, "result", "cells")},
		{"result.cells", edit(t, text, []any{}, "result", "cells")},
		{"result.cells[0].rule", edit(t, text, "", in("rule")...)},
		{"result.cells[0] has not one of scores and classes", edit(t, text, deleted, in("scores")...)},
		{"result.cells[0].scores.mae", edit(t, text, deleted, in("scores", "mae")...)},
		{"mae", edit(t, text, nil, in("scores", "mae")...)},
		{"corr", edit(t, text, nil, in("scores", "corr")...)},
		{"rmse_raw", edit(t, text, nil, in("recovery_raw", "rmse")...)},
		{"mae", edit(t, text, 0.1, in("scores", "mae")...)},
		{"cell.variant", edit(t, text, "", "cell", "variant")},
		{"cell.seed", edit(t, text, deleted, "cell", "seed")},
		{"cell.seed", edit(t, text, nil, "cell", "seed")},
		{"seed", edit(t, text, -1, "cell", "seed")},
	} {
		if err := os.WriteFile(path, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := experiment.RunDir(dir).Record()
		said := ""
		if err != nil {
			said = strings.TrimPrefix(err.Error(), path)
		}
		switch {
		case err == nil:
			t.Errorf("%s: taken", c.want)
		case !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || !fault.IsInput(err) || fault.Of(err) == "":
			t.Errorf("got %v (hint %q), want an input error that names %s and %s", err, fault.Of(err), path, c.want)
		case strings.Contains(said, "json:") || strings.Contains(said, "Record") || strings.Contains(said, "uint64"):
			t.Errorf("the error speaks of this program's types: %v", err)
		}
	}
}

// Predictions that are not the record's are refused.
func TestPredictionsOfAnotherEvaluationAreRefused(t *testing.T) {
	dir, r := kept(t)
	path := filepath.Join(dir, experiment.PredictionsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte("0.25"), []byte("0.26"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.RunDir(dir).Predictions(r); err == nil || !strings.Contains(err.Error(), path) || !fault.IsInput(err) {
		t.Errorf("got %v", err)
	}
}
