package infer_test

import (
	"reflect"
	"testing"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/train/traintest"
)

// A cut edge changes the prediction of its conversation alone, an edge that the graph does
// not have changes none, and a batch may mix conversations with and without cuts.
func TestCutChangesOneConversation(t *testing.T) {
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	corpus := traintest.Corpus()
	run, err := infer.Open(traintest.Run(t, traintest.Config(t, "zero", "zero.window=2", "train.epochs=1"), corpus), backend)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	samples, err := run.Samples(corpus, corpus.Conversations)
	if err != nil {
		t.Fatal(err)
	}
	whole := samples[0].Observe(samples[0].Present())
	other := samples[1].Observe(samples[1].Present())
	out, err := infer.Predict(t.Context(), run.Predictor, []infer.Observed{whole, whole.Cut(0, 1), other, whole.Cut(0, erc.NumModalities)}, infer.Request{Samples: 1})
	if err != nil {
		t.Fatal(err)
	}
	alone, err := infer.Predict(t.Context(), run.Predictor, []infer.Observed{other}, infer.Request{Samples: 1})
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(out[0], out[1]) {
		t.Error("the cut changes nothing")
	}
	if !reflect.DeepEqual(out[2], alone[0]) {
		t.Error("the cut changes another conversation of the batch")
	}
	if !reflect.DeepEqual(out[0], out[3]) {
		t.Error("an edge that is not in the graph changes the prediction")
	}
}
