package train_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/rundir"
	"gsdnet/train"
	"gsdnet/train/traintest"
)

// A run that is killed between its first checkpoint and its first state file can be resumed
// and gives the same checkpoint.
func TestResumeFromTheFirstCheckpoint(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Train: 12, Valid: 4, Test: 2, MaxTurns: 10})
	config := traintest.Config(t, "zero", "train.rate=0.01", "train.epochs=6", "train.ema=0.5")
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	whole, broken := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	_, err = train.Fit(t.Context(), train.Options{
		Config: config, Corpus: corpus, Out: whole, Backend: backend,
		Watch: func(e train.Event) {
			if e.Epoch == 0 && !math.IsNaN(e.Validation) {
				if err := os.CopyFS(broken, os.DirFS(whole)); err != nil {
					t.Error(err)
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := traintest.Checkpoint(t, whole)
	if bytes.Equal(traintest.Checkpoint(t, broken), want) {
		t.Fatal("the first epoch is the best: this shows nothing")
	}
	if err := os.Remove(filepath.Join(broken, rundir.MaskDir, "masks.json")); err != nil { // as if killed there
		t.Fatal(err)
	}
	if _, err := train.Fit(t.Context(), train.Options{Config: config, Corpus: corpus, Out: broken, Backend: backend, Resume: true}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(traintest.Checkpoint(t, broken), want) {
		t.Error("resumed, it has another checkpoint")
	}
}
