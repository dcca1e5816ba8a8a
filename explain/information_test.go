package explain_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/npz" // the format of the real conversations
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/infer"
)

// supplied returns, over all cells that a rule withholds, the mean squares of the changes
// that the values of information expect and of those that the true cells make.
func supplied(t *testing.T, run *infer.Trained, samples []infer.Sample, draws int) (expected, actual float64) {
	t.Helper()
	count := 0.0
	for i := range samples {
		s := &samples[i]
		present := make([]erc.Present, s.Len())
		for u := range present {
			present[u] = s.Present()[u] & erc.Present(1+(5*u+3*i)%7)
			if present[u] == erc.None {
				present[u] = s.Present()[u]
			}
		}
		e := explained(t, run, s, explain.Options{Samples: 1, Draws: draws, Present: present, Parts: []string{explain.PartInformation}})
		var variants []infer.Observed
		var cells []explain.Information
		for _, cell := range e.Information {
			for _, m := range erc.Modalities {
				if m.String() == cell.Modality && s.Present()[cell.Utterance].Has(m) {
					more := append([]erc.Present(nil), present...)
					more[cell.Utterance] = more[cell.Utterance].With(m)
					variants, cells = append(variants, s.Observe(more)), append(cells, cell)
				}
			}
		}
		out, err := infer.Predict(t.Context(), run.Predictor, variants, infer.Request{Samples: 1})
		if err != nil {
			t.Fatal(err)
		}
		for k, cell := range cells {
			d := out[k].Distribution[cell.Utterance].Mean() - e.Utterances[cell.Utterance].Prediction
			expected, actual, count = expected+cell.Change*cell.Change, actual+d*d, count+1
		}
	}
	t.Logf("%.0f cells: expected root mean square change %.4f, actual %.4f", count, math.Sqrt(expected/count), math.Sqrt(actual/count))
	return expected / count, actual / count
}

// The value of information is on average what supplying the true cells changes: the draws
// have the distribution of the truth.
func TestInformationIsThatOfTheTruth(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Train: 40, Valid: 8, Test: 12, MinTurns: 8, MaxTurns: 20, Dims: [erc.NumModalities]int{12, 8, 6}})
	run, samples := opened(t, "graph", corpus, "graph.width=16", "train.epochs=15")
	expected, actual := supplied(t, run, samples, 16)
	if ratio := actual / expected; !(expected > 0 && ratio > 0.7 && ratio < 1.4) {
		t.Errorf("supplying the cells changes predictions by %.3f times the expected mean square, want 1 ± 0.4", ratio)
	}
}

// Knowing one of two cells of an utterance is worth more the larger what it may hold
// varies; the deviation is at most the change.
func TestInformationIsConsistent(t *testing.T) {
	corpus := talks(erc.Scores)
	run, samples := opened(t, "gsdnet", corpus, "gsdnet.head_draws=0")
	e := explained(t, run, &samples[0], explain.Options{Draws: 6, Present: holes(samples[0].Len()), Parts: []string{explain.PartInformation}})
	for _, cell := range e.Information {
		// Change² = (mean change)² + (k−1)/k·Deviation², over k draws.
		if bound := math.Sqrt(5.0/6) * cell.Deviation; cell.Change < bound*(1-1e-9) {
			t.Errorf("%+v: the change is below the deviation, %g", cell, bound)
		}
		if cell.Deviation <= 0 || math.IsNaN(cell.Narrowing) {
			t.Errorf("%+v: want a deviation above 0", cell)
		}
	}
	again := explained(t, run, &samples[0], explain.Options{Draws: 6, Present: holes(samples[0].Len()), Parts: []string{explain.PartInformation}})
	for i := range again.Information {
		if again.Information[i] != e.Information[i] {
			t.Errorf("the same seed gives %+v and %+v", e.Information[i], again.Information[i])
		}
	}
}

// The same holds of real conversations.
func TestInformationOnRealConversations(t *testing.T) {
	dir := os.Getenv("GSDNET_DATA")
	if dir == "" || testing.Short() {
		t.Skip("SKIPPED: GSDNET_DATA does not name the folder of real conversations, or -short was given")
	}
	corpus, err := dataset.Open(filepath.Join(dir, "hazumi_online.npz"), dataset.Fields{Label: "label_centered"})
	if err != nil {
		t.Fatal(err)
	}
	run, samples := opened(t, "graph", corpus, "graph.width=32", "train.epochs=3")
	expected, actual := supplied(t, run, samples[:2], 4)
	if ratio := actual / expected; !(ratio > 0.5 && ratio < 2) {
		t.Errorf("supplying the cells changes predictions by %.3f times the expected mean square, want between 0.5 and 2", ratio)
	}
}
