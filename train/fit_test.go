package train_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/metric"
	"gsdnet/missing"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
	"gsdnet/train"
)

// small are few and short conversations.
func small() *erc.Corpus {
	return synthetic.New(synthetic.Config{
		Train: 6, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 7, Dims: [3]int{4, 3, 2},
	})
}

// settings returns a config small enough for a test.
func settings(t *testing.T, model string, set ...string) *rundir.Config {
	t.Helper()
	c := rundir.DefaultConfig()
	c.Model, c.Train.Epochs, c.Train.Batch = model, 3, 3
	for _, key := range []string{"width=8", "hidden=8"} {
		set = append([]string{model + "." + key}, set...)
	}
	if model == "gsdnet" {
		set = append([]string{"gsdnet.blocks=1", "gsdnet.sampler.steps=2", "gsdnet.rank=4"}, set...)
	}
	for _, assignment := range set {
		if err := c.Set(assignment); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// fit trains into a new directory and returns it.
func fit(t *testing.T, c *rundir.Config, corpus *erc.Corpus) string {
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

func checkpoint(t *testing.T, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, rundir.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSameSeedSameBits(t *testing.T) {
	corpus := small()
	want := checkpoint(t, fit(t, settings(t, "gsdnet"), corpus))
	if got := checkpoint(t, fit(t, settings(t, "gsdnet"), corpus)); !bytes.Equal(got, want) {
		t.Error("the same seed gave another checkpoint")
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	if got := checkpoint(t, fit(t, settings(t, "gsdnet"), corpus)); !bytes.Equal(got, want) {
		t.Error("one worker gave another checkpoint")
	}
	runtime.GOMAXPROCS(before)
	if got := checkpoint(t, fit(t, settings(t, "gsdnet", "train.seed=2"), corpus)); bytes.Equal(got, want) {
		t.Error("another seed gave the same checkpoint")
	}
}

func TestTrainingLearns(t *testing.T) {
	corpus := small()
	config := settings(t, "regression", "train.epochs=60", "train.patience=0", "train.rate=0.01", "regression.context=0", "regression.dropout=0", "regression.input_dropout=0")
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
		Config: settings(t, "zero"), Corpus: small(), Out: filepath.Join(t.TempDir(), "run"), Backend: backend,
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
	c := settings(t, "zero", "train.epochs=200", "train.patience=3", "train.rate=1e-9")
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	result, err := train.Fit(t.Context(), train.Options{Config: c, Corpus: small(), Out: filepath.Join(t.TempDir(), "run"), Backend: backend})
	if err != nil {
		t.Fatal(err)
	}
	if result.Epochs > 50 || result.BestEpoch > result.Epochs-3 {
		t.Errorf("ran %d epochs with the best at %d, want it to stop 3 after the best", result.Epochs, result.BestEpoch)
	}
}

func TestEvaluate(t *testing.T) {
	corpus := small()
	c := settings(t, "regression")
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := infer.Open(fit(t, c, corpus), backend)
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

// Classes go the same way as scores.
func TestClasses(t *testing.T) {
	corpus, err := dataset.Open("synthetic:conversations=12,turns=4-6", dataset.Fields{Task: "classes"})
	if err != nil {
		t.Fatal(err)
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := infer.Open(fit(t, settings(t, "gsdnet"), corpus), backend)
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

// Of a model that samples every completion counts; of one that does not, and of
// conversations that lack nothing, the first stands for all.
func TestCompletions(t *testing.T) {
	const samples = 5
	corpus := small()
	for model, want := range map[string][2]int{"zero": {1, 1}, "gsdnet": {1, samples}} { // distinct ones at rates 0 and 0.7
		c := settings(t, model, model+".fusion_layers=0") // the graph, too, is sampled
		backend, err := engine.Open("")
		if err != nil {
			t.Fatal(err)
		}
		trained, err := infer.Open(fit(t, c, corpus), backend)
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
