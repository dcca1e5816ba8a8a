// Package traintest trains small models for the tests of train and of the packages that
// use a run directory.
//
//	dir := traintest.Run(t, traintest.Config(t, "gsdnet"), traintest.Corpus())
//
// Start reading at Run.
package traintest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	_ "gsdnet/model/all" // every model can be trained
	"gsdnet/rundir"
	"gsdnet/train"
)

// Corpus returns ten short synthetic conversations: 6 to train on, 2 for validation and 2
// to test, of 3 to 7 utterances, with 4, 3 and 2 features. Every call makes a new one.
func Corpus() *erc.Corpus {
	return synthetic.New(synthetic.Config{
		Train: 6, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 7, Dims: [erc.NumModalities]int{4, 3, 2},
	})
}

// Config returns the settings of a model that is small enough for a test: three epochs, and
// eight channels. It applies the assignments in set, such as "train.epochs=1", after its own.
func Config(t *testing.T, model string, set ...string) *rundir.Config {
	t.Helper()
	c := rundir.DefaultConfig()
	c.Model, c.Train.Epochs, c.Train.Batch = model, 3, 3
	for _, key := range []string{"width=8", "hidden=8"} {
		set = append([]string{model + "." + key}, set...)
	}
	if model == "gsdnet" {
		set = append([]string{"gsdnet.blocks=1", "gsdnet.sampler.steps=2", "gsdnet.prior.rank=4"}, set...)
	}
	if model == "paper" {
		set = append([]string{"paper.blocks=1", "paper.sampler.steps=2", "paper.rank=4"}, set...)
	}
	for _, assignment := range set {
		if err := c.Set(assignment); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// Run trains a model and returns its run directory, which the test removes at its end.
func Run(t *testing.T, c *rundir.Config, corpus *erc.Corpus) string {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	if _, err := train.Fit(t.Context(), train.Options{Config: c, Corpus: corpus, Out: dir, Backend: backend}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Checkpoint returns the content of the checkpoint of a run.
func Checkpoint(t *testing.T, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, rundir.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Replace returns a checkpoint in which another text of the same length replaces the first
// occurrence of old, and whose checksum is correct.
func Replace(t *testing.T, file []byte, old, by string) []byte {
	t.Helper()
	out := bytes.Replace(file, []byte(old), []byte(by), 1)
	if bytes.Equal(out, file) || len(out) != len(file) {
		t.Fatalf("%q is not in the checkpoint, or its replacement has another length", old)
	}
	key := []byte(`"sha256":"`)
	start := bytes.Index(out, key) + len(key)
	copy(out[start:], bytes.Repeat([]byte("0"), 2*sha256.Size))
	sum := sha256.Sum256(out)
	hex.Encode(out[start:], sum[:])
	return out
}
