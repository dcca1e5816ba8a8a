package train_test

import (
	"bytes"
	"context"
	"path/filepath"
	"runtime"
	"testing"

	_ "gsdnet/dataset/all"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	_ "gsdnet/model/all"
	"gsdnet/train"
	"gsdnet/train/traintest"
)

func TestSameSeedSameBits(t *testing.T) {
	corpus := traintest.Corpus()
	want := traintest.Checkpoint(t, traintest.Run(t, traintest.Config(t, "gsdnet"), corpus))
	if got := traintest.Checkpoint(t, traintest.Run(t, traintest.Config(t, "gsdnet"), corpus)); !bytes.Equal(got, want) {
		t.Error("the same seed gave another checkpoint")
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	if got := traintest.Checkpoint(t, traintest.Run(t, traintest.Config(t, "gsdnet"), corpus)); !bytes.Equal(got, want) {
		t.Error("one worker gave another checkpoint")
	}
	runtime.GOMAXPROCS(before)
	if got := traintest.Checkpoint(t, traintest.Run(t, traintest.Config(t, "gsdnet", "train.seed=2"), corpus)); bytes.Equal(got, want) {
		t.Error("another seed gave the same checkpoint")
	}
}

func TestTrainingLearns(t *testing.T) {
	corpus := traintest.Corpus()
	config := traintest.Config(t, "regression", "train.epochs=60", "train.patience=0", "train.rate=0.01", "regression.context=0", "regression.dropout=0", "regression.input_dropout=0")
	var first, last float64
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	_, err = train.Fit(t.Context(), train.Options{
		Config: config, Corpus: corpus, Out: filepath.Join(t.TempDir(), "run"), Backend: backend,
		Watch: func(e train.Event) {
			if first == 0 {
				first = e.Losses["loss"]
			}
			last = e.Losses["loss"]
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if last > 0.7*first {
		t.Errorf("loss went from %.3f to %.3f", first, last)
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	_, err = train.Fit(ctx, train.Options{
		Config: traintest.Config(t, "zero"), Corpus: traintest.Corpus(), Out: filepath.Join(t.TempDir(), "run"), Backend: backend,
		Watch: func(train.Event) {
			if steps++; steps == 1 {
				cancel()
			}
		},
	})
	if err == nil || fault.Of(err) == "" || steps != 1 {
		t.Errorf("got %v after %d steps, want it stopped with a hint after the step under way", err, steps)
	}
}

func TestEarlyStopping(t *testing.T) {
	c := traintest.Config(t, "zero", "train.epochs=200", "train.patience=3", "train.rate=1e-9")
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	result, err := train.Fit(t.Context(), train.Options{Config: c, Corpus: traintest.Corpus(), Out: filepath.Join(t.TempDir(), "run"), Backend: backend})
	if err != nil {
		t.Fatal(err)
	}
	if result.Epochs > 50 || result.BestEpoch > result.Epochs-3 {
		t.Errorf("ran %d epochs with the best at %d, want it to stop 3 after the best", result.Epochs, result.BestEpoch)
	}
}

// Fit refuses a corpus that does not pass its Check.
func TestFitChecksTheCorpus(t *testing.T) {
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	broken := traintest.Corpus()
	broken.Conversations[0].Utterances[1].Features[erc.Text] = nil
	for _, corpus := range []*erc.Corpus{broken, nil} {
		_, err := train.Fit(t.Context(), train.Options{Config: traintest.Config(t, "zero"), Corpus: corpus, Out: t.TempDir() + "/run", Backend: backend})
		if err == nil || !fault.IsInput(err) {
			t.Errorf("got %v", err)
		}
	}
}
