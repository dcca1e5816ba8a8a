package infer_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/rundir"
	"gsdnet/train/traintest"
)

// Predictions of the default model on real conversations are nearly the same in bfloat16.
// Scores are between -3 and 3.
func TestBFloat16OnRealConversations(t *testing.T) {
	dir := os.Getenv("GSDNET_DATA")
	if dir == "" || testing.Short() {
		t.Skip("SKIPPED: GSDNET_DATA does not name the folder with hazumi_online.npz, or -short was given")
	}
	coarse, err := engine.Open("simd:bf16")
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	exact, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := dataset.Open(filepath.Join(dir, "hazumi_online.npz"), dataset.Fields{Label: "label_centered"})
	if err != nil {
		t.Fatal(err)
	}
	corpus.Conversations = slices.DeleteFunc(corpus.Conversations, func(c erc.Conversation) bool { // half of them, for time
		return c.ID%2 == 1
	})
	config := rundir.DefaultConfig()
	config.Data.Label, config.Train.Epochs, config.Train.ValidEvery = "label_centered", 4, 4
	run := traintest.Run(t, config, corpus)
	want, wantError := predicted(t, run, exact, corpus)
	got, gotError := predicted(t, run, coarse, corpus)
	var sum, largest float64
	for i := range want {
		d := math.Abs(got[i] - want[i])
		sum, largest = sum+d, max(largest, d)
	}
	mean := sum / float64(len(want))
	t.Logf("%d predictions differ by %.5f on average and by %.5f at most; MAE %.5f in bfloat16, %.5f in float32", len(want), mean, largest, gotError, wantError)
	if !(mean > 0 && mean < 0.002 && largest < 0.03) {
		t.Errorf("predictions differ by %.5f on average and by %.5f at most, want above 0, and below 0.002 and 0.03", mean, largest)
	}
	if !(math.Abs(gotError-wantError) < 0.002) {
		t.Errorf("MAE %.5f in bfloat16 and %.5f in float32, want a difference of at most 0.002", gotError, wantError)
	}
}

// predicted returns the predictions of a run for the test split under all its masks, and
// the mean of their mean absolute errors. It closes the backend.
func predicted(t *testing.T, dir string, backend engine.Backend, corpus *erc.Corpus) ([]float64, float64) {
	t.Helper()
	defer backend.Finalize()
	run, err := infer.Open(dir, backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	rules, err := run.Config.Missing.Rules()
	if err != nil {
		t.Fatal(err)
	}
	masks, err := run.Masks(corpus, erc.Test, rules)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := run.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: 2})
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	for _, c := range cells {
		all = append(all, c.Predictions...)
	}
	return all, infer.MeanError(cells)
}
