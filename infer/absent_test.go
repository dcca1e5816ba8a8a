package infer_test

import (
	"math"
	"strings"
	"testing"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/train/traintest"
)

// lose removes a modality from the conversations of some splits.
func lose(c *erc.Corpus, m erc.Modality, splits ...erc.Split) *erc.Corpus {
	for i := range c.Conversations {
		for _, s := range splits {
			if c.Conversations[i].Split != s {
				continue
			}
			for j := range c.Conversations[i].Utterances {
				u := &c.Conversations[i].Utterances[j]
				if u.Present, u.Features[m] = u.Present&^(1<<m), nil; u.Present == erc.None {
					panic("nothing is left")
				}
			}
		}
	}
	return c
}

// apply trains a model, evaluates it with recovery, and completes the test split.
func apply(t *testing.T, name string, corpus, applied *erc.Corpus) {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, name), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	masks, err := run.Masks(applied, erc.Test, missing.RandomRules(""))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := run.Evaluate(t.Context(), applied, erc.Test, masks, infer.Request{Samples: 2, Recovered: true})
	if err != nil {
		t.Fatal(err)
	}
	if mae := cells[3].Scores.Get("mae"); math.IsNaN(mae) {
		t.Errorf("error %v", mae)
	}
	samples, err := run.Samples(applied, applied.Conversations)
	if err != nil {
		t.Fatal(err)
	}
	forecasts, err := run.Predict(t.Context(), samples, infer.Request{Samples: 2, Recovered: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range forecasts {
		for _, m := range erc.Modalities {
			checkRecovered(t, f.Recovered[m], f.Deviation[m], samples[i].Present(), m, corpus.Dims[m])
		}
	}
}

// checkRecovered requires finite features of every utterance, with a deviation above 0
// where they were missing, and no features of a modality of width 0.
func checkRecovered(t *testing.T, features, deviation [][]float64, present []erc.Present, m erc.Modality, width int) {
	t.Helper()
	if width == 0 {
		if features != nil || deviation != nil {
			t.Errorf("%s was recovered, which the run does not have", m)
		}
		return
	}
	for u := range features {
		if len(features[u]) != width {
			t.Fatalf("%s: %d recovered features, want %d", m, len(features[u]), width)
		}
		for j, x := range features[u] {
			if d := deviation[u][j]; math.IsNaN(x+d) || present[u].Has(m) != (d == 0) {
				t.Fatalf("%s of utterance %d: %v ± %v, present %v", m, u, x, d, present[u].Has(m))
			}
		}
	}
}

// Recovery works although no validation conversation has a modality.
func TestModalityAbsentInValidation(t *testing.T) {
	for _, name := range []string{"gsdnet", "zero"} {
		t.Run(name, func(t *testing.T) {
			corpus := lose(traintest.Corpus(), erc.Visual, erc.Valid)
			apply(t, name, corpus, corpus)
		})
	}
}

// Training works with a modality of which every row is missing.
func TestModalityAbsentEverywhere(t *testing.T) {
	for _, name := range []string{"gsdnet", "zero"} {
		t.Run(name, func(t *testing.T) {
			corpus := lose(traintest.Corpus(), erc.Visual, erc.Splits[:]...)
			apply(t, name, corpus, corpus)
		})
	}
}

// Every model works on a corpus without a modality, and GSDNet without any one of them.
func TestModalityThatTheCorpusDoesNotHave(t *testing.T) {
	for _, name := range model.Names() {
		t.Run(name, func(t *testing.T) {
			corpus := lose(traintest.Corpus(), erc.Visual, erc.Splits[:]...)
			corpus.Dims[erc.Visual] = 0
			apply(t, name, corpus, corpus)
		})
	}
	for _, m := range []erc.Modality{erc.Text, erc.Audio} {
		t.Run(m.String(), func(t *testing.T) {
			corpus := lose(traintest.Corpus(), m, erc.Splits[:]...)
			corpus.Dims[m] = 0
			apply(t, "gsdnet", corpus, corpus)
		})
	}
}

// A run recovers a modality that the corpus does not have. It refuses a corpus with a
// modality that it was trained without.
func TestRunKnowsWhatTheCorpusDoesNotHave(t *testing.T) {
	whole, without := traintest.Corpus(), lose(traintest.Corpus(), erc.Visual, erc.Splits[:]...)
	without.Dims[erc.Visual], without.Hash = 0, "without"
	apply(t, "gsdnet", whole, without)

	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, "zero"), without), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	_, err = run.Samples(whole, whole.Conversations)
	if err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), "visual is 2 wide") || !strings.Contains(err.Error(), "without visual") {
		t.Errorf("got %v", err)
	}
}
