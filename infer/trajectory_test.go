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

// trajectory trains a small model and returns its trajectory on a mask of the test split.
func trajectory(t *testing.T, corpus *erc.Corpus, rate, model string, set ...string) *infer.Trajectory {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, model, set...), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	masks, err := run.Masks(corpus, erc.Test, []missing.Rule{{Protocol: missing.Random, Point: rate}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := run.Trajectory(t.Context(), corpus, erc.Test, masks[0])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The last state of a sampler has a lower error than its first. If nothing is withheld, all
// errors are 0.
func TestTrajectory(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{
		Train: 60, Valid: 4, Test: 20, MinTurns: 6, MaxTurns: 12, Dims: [3]int{4, 3, 2},
	})
	a := trajectory(t, corpus, "0.5", "paper", "paper.sampler.prediction=x0", "paper.sampler.method=ddim", "train.epochs=20")
	if len(a.Times) != 4 || len(a.Features) != 4 || len(a.Spectra) != 4 { // prior, two steps, refined
		t.Fatalf("got %d times, %d and %d states, want 4 of each", len(a.Times), len(a.Features), len(a.Spectra))
	}
	for m := range erc.NumModalities {
		if first, last := a.Features[0][m], a.Features[3][m]; !(last < first) || math.IsNaN(first) {
			t.Errorf("%s features: error %v from noise and %v at the end, want less", erc.Modality(m), first, last)
		}
	}
	whole := trajectory(t, traintest.Corpus(), "0.0", "paper")
	for i := range whole.Times {
		if whole.Features[i] != ([erc.NumModalities]float64{}) || whole.Spectra[i] != ([erc.NumModalities]float64{}) {
			t.Errorf("state %d of a complete split: errors %v and %v, want none", i, whole.Features[i], whole.Spectra[i])
		}
	}
}

func TestTrajectoryWithoutSampler(t *testing.T) {
	if a := trajectory(t, traintest.Corpus(), "0.5", "zero"); a != nil {
		t.Errorf("zero completion: got a trajectory %v", a)
	}
	if a := trajectory(t, traintest.Corpus(), "0.5", "paper", "paper.graph=none"); a == nil || a.Spectra != nil {
		t.Errorf("without a graph: got %v, want features alone", a)
	}
}
