package infer_test

import (
	"math"
	"slices"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/train/traintest"
)

// The gains have the least error on the masks that they were fitted on: a factor of 0, of 1
// and one that is a little larger or smaller has no lower error.
func TestGainIsTheBestOfItsMasks(t *testing.T) {
	for name, factors := range map[string]int{"gsdnet": 2, "mmin": 1} {
		t.Run(name, func(t *testing.T) { testGain(t, name, factors) })
	}
}

func testGain(t *testing.T, name string, factors int) {
	corpus := synthetic.New(synthetic.Config{
		Train: 24, Valid: 8, Test: 1, MinTurns: 6, MaxTurns: 12, Dims: [3]int{6, 5, 4},
	})
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, name, "train.epochs=12", "train.rate=0.01"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	chosen := run.Predictor.Shrinkage.Gain
	best := withheldError(t, run, corpus, chosen)
	for m := range chosen {
		if len(chosen[m]) != factors {
			t.Fatalf("%d factors, want %d", len(chosen[m]), factors)
		}
		for k, factor := range chosen[m] {
			if factor < 0 || factor > 1 {
				t.Errorf("gain %v, want factors in [0,1]", chosen)
			}
			for _, other := range []float64{0, 1, factor - 0.05, factor + 0.05} {
				gain := chosen
				gain[m] = slices.Clone(gain[m])
				if gain[m][k] = min(max(other, 0), 1); gain[m][k] == factor {
					continue
				}
				if miss := withheldError(t, run, corpus, gain); miss[m] <= best[m] {
					t.Errorf("%s: error %v at gain %.2f and %v at the chosen %.2f", erc.Modality(m), miss[m], gain[m], best[m], chosen[m])
				}
			}
		}
	}
}

// withheldError returns the squared error of recovered cells on the run's own
// validation masks.
func withheldError(t *testing.T, run *infer.Trained, corpus *erc.Corpus, gain [erc.NumModalities]model.Gain) (out [erc.NumModalities]float64) {
	t.Helper()
	run.Predictor.Shrinkage.Gain = gain
	masks, err := run.Masks(corpus, erc.Valid, missing.RandomRules(""))
	if err != nil {
		t.Fatal(err)
	}
	for _, mask := range masks {
		all, err := run.Complete(t.Context(), corpus, erc.Valid, mask)
		if err != nil {
			t.Fatal(err)
		}
		for i := range all {
			for u := range all[i].Present {
				for _, m := range erc.Modalities {
					if !all[i].Withheld(u, m) {
						continue
					}
					for j, x := range all[i].Recovered[m][u] {
						d := float64(x - all[i].Original[m][u][j])
						out[m] += d * d
					}
				}
			}
		}
	}
	return out
}

// Intervals of recovered features have the stated coverage on test conversations.
func TestImputedIntervalsCover(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{
		Train: 40, Valid: 20, Test: 20, MinTurns: 6, MaxTurns: 12, Dims: [3]int{6, 5, 4},
	})
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range []string{"zero", "gsdnet"} {
		run, err := infer.Open(traintest.Run(t, traintest.Config(t, model), corpus), backend)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		masks, err := run.Masks(corpus, erc.Test, []missing.Rule{{Protocol: missing.Random, Point: "0.5"}})
		if err != nil {
			t.Fatal(err)
		}
		cells, err := run.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: 4, Recovered: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cells[0].Imputed {
			if math.Abs(c.Covered-c.Level) > 0.06 {
				t.Errorf("%s: the %.0f %% interval holds %.1f %%", model, 100*c.Level, 100*c.Covered)
			}
		}
		if len(cells[0].Imputed) != 3 {
			t.Errorf("%s: %d levels, want 3", model, len(cells[0].Imputed))
		}
	}
}
