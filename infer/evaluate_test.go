package infer_test

import (
	"math"
	"testing"

	"gsdnet/dataset"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/metric"
	"gsdnet/missing"
	"gsdnet/train/traintest"
)

func TestEvaluate(t *testing.T) {
	corpus := traintest.Corpus()
	c := traintest.Config(t, "regression")
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := infer.Open(traintest.Run(t, c, corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer trained.Close()
	rules, err := c.Missing.Rules()
	if err != nil {
		t.Fatal(err)
	}
	masks, err := trained.Masks(corpus, erc.Test, rules)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := trained.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: 2, Recovered: true})
	if err != nil {
		t.Fatal(err)
	}
	if cells[0].Raw != nil {
		t.Errorf("recovery %+v at rate 0, where nothing is withheld", cells[0].Raw)
	}
	withheld := 0
	for _, p := range masks[7].Present {
		withheld += erc.NumModalities - p.Count()
	}
	if got := cells[7].Raw.N; got != withheld {
		t.Errorf("rate 0.7: %d recovered cells, want %d", got, withheld)
	}
	if got := cells[7].Scores.N; got != len(masks[7].Present) {
		t.Errorf("scored %d utterances, want %d", got, len(masks[7].Present))
	}
	if got, want := infer.MeanError(cells[:2]), (cells[0].Scores.Get("mae")+cells[1].Scores.Get("mae"))/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("mean error %g, want %g", got, want)
	}
}

// The probabilities of classes sum to 1, and the predicted class has the largest.
func TestClasses(t *testing.T) {
	corpus, err := dataset.Open("synthetic:conversations=12,turns=4-6", dataset.Fields{Task: "classes"})
	if err != nil {
		t.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := infer.Open(traintest.Run(t, traintest.Config(t, "gsdnet"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer trained.Close()
	samples, err := trained.Samples(corpus, corpus.In(erc.Test))
	if err != nil {
		t.Fatal(err)
	}
	forecasts, err := trained.Predict(t.Context(), samples, infer.Request{Samples: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range forecasts {
		for u, p := range f.Probability {
			sum := 0.0
			for c := range p {
				sum += p[c]
				if p[c] > p[f.Class[u]] {
					t.Errorf("class %d with probabilities %v", f.Class[u], p)
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("probabilities %v sum to %g", p, sum)
			}
		}
	}
}

// All draws of a model that samples differ. The draws of a model that does not sample, and
// those of conversations that lack nothing, are equal.
func TestCompletions(t *testing.T) {
	const samples = 5
	corpus := traintest.Corpus()
	for model, want := range map[string][2]int{"zero": {1, 1}, "gsdnet": {1, samples}} { // distinct ones at rates 0 and 0.7
		c := traintest.Config(t, model)
		if model == "gsdnet" {
			c = traintest.Config(t, model, "gsdnet.head_draws=1")
		}
		backend, err := engine.Open("")
		if err != nil {
			t.Fatal(err)
		}
		trained, err := infer.Open(traintest.Run(t, c, corpus), backend)
		if err != nil {
			t.Fatal(err)
		}
		defer trained.Close()
		for i, rate := range []string{"0.0", "0.7"} {
			masks, err := trained.Masks(corpus, erc.Test, []missing.Rule{{Protocol: missing.Random, Point: rate}})
			if err != nil {
				t.Fatal(err)
			}
			cells, err := trained.Evaluate(t.Context(), corpus, erc.Test, masks, infer.Request{Samples: samples, Recovered: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, mixture := range cells[0].Distributions {
				distinct := map[metric.Laplace]bool{}
				for _, part := range mixture {
					distinct[part] = true
				}
				if len(mixture) != samples || len(distinct) != want[i] {
					t.Fatalf("%s at rate %s: %d of %d completions differ, want %d", model, rate, len(distinct), len(mixture), want[i])
				}
			}
		}
	}
}
