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
