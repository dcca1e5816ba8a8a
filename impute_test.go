package gsdnet_test

import (
	"reflect"
	"testing"

	"gsdnet"
)

// A model with a point estimate of its own does not draw unless draws are asked for, and the
// estimate does not depend on them. Progress counts as though it had.
func TestImputeDrawsWhatIsAskedFor(t *testing.T) {
	run, corpus := open(t, tinyRun(t, nil)), tiny()
	impute := func(samples, draws int) (out []gsdnet.Imputed, calls, counted int) {
		t.Helper()
		out, err := run.Impute(t.Context(), corpus, gsdnet.Options{Samples: samples, Draws: draws, Progress: func(n int) { calls, counted = calls+1, counted+n }})
		if err != nil {
			t.Fatal(err)
		}
		for i := range out {
			out[i].Draws = nil
		}
		return out, calls, counted
	}
	one, calls, counted := impute(1, 0)
	if n := len(corpus.Conversations); counted != n {
		t.Errorf("got progress of %d, want %d", counted, n)
	}
	for _, samples := range []int{3, 64} {
		more, again, counted := impute(samples, 0)
		if again != calls || counted != samples*len(corpus.Conversations) {
			t.Errorf("%d samples: got %d batches and progress of %d, want %d and %d", samples, again, counted, calls, samples*len(corpus.Conversations))
		}
		if !reflect.DeepEqual(one, more) {
			t.Errorf("%d samples give another estimate than 1", samples)
		}
	}
	drawn, _, _ := impute(2, 3)
	if !reflect.DeepEqual(one, drawn) {
		t.Error("3 draws change the estimate")
	}
}

// A model without one averages its samples, and one sample is enough for an answer.
func TestImputeAveragesSamples(t *testing.T) {
	run := open(t, trainedWith(t, nil, "model=imder", "imder.width=8", "imder.hidden=8", "train.epochs=1"))
	one, err := run.Impute(t.Context(), tiny(), gsdnet.Options{Samples: 1})
	if err != nil {
		t.Fatal(err)
	}
	more, err := run.Impute(t.Context(), tiny(), gsdnet.Options{Samples: 2})
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(one, more) {
		t.Error("1 and 2 samples give the same")
	}
}
