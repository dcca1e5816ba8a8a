package infer_test

import (
	"math"
	"reflect"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/infer"
	"gsdnet/train/traintest"
)

// Training uses a long conversation in pieces, and prediction in windows. Every utterance
// has a prediction, and those of the first window are the same as for its utterances alone.
func TestLongConversation(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{
		Train: 1, Valid: 1, Test: 1, MinTurns: 600, MaxTurns: 600, Dims: [3]int{4, 3, 2},
	})
	for _, model := range []string{"gsdnet", "gcnet"} {
		set := []string{"train.epochs=1"}
		backend, err := engine.Open("")
		if err != nil {
			t.Fatal(err)
		}
		run, err := infer.Open(traintest.Run(t, traintest.Config(t, model, set...), corpus), backend)
		if err != nil {
			t.Fatal(err)
		}
		defer run.Close()
		start := corpus.Conversations[2]
		start.Utterances = start.Utterances[:infer.MaxLength]
		convs := append(corpus.Conversations[2:3:3], start)
		samples, err := run.Samples(corpus, convs)
		if err != nil {
			t.Fatal(err)
		}
		got, err := run.Predict(t.Context(), samples, infer.Request{Samples: 1, Recovered: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(got[0].Distribution); n != 600 {
			t.Fatalf("%s: %d predictions, want 600", model, n)
		}
		for u, d := range got[0].Distribution {
			if math.IsNaN(d.Mean()) {
				t.Fatalf("%s: utterance %d: the prediction is not a number", model, u)
			}
		}
		first := got[1].Distribution[:infer.MaxLength/2]
		if !reflect.DeepEqual(got[0].Distribution[:len(first)], first) {
			t.Errorf("%s: the first window differs from the same utterances as a conversation", model)
		}
		if len(got[0].Recovered[1]) != 600 || len(got[0].Recovered[1][599]) != 3 {
			t.Errorf("%s: recovered features are not [600][3]", model)
		}
	}
}
