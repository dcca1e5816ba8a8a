package infer_test

import (
	"math"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/missing"
	"gsdnet/train/traintest"
)

// The Gaussian models know the variance of what they recover. Normal intervals of it hold
// the withheld features as often as stated, without the errors of the validation masks. A
// feature whose neighbours along the conversation are observed is surer than one whose
// neighbours are missing, where the model knows the conversation.
func TestModelsKnowTheirVariance(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{
		Train: 60, Valid: 5, Test: 40, MinTurns: 12, MaxTurns: 16, Dims: [3]int{6, 5, 4}, Inertia: 0.9, Contagion: 0.05,
	})
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	for _, name := range []string{"draws", "graph", "gsdnet"} {
		t.Run(name, func(t *testing.T) {
			run, err := infer.Open(traintest.Run(t, traintest.Config(t, name), corpus), backend)
			if err != nil {
				t.Fatal(err)
			}
			defer run.Close()
			run.Predictor.Residual = [erc.NumModalities][]float64{} // only the model's own deviations are left
			masks, err := run.Masks(corpus, erc.Test, []missing.Rule{{Protocol: missing.Random, Point: "0.5"}})
			if err != nil {
				t.Fatal(err)
			}
			cells, err := run.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: 2, Recovered: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(cells[0].Imputed) != 3 {
				t.Fatalf("got %d levels, want 3", len(cells[0].Imputed))
			}
			for _, c := range cells[0].Imputed {
				t.Logf("the %.0f %% interval holds %.1f %% of %d", 100*c.Level, 100*c.Covered, c.N)
				if math.Abs(c.Covered-c.Level) > 0.04 {
					t.Errorf("the %.0f %% interval holds %.1f %%", 100*c.Level, 100*c.Covered)
				}
			}
			alone, among := textDeviation(t, run, corpus, false), textDeviation(t, run, corpus, true)
			t.Logf("deviation of a text feature: %.4f with its neighbours missing, %.4f with them observed", alone, among)
			if along := name != "draws"; along && !(among < 0.98*alone) || !along && math.Abs(among-alone) > 1e-5 {
				t.Errorf("got the deviation %.4f with neighbours observed and %.4f with them missing", among, alone)
			}
		})
	}
}

// textDeviation returns the mean deviation of the text of the sixth utterance of the test
// conversations. Text is missing there, and in all other utterances unless neighbours is
// set.
func textDeviation(t *testing.T, run *infer.Trained, corpus *erc.Corpus, neighbours bool) float64 {
	t.Helper()
	samples, err := run.Samples(corpus, corpus.In(erc.Test))
	if err != nil {
		t.Fatal(err)
	}
	var convs []infer.Observed
	for i := range samples {
		present := make([]erc.Present, samples[i].Len())
		for u := range present {
			present[u] = erc.All
			if u == 5 || !neighbours {
				present[u] = erc.All &^ erc.None.With(erc.Text)
			}
		}
		convs = append(convs, samples[i].Observe(present))
	}
	predictions, err := infer.Predict(t.Context(), run.Predictor, convs, infer.Request{Samples: 1, Seed: 1, Recovered: true})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, p := range predictions {
		for _, d := range p.Deviation[erc.Text][5] {
			sum += d / float64(len(predictions)*len(p.Deviation[erc.Text][5]))
		}
		for u := range p.Deviation[erc.Audio] {
			for _, d := range p.Deviation[erc.Audio][u] {
				if d != 0 {
					t.Fatalf("an observed feature has the deviation %g, want 0", d)
				}
			}
		}
	}
	return sum
}
