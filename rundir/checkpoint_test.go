package rundir_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/rundir"
	"gsdnet/train"
	"gsdnet/train/traintest"
)

func TestCheckpointRefusals(t *testing.T) {
	dir := traintest.Run(t, traintest.Config(t, "zero", "train.epochs=1"), traintest.Corpus())
	path := filepath.Join(dir, rundir.CheckpointFile)
	whole := traintest.Checkpoint(t, dir)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":         {nil, "header too small"},
		"half":          {whole[:len(whole)/2], ""},
		"one byte less": {whole[:len(whole)-1], ""},
		"no weights":    {traintest.Replace(t, whole, `"/encode/text/w"`, `"/encode/text/q"`), "parameter /encode/text/w is missing"},
		"format":        {traintest.Replace(t, whole, `gsdnet/4`, `gsdnet/2`), `format "gsdnet/2"`},
		"config":        {traintest.Replace(t, whole, `epochs = 1`, `epochs = 9`), "config.toml was changed after training (was epochs = 9, is epochs = 1)"},
	} {
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := use(t, dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", name, err, c.want)
			continue
		}
		if !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: %v: no hint", name, err)
		}
	}
}

// use opens a run and predicts with it.
func use(t *testing.T, dir string) error {
	t.Helper()
	_, err := predict(t, dir)
	return err
}

// predict returns the predictions of a run on a small corpus.
func predict(t *testing.T, dir string) ([]infer.Prediction, error) {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := infer.Open(dir, backend)
	if err != nil {
		return nil, err
	}
	defer trained.Close()
	corpus := traintest.Corpus()
	samples, err := trained.Samples(corpus, corpus.Conversations)
	if err != nil {
		return nil, err
	}
	return trained.Predict(t.Context(), samples, infer.Request{Samples: 1})
}

// TestEveryBitFlipIsDetected flips 2,000 bits, one at a time, at random places of the
// checkpoint, the state, the settings and the masks of a run. Reading the file returns an
// error with a hint each time.
func TestEveryBitFlipIsDetected(t *testing.T) {
	corpus := traintest.Corpus()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	config := traintest.Config(t, "zero", "train.epochs=1")
	options := train.Options{Config: config, Corpus: corpus, Out: dir, Backend: backend, KeepState: true}
	if _, err := train.Fit(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	masks, err := filepath.Glob(filepath.Join(dir, rundir.MaskDir, "*.npy"))
	if err != nil || len(masks) == 0 {
		t.Fatalf("no masks: %v", err)
	}
	open := func() error {
		trained, err := infer.Open(dir, backend)
		if err != nil {
			return err
		}
		defer trained.Close()
		_, err = trained.Masks(corpus, erc.Test, rules(t, config))
		return err
	}
	checkpoint := func() error { _, err := rundir.ReadCheckpoint(filepath.Join(dir, rundir.CheckpointFile)); return err }
	state := func() error { _, err := rundir.ReadCheckpoint(filepath.Join(dir, rundir.StateFile)); return err }
	for _, c := range []struct {
		path  string
		flips int
		read  func() error
	}{
		{filepath.Join(dir, rundir.CheckpointFile), 1400, checkpoint},
		{filepath.Join(dir, rundir.StateFile), 400, state},
		{filepath.Join(dir, rundir.ConfigFile), 100, open},
		{masks[0], 50, open},
		{filepath.Join(dir, rundir.MaskDir, missing.Manifest), 50, open},
	} {
		flip(t, c.path, c.flips, c.read)
	}
	if err := open(); err != nil {
		t.Errorf("with every bit back in its place: %v", err)
	}
}

// flip flips bits of a file one at a time and expects that reading fails.
func flip(t *testing.T, path string, flips int, read func() error) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, uint64(len(whole))))
	for range flips {
		bit := rng.IntN(8 * len(whole))
		damaged := bytes.Clone(whole)
		damaged[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read(); err == nil || fault.Of(err) == "" {
			t.Errorf("%s: bit %d flipped: got error %v, want one with a hint", filepath.Base(path), bit, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
}

func rules(t *testing.T, c *rundir.Config) []missing.Rule {
	t.Helper()
	all, err := c.Missing.Rules()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
